import { useEffect, useState } from "react"
import { Button } from "react-aria-components"
import { AddPasskey } from "../officers/AddPasskey.tsx"
import { showPasskey } from "../officers/passkey.ts"
import { Heading } from "../parts/Heading.tsx"
import { go } from "../router.ts"
import { allowSound, sound } from "../watch/sounds.ts"
import { useWords } from "../words.ts"
import { type Answer, keepPageWord, tell } from "./ask.ts"
import { ExerciseBanner } from "./ExerciseBanner.tsx"
import { isExercise } from "./exercise.ts"
import { LanguageChoice } from "./LanguageChoice.tsx"
import { store, stored } from "./preferences.ts"
import { RecordsPolicy } from "./RecordsPolicy.tsx"

type Entered = { officer: string; enrolling: boolean; page: string }

/** A link is good once, so it is handed in once, however often a screen is drawn. */
let handedIn: { link: string; answer: Promise<Answer<Entered>> } | undefined

/**
 * Signing in by a passkey, or for the first time by the one-time link in the address, which leads to registering a
 * passkey; an exercise can be entered without. Whoever enters here for the first time reads the policy first.
 */
export function SignIn({ onEntered }: { onEntered?: () => void }) {
  const { t, code } = useWords()
  const link = location.hash.slice(1)
  const [entered, setEntered] = useState<Entered>()
  const [failed, setFailed] = useState<string>()
  function take(answer: Answer<Entered>): void {
    setFailed("failed" in answer ? answer.failed : undefined)
    if ("failed" in answer) return
    keepPageWord(answer.value.page)
    if (!answer.value.enrolling && stored("policy") === "read") leave()
    else setEntered(answer.value)
  }
  function leave(): void {
    go("/", "replace")
    onEntered?.()
  }
  // biome-ignore lint/correctness/useExhaustiveDependencies: the link is handed in once, whatever is drawn anew
  useEffect(() => {
    if (link === "") return
    if (handedIn?.link !== link) handedIn = { link, answer: tell<Entered>("/sign-in", { link }) }
    void handedIn.answer.then(take)
  }, [link])
  return (
    <>
      {isExercise() && <ExerciseBanner />}
      <main className="alone" id="main">
        <div className="beside-title">
          <Heading>{t("sign-in.title")}</Heading>
          <LanguageChoice />
        </div>
        <p role="status">
          {failed !== undefined && code("refused", failed)}
          {entered !== undefined && t("sign-in.as", { name: entered.officer })}
          {failed === undefined && entered === undefined && t(link === "" ? "sign-in.how" : "sign-in.under-way")}
        </p>
        {entered === undefined && (link === "" || failed !== undefined) && <ByPasskey onAnswer={take} />}
        {entered?.enrolling && <Enrolling onDone={() => setEntered({ ...entered, enrolling: false })} />}
        <h2>{t("policy.title")}</h2>
        <RecordsPolicy />
        {entered?.enrolling === false && (
          <Button className="button strong" autoFocus onPress={() => enter(leave)}>
            {t("sign-in.enter")}
          </Button>
        )}
      </main>
    </>
  )
}

function enter(leave: () => void): void {
  store("policy", "read")
  // The press that enters is what lets a browser sound: the sounds are tried with it.
  void allowSound().then((allowed) => allowed && stored("silence") !== "on" && sound("IMMEDIATE"))
  leave()
}

function ByPasskey({ onAnswer }: { onAnswer(answer: Answer<Entered>): void }) {
  const { t } = useWords()
  const show = () => void showPasskey<Entered>("/sign-in/passkey/options", "/sign-in/passkey").then(onAnswer)
  return (
    <div className="buttons">
      <Button className="button strong" onPress={show}>
        {t("sign-in.passkey")}
      </Button>
    </div>
  )
}

/** Outside an exercise nobody goes on by a link alone: the passkey that is registered here opens the desk from now on. */
function Enrolling({ onDone }: { onDone(): void }) {
  const { t } = useWords()
  return (
    <>
      <h2>{t("enrol.title")}</h2>
      <p>{t("enrol.meaning")}</p>
      <AddPasskey count={0} onAdded={onDone} />
    </>
  )
}

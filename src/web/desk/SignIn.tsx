import { useEffect, useState } from "react"
import { Button } from "react-aria-components"
import { Heading } from "../parts/Heading.tsx"
import { go } from "../router.ts"
import { allowSound, sound } from "../watch/sounds.ts"
import { useWords } from "../words.ts"
import { tell } from "./ask.ts"
import { ExerciseBanner } from "./ExerciseBanner.tsx"
import { isExercise } from "./exercise.ts"
import { LanguageChoice } from "./LanguageChoice.tsx"
import { store, stored } from "./preferences.ts"
import { RecordsPolicy } from "./RecordsPolicy.tsx"

/** A link is good once, so it is handed in once, however often a screen is drawn. */
let handedIn: { link: string; answer: ReturnType<typeof signIn> } | undefined

function signIn(link: string) {
  return tell<{ officer: string }>("/sign-in", { link })
}

/** Signing in by the one-time link in the address. Whoever enters here for the first time reads the policy first. */
export function SignIn() {
  const { t, code } = useWords()
  const link = location.hash.slice(1)
  const [officer, setOfficer] = useState<string>()
  const [failed, setFailed] = useState<string>()
  useEffect(() => {
    if (link === "") return
    if (handedIn?.link !== link) handedIn = { link, answer: signIn(link) }
    void handedIn.answer.then((answer) => {
      if ("failed" in answer) setFailed(answer.failed)
      else if (stored("policy") === "read") go("/", "replace")
      else setOfficer(answer.value.officer)
    })
  }, [link])
  function enter(): void {
    store("policy", "read")
    // The press that enters is what lets a browser sound: the sounds are tried with it.
    void allowSound().then((allowed) => allowed && stored("silence") !== "on" && sound("IMMEDIATE"))
    go("/", "replace")
  }
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
          {officer !== undefined && t("sign-in.as", { name: officer })}
          {failed === undefined && officer === undefined && t(link === "" ? "sign-in.how" : "sign-in.under-way")}
        </p>
        <h2>{t("policy.title")}</h2>
        <RecordsPolicy />
        {officer !== undefined && (
          <Button className="button strong" autoFocus onPress={enter}>
            {t("sign-in.enter")}
          </Button>
        )}
      </main>
    </>
  )
}

import { useEffect, useEffectEvent, useMemo, useState } from "react"
import { I18nProvider } from "react-aria-components"
import { IntlProvider } from "react-intl"
import type { DeskStatus } from "#offices/joins/screen.ts"
import { ExerciseBanner } from "./desk/ExerciseBanner.tsx"
import { isExercise } from "./desk/exercise.ts"
import { useInbox } from "./desk/inbox.ts"
import { openLive, useSilent } from "./desk/live.ts"
import { store } from "./desk/preferences.ts"
import { useResource } from "./desk/resource.ts"
import { Shell } from "./desk/Shell.tsx"
import { SignIn } from "./desk/SignIn.tsx"
import { DeskContext } from "./desk/state.ts"
import { Locked } from "./officers/Locked.tsx"
import { usePlace } from "./router.ts"
import { Screen } from "./Screen.tsx"
import { type Language, LanguageContext, loadWords, useLanguage, useWords, type Words } from "./words.ts"

type Spoken = { language: Language; words: Words }

/** The whole program: words first, then who is signed in, then the screen that the address names. */
export function App({ first }: { first: Spoken }) {
  const [spoken, setSpoken] = useState(first)
  const { language, words } = spoken
  useEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const chosen = useMemo(
    () => ({
      language,
      choose(next: Language) {
        store("language", next)
        void loadWords(next).then((loaded) => setSpoken({ language: next, words: loaded }))
      },
    }),
    [language],
  )
  return (
    <LanguageContext value={chosen}>
      <IntlProvider locale={language} messages={words}>
        <I18nProvider locale={{ en: "en-GB", uk: "uk-UA", ru: "ru-RU" }[language]}>
          <Entrance />
        </I18nProvider>
      </IntlProvider>
    </LanguageContext>
  )
}

function Entrance() {
  return usePlace().path === "/sign-in" ? <SignIn /> : <SignedIn />
}

function SignedIn() {
  const live = useMemo(openLive, [])
  useEffect(() => () => live.close(), [live])
  const { value: status, failed, again } = useResource<DeskStatus>("/desk", live, (event) => event.kind !== "beat")
  const inbox = useInbox(status, live)
  const silent = useSilent(live)
  const { t, code } = useWords()
  const { language } = useLanguage()
  useEffect(() => {
    document.title = status && failed !== "locked" ? titleOf(status, language, t("exercise.word")) : "IOD"
  })
  // Before the first answer no event says that the desk is back, so this asks by itself.
  const knock = useEffectEvent(again)
  const waits = status === undefined && failed !== undefined && failed !== "not-signed-in"
  useEffect(() => {
    if (!waits) return
    const timer = setInterval(knock, 2000)
    return () => clearInterval(timer)
  }, [waits])
  if (failed === "not-signed-in") return <SignIn onEntered={again} />
  if (failed === "locked") return <Locked onOpened={again} />
  if (!status)
    return (
      <>
        {isExercise() && <ExerciseBanner />}
        <main className="alone" aria-busy={failed === undefined}>
          <h1>IOD</h1>
          <p role="status">{failed === undefined ? t("desk.opening") : code("refused", failed)}</p>
        </main>
      </>
    )
  return (
    <DeskContext value={{ status, live, inbox, silent, again }}>
      <Shell>
        <Screen />
      </Shell>
    </DeskContext>
  )
}

/** The tab says how much is unread, whose desk it is, and that it is an exercise. */
function titleOf(status: DeskStatus, language: Language, exercise: string): string {
  const unread = status.unread > 0 ? `(${status.unread}) ` : ""
  const name = status.delegations.find((d) => d.name === status.delegation)?.names[language] ?? status.delegation
  return `${unread}${name} · IOD${status.exercise ? ` · ${exercise}` : ""}`
}

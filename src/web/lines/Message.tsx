import { useEffect } from "react"
import type { MessageView } from "#offices/joins/screen.ts"
import { tell } from "../desk/ask.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { MessageFiles } from "../files/MessageFiles.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Translations } from "../translation/Translations.tsx"
import { useWords } from "../words.ts"
import { Actions } from "./Actions.tsx"
import { Answers } from "./Answers.tsx"
import { FaxPage } from "./FaxPage.tsx"
import { Ladders } from "./Ladders.tsx"
import { MessageHead } from "./MessageHead.tsx"
import { RelayFacts } from "./RelayFacts.tsx"
import { RelayRelease } from "./RelayRelease.tsx"
import { RelayWay } from "./RelayWay.tsx"
import { StopPanel } from "./StopPanel.tsx"

/** One message as its author wrote it, what was said of it, and how far it came. */
export function Message({ line, matter }: { line: string; matter: string }) {
  const { live, silent } = useDesk()
  const { t, code } = useWords()
  const { value, failed, again } = useResource<MessageView>(
    `/messages/${line}/${matter}`,
    live,
    (event) =>
      event.kind === "register" ||
      event.kind === "outbox" ||
      (event.kind === "mark" && event.matter === matter) ||
      (event.kind === "entered" && event.entered.some((e) => e.line === line)),
  )
  const isUnread = value?.unread === true
  useEffect(() => {
    // An officer has it on the screen: that is what opening means. A hidden tab shows it to nobody.
    if (!isUnread || silent) return
    const open = () => {
      if (document.visibilityState === "visible") void tell(`/messages/${line}/${matter}/open`)
    }
    open()
    document.addEventListener("visibilitychange", open)
    return () => document.removeEventListener("visibilitychange", open)
  }, [isUnread, silent, line, matter])
  const isStop = value?.form === "emergency-stop"
  if (!value)
    return (
      <>
        <Heading>{t("message.title")}</Heading>
        <p role="status">{failed === undefined ? t("desk.opening") : code("refused", failed)}</p>
      </>
    )
  return (
    <>
      <article className="message">
        {isStop && <StopPanel message={value} again={again} />}
        <MessageHead message={value} />
        <RelayFacts message={value} />
        {!isStop && <Translations message={value} />}
        <MessageFiles message={value} again={again} />
        <Actions message={value} again={again} />
        <RelayWay message={value} again={again} />
        <RelayRelease message={value} again={again} />
        <Answers message={value} />
        <Ladders message={value} />
      </article>
      <FaxPage message={value} />
    </>
  )
}

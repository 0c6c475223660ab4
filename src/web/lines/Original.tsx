import type { MessageView } from "#offices/joins/screen.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"
import { MessageText } from "./StopAnswers.tsx"

/** The message that is replied to, in its author's own words, beside the draft. */
export function Original({ message }: { message: MessageView }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <aside className="original" aria-label={t("message.original")}>
      <p>
        <PrecedenceMark of={message.precedence} /> {nameOf(message.by)} · {message.serial}{" "}
        <FullInstant at={message.at} />
      </p>
      <h2 lang={message.language}>{message.subject ?? t("text.gone")}</h2>
      <MessageText body={message.body} form={message.form} language={message.language} />
    </aside>
  )
}

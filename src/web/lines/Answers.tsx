import type { MessageView } from "#offices/joins/screen.ts"
import { OBJECTIONS } from "#offices/lines/receipts.ts"
import { Delegation } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** Objections and replies, each as its author's word, side by side in equal type. */
export function Answers({ message }: { message: MessageView }) {
  const { t } = useWords()
  if (message.objections.length + message.replies.length === 0) return null
  return (
    <section className="answers">
      <h2>{t("answers.title")}</h2>
      <ul>
        {message.objections.map((objection) => {
          const reason = OBJECTIONS.find((o) => o === objection.reason) ?? "OTHER"
          return (
            <li key={`${objection.by} objection`}>
              <p>
                <Delegation name={objection.by} />: {t("rung.objected")}, <FullInstant at={objection.at} />
              </p>
              <p>{t(`objection.${reason}`)}</p>
              {objection.text !== null && (
                <p className="body" lang="">
                  {objection.text}
                </p>
              )}
            </li>
          )
        })}
        {message.replies.map((reply) => (
          <li key={reply.matter}>
            <p>
              <Delegation name={reply.by} />:{" "}
              <To href={`/message/${message.line}/${reply.matter}`}>{t("answers.reply")}</To>,{" "}
              <FullInstant at={reply.at} />
            </p>
          </li>
        ))}
      </ul>
    </section>
  )
}

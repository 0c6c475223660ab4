import type { MessageView } from "#offices/joins/screen.ts"
import { OBJECTIONS } from "#offices/lines/receipts.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { alternat } from "../parts/order.ts"
import { utc } from "../parts/time.ts"
import { useWords } from "../words.ts"

/** What others said of a message, on paper: translations that were sent, and objections; each as its author's word. */
export function FaxWords({ message }: { message: MessageView }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const when = (at: string) => `${utc(at).day} ${utc(at).time} UTC`
  const authors = alternat([...new Set(message.objections.map(({ by }) => by))], status, message.line)
  const objections = authors.flatMap((author) => message.objections.filter(({ by }) => by === author))
  return (
    <>
      {message.translations.map(({ language, kind, by, at, subject, body }) => (
        <section key={`${language}${kind}${by}${at}`}>
          <p>
            <b>
              {t("page.translation", {
                ...{ language: language.toUpperCase(), kind: code("translation-kind", kind) },
                ...{ name: nameOf(by), at: when(at) },
              })}
            </b>
          </p>
          <p className="body" lang={language}>
            {subject ?? t("text.gone")}
            {"\n"}
            {body ?? t("text.gone")}
          </p>
        </section>
      ))}
      {objections.map(({ by, at, reason, text }) => (
        <section key={`${by}${at}`}>
          <p>
            <b>{t("rung.objected")}</b>{" "}
            {t("page.objection", {
              ...{ name: nameOf(by), at: when(at) },
              reason: t(`objection.${OBJECTIONS.find((known) => known === reason) ?? "OTHER"}`),
            })}
          </p>
          {text !== null && (
            <p className="body" lang="">
              {text}
            </p>
          )}
        </section>
      ))}
    </>
  )
}

import { parseStop, STOP_FIELDS, type Stop } from "#offices/lines/stop.ts"
import { Notice } from "../parts/Notice.tsx"
import { useWords } from "../words.ts"

/** The answers of an emergency stop under the questions of the reader's language. */
export function StopAnswers({ stop, language }: { stop: Stop; language: string }) {
  const { t } = useWords()
  return (
    <>
      {stop.drill && (
        <Notice>
          <strong>{t("stop.drill")}</strong> {t("stop.drill-meaning")}
        </Notice>
      )}
      <dl className="stop-answers">
        {STOP_FIELDS.map((field) => (
          <div key={field}>
            <dt>{t(`stop.${field}`)}</dt>
            {stop[field].trim() === "" ? (
              <dd className="hint">{t("stop.not-given")}</dd>
            ) : (
              <dd lang={language}>{stop[field]}</dd>
            )}
          </div>
        ))}
      </dl>
    </>
  )
}

/** A message's text by its form: the answers of a stop, or the words as they stand. */
export function MessageText({ body, form, language }: { body: string | null; form: string; language: string }) {
  const { t } = useWords()
  const stop = form === "emergency-stop" && body !== null ? parseStop(body) : null
  if (stop) return <StopAnswers stop={stop} language={language} />
  return (
    <>
      {form === "emergency-stop" && <Notice>{t("stop.malformed")}</Notice>}
      <p className="body" lang={body === null ? undefined : language}>
        {body ?? t("text.gone")}
      </p>
    </>
  )
}

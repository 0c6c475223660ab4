import type { CourierOutcome } from "#offices/joins/courier.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { SavedFrom } from "../parts/SavedFrom.tsx"
import { useWords } from "../words.ts"

/** What a courier's file brought, and what has to go back with him. */
export function Outcome({ of }: { of: CourierOutcome }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  if (of.took === "answer")
    return (
      <>
        <p>{t("courier.answered", { stamped: of.stamped, returned: of.returned, entered: of.entered })}</p>
        {of.left > 0 && <p>{t("courier.left", { count: of.left })}</p>}
        {of.gap !== null && <p>{t("courier.gap")}</p>}
      </>
    )
  const name = nameOf(of.from)
  return (
    <>
      <p>{t("courier.brought", { name, count: of.of, shown: of.shown, known: of.known })}</p>
      {of.handed ? (
        <p>
          {t("courier.handed")}{" "}
          <SavedFrom path={`/courier/answers/${of.handed.answer}`} name={`iod-courier-answer-${of.from}.iod`}>
            {t("courier.answer", { name })}
          </SavedFrom>
        </p>
      ) : (
        <p>{t("courier.not-handed")}</p>
      )}
      {of.handed && of.handed.left > 0 && <p>{t("courier.left", { count: of.handed.left })}</p>}
    </>
  )
}

import { isTheAuthors } from "#offices/joins/fault.ts"
import type { EnvelopeRow } from "#offices/joins/screen.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { useWords } from "../words.ts"

/** What is not as it should be with an envelope, and whose doing that is: a gap before it, a body that does not hold. */
export function EnvelopeMarks({ row }: { row: EnvelopeRow }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  return (
    <>
      {row.fault !== null && (
        <p className="mark">
          {isTheAuthors(row.fault) ? t("envelope.fault", { name: nameOf(row.by) }) : t("envelope.unopened")}{" "}
          {code("fault", row.fault)}
        </p>
      )}
      {row.gap !== null && (
        <p className="mark">
          {t("envelope.gap", { count: row.place - row.gap.after - 1 })} {code("fault", row.gap.code)}
        </p>
      )}
    </>
  )
}

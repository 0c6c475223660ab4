import { faultSentence } from "#offices/joins/fault.ts"
import type { EnvelopeRow } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { alternat } from "../parts/order.ts"
import { useWords } from "../words.ts"

/** What is not as it should be with an envelope: a body that does not hold, a gap before it, who could not open it. */
export function EnvelopeMarks({ row, line }: { row: EnvelopeRow; line: string }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const names = row.unopenable.map((one) => one.by)
  return (
    <>
      {row.fault !== null && (
        <p className="mark">
          {t(faultSentence(row.fault, row.records.length > 0), { name: nameOf(row.by) })} {code("fault", row.fault)}
        </p>
      )}
      {row.gap !== null && (
        <p className="mark">
          {t("envelope.gap", { count: row.place - row.gap.after - 1 })} {code("fault", row.gap.code)}
        </p>
      )}
      {alternat(names, status, line).map((name) => {
        const word = row.unopenable.find((one) => one.by === name)
        return word && <Unopenable key={name} word={word} />
      })}
    </>
  )
}

function Unopenable({ word }: { word: EnvelopeRow["unopenable"][number] }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  const { by, at, resealed } = word
  return (
    <p className="hint">
      {t("envelope.unopenable", { name: nameOf(by) })} <Instant at={at} />
      {resealed ? (
        <>
          {" · "}
          {t("envelope.resealed", { name: nameOf(resealed.by) })} <Instant at={resealed.at} />
        </>
      ) : (
        <> · {t("envelope.not-resealed")}</>
      )}
    </p>
  )
}

import type { EnvelopeRow } from "#offices/joins/screen.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { EnvelopeMarks } from "./EnvelopeMarks.tsx"

/** One envelope. What rules refuse at its place, or what its author signed wrongly, stays in sight with the reason. */
export function EnvelopeItem({ row, line }: { row: EnvelopeRow; line: string }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  return (
    <div className="envelope-item">
      <span className="place">
        <span className="visually-hidden">{t("envelope.place")} </span>
        {row.place}
      </span>
      <span>
        {nameOf(row.by)} <span className="serial">· {row.serial}</span>
      </span>
      <Instant at={row.at} />
      <PrecedenceMark of={row.precedence} />
      <div>
        {row.records.map((record, number) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: records stand in an envelope by their number
          <div key={number}>
            {record.kind.startsWith("message.") ? (
              <To data-row href={`/message/${line}/${record.matter}`}>
                {code("act", record.kind)}
              </To>
            ) : (
              code("act", record.kind)
            )}
            {record.refused !== null && (
              <p className="mark">
                {/* What this release does not know it does not judge. */}
                {record.refused !== "version.unknown" && `${t("envelope.not-taken")} `}
                {code("refused", record.refused)}
              </p>
            )}
          </div>
        ))}
        <EnvelopeMarks row={row} line={line} />
        {row.records.length === 0 && row.fault === null && t("act.none")}
      </div>
    </div>
  )
}

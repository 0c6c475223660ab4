import { useId } from "react"
import type { WaitingRow } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { FilesLeaving } from "../files/FilesLeaving.tsx"
import { useLineName } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"

/** What officers of this desk handed in and no stamp answers yet; what came back says why. */
export function WaitingList({ rows }: { rows: readonly WaitingRow[] }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const lineName = useLineName()
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {t("waiting.title")} <span className="count">{rows.length}</span>
      </h2>
      <ul className="messages">
        {rows.map((row) => {
          const line = status.lines.find((l) => l.id === row.line)
          return (
            <li key={row.id} className="message-item">
              <PrecedenceMark of={row.precedence} />
              <span className="from">{line ? lineName(line) : t("line.unknown")}</span>
              <span>
                {code("act", row.act)}
                {row.subject !== null && `: ${row.subject}`}
              </span>
              <span className="marks">
                {row.state === "refused" ? (
                  <span className="mark">
                    {t("waiting.refused")} {code("refused", row.refused ?? "")}
                  </span>
                ) : (
                  <span>{row.state === "filing" ? <FilesLeaving files={row.files} /> : t(waits(row))}</span>
                )}
              </span>
              <Instant at={row.submitted} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

function waits({ state, leaves, carried }: WaitingRow) {
  if (carried !== null) return "waiting.carried"
  if (state === "sealed") return "waiting.sealed"
  return leaves === "slot" ? "waiting.slot" : "waiting.waits"
}

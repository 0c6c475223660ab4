import type { EvidenceRow } from "#offices/joins/screen.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** What this desk caught somebody at, each with the file that anyone can check. */
export function EvidenceList() {
  const { live, status } = useDesk()
  const { t, code } = useWords()
  const lineName = useLineName()
  const { value: rows } = useResource<EvidenceRow[]>("/evidence", live, (event) => event.kind === "evidence")
  return (
    <section className="section">
      <h2>{t("evidence.title")}</h2>
      {rows?.length === 0 && <p>{t("evidence.none")}</p>}
      <ul className="evidence">
        {rows?.map((row) => {
          const line = status.lines.find((l) => l.id === row.line)
          return (
            <li key={row.id}>
              <p>
                <FullInstant at={row.at} /> <strong>{t(`evidence.${row.whose}`)}</strong>
              </p>
              <p>{code("fault", row.code)}</p>
              <p>
                {line && (
                  <To href={`/line/${line.id}`}>
                    {lineName(line)}
                    {row.place !== null && ` · ${row.place}`}
                  </To>
                )}{" "}
                <code>{row.file}</code>
              </p>
            </li>
          )
        })}
      </ul>
    </section>
  )
}

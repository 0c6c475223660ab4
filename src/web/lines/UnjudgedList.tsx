import { useId } from "react"
import type { UnjudgedRow } from "#offices/joins/screen.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"

/** What came under rules that this release does not know: its author's words, without a judgement on any of it. */
export function UnjudgedList({ rows }: { rows: readonly UnjudgedRow[] }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {t("needs.list")} <span className="count">{rows.length}</span>
      </h2>
      <ul className="evidence">
        {rows.map((row) => (
          <li key={`${row.index} ${row.texts.join(" ")}`}>
            <p>
              <PrecedenceMark of={row.precedence} /> <strong>{nameOf(row.by)}</strong> {code("act", row.act)}{" "}
              <Instant at={row.at} />
            </p>
            {row.texts.map((text) => (
              <p key={text} className="body" lang="">
                {text}
              </p>
            ))}
          </li>
        ))}
      </ul>
    </section>
  )
}

import { useId } from "react"
import type { UnprovenRow } from "#offices/joins/screen.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"

/** What arrives from a registry that stands convicted: its author's words with the reason why no place is certain. */
export function UnprovenList({ rows }: { rows: readonly UnprovenRow[] }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {t("unproven.title")} <span className="count">{rows.length}</span>
      </h2>
      <p className="hint">{t("unproven.meaning")}</p>
      <ul className="evidence">
        {rows.map((row) => (
          <li key={row.hash}>
            <p>
              <PrecedenceMark of={row.precedence} /> <strong>{nameOf(row.by)}</strong> {code("act", row.act)}{" "}
              <Instant at={row.at} />
            </p>
            {[...new Set(row.texts)].map((text) => (
              <p key={text} className="body" lang="">
                {text}
              </p>
            ))}
            <p className="hint">{code("fault", row.code)}</p>
          </li>
        ))}
      </ul>
    </section>
  )
}

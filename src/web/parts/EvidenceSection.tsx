import { type ReactNode, useId } from "react"
import { useWords } from "../words.ts"
import { useNameOf } from "./Delegation.tsx"
import { PrecedenceMark } from "./PrecedenceMark.tsx"

/** An author's words that have no certain place yet: shown, and folded into nothing. */
export type Evidence = { precedence: string; by: string; act: string; texts: readonly string[] }

/** What came in another way than every envelope does: of whom, what, in its author's words, and what is said of each. */
export function EvidenceSection<T extends Evidence>(props: {
  title: string
  meaning?: string
  rows: readonly T[]
  keyOf(row: T): string
  /** When it was said, after whose and what it is. */
  when(row: T): ReactNode
  /** What is to be known of it, after its words. */
  after?(row: T): ReactNode
}) {
  const { code } = useWords()
  const nameOf = useNameOf()
  const id = useId()
  const { title, meaning, rows, keyOf, when, after } = props
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {title} <span className="count">{rows.length}</span>
      </h2>
      {meaning !== undefined && <p className="hint">{meaning}</p>}
      <ul className="evidence">
        {rows.map((row) => (
          <li key={keyOf(row)}>
            <p>
              <PrecedenceMark of={row.precedence} /> <strong>{nameOf(row.by)}</strong>{" "}
              {row.act !== "" && code("act", row.act)} {when(row)}
            </p>
            {[...new Set(row.texts)].map((text) => (
              <p key={text} className="body" lang="">
                {text}
              </p>
            ))}
            {after?.(row)}
          </li>
        ))}
      </ul>
    </section>
  )
}

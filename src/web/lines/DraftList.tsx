import { useId } from "react"
import type { Draft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** What was begun in this browser and not handed in. */
export function DraftList({ drafts }: { drafts: readonly Draft[] }) {
  const { status } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  const id = useId()
  return (
    <section className="section" aria-labelledby={id}>
      <h2 id={id}>
        {t("drafts.title")} <span className="count">{drafts.length}</span>
      </h2>
      <ul className="messages">
        {drafts.map((draft) => {
          const line = status.lines.find((l) => l.id === draft.line)
          return (
            <li key={draft.id} className="message-item">
              <PrecedenceMark of={draft.precedence} />
              <span className="from">{line ? lineName(line) : t("line.unknown")}</span>
              <To data-row href={`/compose?draft=${draft.id}`} lang={draft.language}>
                {draft.subject || t("drafts.no-subject")}
              </To>
              <span className="marks">{t("drafts.here-only")}</span>
              <Instant at={draft.at} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

import type { UnprovenRow } from "#offices/joins/screen.ts"
import { EvidenceSection } from "../parts/EvidenceSection.tsx"
import { Instant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"

/** What arrives from a registry that stands convicted: its author's words with the reason why no place is certain. */
export function UnprovenList({ rows }: { rows: readonly UnprovenRow[] }) {
  const { t, code } = useWords()
  return (
    <EvidenceSection
      title={t("unproven.title")}
      meaning={t("unproven.meaning")}
      rows={rows}
      keyOf={(row) => row.hash}
      when={(row) => <Instant at={row.at} />}
      after={(row) => <p className="hint">{code("fault", row.code)}</p>}
    />
  )
}

import type { UnjudgedRow } from "#offices/joins/screen.ts"
import { EvidenceSection } from "../parts/EvidenceSection.tsx"
import { Instant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"

/** What came under rules that this release does not know: its author's words, without a judgement on any of it. */
export function UnjudgedList({ rows }: { rows: readonly UnjudgedRow[] }) {
  const { t } = useWords()
  return (
    <EvidenceSection
      title={t("needs.list")}
      rows={rows}
      keyOf={(row) => `${row.index} ${row.texts.join(" ")}`}
      when={(row) => <Instant at={row.at} />}
    />
  )
}

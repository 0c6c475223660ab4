import { Button } from "react-aria-components"
import type { UnstampedRow } from "#offices/joins/courier.ts"
import { tell } from "../desk/ask.ts"
import { EvidenceSection } from "../parts/EvidenceSection.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"

/** What a courier brought from its author while no stamp has given it a place: read, and folded into nothing. */
export function UnstampedList({ rows }: { rows: readonly UnstampedRow[] }) {
  const { t } = useWords()
  return (
    <EvidenceSection
      title={t("unstamped.title")}
      meaning={t("unstamped.meaning")}
      rows={rows}
      keyOf={(row) => row.hash}
      when={(row) => (
        <>
          · {row.serial} <small>{t("unstamped.signed")}</small> <FullInstant at={row.signed} />
        </>
      )}
      after={(row) => <AfterIt row={row} />}
    />
  )
}

function AfterIt({ row }: { row: UnstampedRow }) {
  const { t, code } = useWords()
  return (
    <>
      {row.fault !== null && <p className="hint">{code("fault", row.fault)}</p>}
      {row.stamped && <p className="hint">{t("unstamped.stamped")}</p>}
      {row.replaced && <p className="hint">{t("unstamped.replaced")}</p>}
      {row.readAt === null && (
        <Button className="button small" onPress={() => void tell(`/courier/unstamped/${row.hash}/read`)}>
          {t("unstamped.read")}
        </Button>
      )}
    </>
  )
}

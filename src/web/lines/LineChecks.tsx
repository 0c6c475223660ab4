import { useState } from "react"
import { Button } from "react-aria-components"
import type { EnvelopeRow } from "#offices/joins/screen.ts"
import { Instant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { EnvelopeItem } from "./EnvelopeItem.tsx"

/** Line checks in a row, folded together: from which place to which, and when. */
export function LineChecks({ rows }: { rows: readonly EnvelopeRow[] }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const [newest, oldest] = [rows[0], rows.at(-1)]
  if (!newest || !oldest) return null
  return (
    <>
      <tr className="checks">
        <td>
          {oldest.place}–{newest.place}
        </td>
        <td />
        <td>
          <Instant at={newest.at} />
        </td>
        <td />
        <td>
          {t("envelope.checks", { count: rows.length })}{" "}
          <Button className="button small" aria-expanded={open} onPress={() => setOpen(!open)}>
            {t(open ? "envelope.fold" : "envelope.unfold")}
          </Button>
        </td>
      </tr>
      {open && rows.map((row) => <EnvelopeItem key={row.place} row={row} line="" />)}
    </>
  )
}

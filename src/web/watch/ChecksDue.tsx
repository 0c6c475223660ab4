import type { CheckDue } from "#offices/joins/watch.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Notice } from "../parts/Notice.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** Line checks that wait for an officer of this desk: to be read back, explained or closed. */
export function ChecksDue({ due }: { due: readonly CheckDue[] }) {
  const { status } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  return due.map(({ what, line, slot, matter }) => {
    const known = status.lines.find(({ id }) => id === line)
    if (what === "call" || matter === null || !known) return null
    return (
      <Notice key={matter}>
        {t(`check-due.${what}`, { time: slot.slice(11, 16), line: lineName(known) })}{" "}
        <To href={`/check/${line}/${matter}`}>{t("check.open")}</To>
      </Notice>
    )
  })
}

import type { CheckDue } from "#offices/joins/watch.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Notice } from "../parts/Notice.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** Line checks that wait for an officer of this desk: to be called, read back, explained or closed. */
export function ChecksDue({ due }: { due: readonly CheckDue[] }) {
  const { t } = useWords()
  const calls = due.filter((one) => one.what === "call")
  return (
    <>
      {calls[0] && (
        <Notice>
          {t("check-due.call", { time: calls[0].slot.slice(11, 16), count: calls.length })}{" "}
          <To href="/board">{t("board.title")}</To>
        </Notice>
      )}
      <ChecksToAnswer due={due} />
    </>
  )
}

/** Those of them that have been called: each has a screen of its own. */
export function ChecksToAnswer({ due }: { due: readonly CheckDue[] }) {
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

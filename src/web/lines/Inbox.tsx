import { useEffect, useState } from "react"
import type { MessageRow, WaitingRow } from "#offices/joins/screen.ts"
import type { CheckDue } from "#offices/joins/watch.ts"
import { UnstampedList } from "../courier/UnstampedList.tsx"
import { drafts, settleDrafts } from "../desk/drafts.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Notice } from "../parts/Notice.tsx"
import { To } from "../parts/To.tsx"
import { ChecksDue } from "../watch/ChecksDue.tsx"
import { useWords } from "../words.ts"
import { DraftList } from "./DraftList.tsx"
import { MessageList } from "./MessageList.tsx"
import { UnjudgedList } from "./UnjudgedList.tsx"
import { UnprovenList } from "./UnprovenList.tsx"
import { WaitingList } from "./WaitingList.tsx"

/** All lines by urgency: what interrupts, what has not gone, what waits for us, what waits for others, the rest. */
export function Inbox() {
  const { status, live, inbox } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  const waiting = useResource<WaitingRow[]>("/waiting", live, (e) => ["outbox", "connection", "file"].includes(e.kind))
  const checks = useResource<CheckDue[]>("/checks", live, (e) => e.kind === "entered" || e.kind === "outbox")
  const parts = byUrgency(inbox.rows, status.delegation)
  const awaited = status.lines.filter((line) => !line.open && line.awaited.includes(status.delegation))
  const [written, setWritten] = useState(() => drafts(status.delegation))
  useEffect(() => {
    void settleDrafts(status.delegation).then(() => setWritten(drafts(status.delegation)))
  }, [status.delegation])
  return (
    <>
      <Heading>{t("inbox.title")}</Heading>
      {status.reportsOpening && <p className="hint">{t("opening.reported-hint")}</p>}
      {awaited.map((line) => (
        <Notice key={line.id}>
          {t("inbox.line-awaits")} <To href={`/line/${line.id}`}>{lineName(line)}</To>
        </Notice>
      ))}
      <ChecksDue due={checks.value ?? []} />
      {status.unstamped.length > 0 && <UnstampedList rows={status.unstamped} />}
      {status.unproven.length > 0 && <UnprovenList rows={status.unproven} />}
      {status.needs && status.needs.rows.length > 0 && <UnjudgedList rows={status.needs.rows} />}
      <MessageList title={t("inbox.urgent")} rows={parts.urgent} />
      {waiting.value && waiting.value.length > 0 && <WaitingList rows={waiting.value} />}
      {written.length > 0 && <DraftList drafts={written} />}
      <MessageList title={t("inbox.awaits-us")} rows={parts.ours} />
      <MessageList title={t("inbox.awaits-others")} rows={parts.theirs} />
      <MessageList title={t("inbox.others")} rows={parts.rest} more={inbox.more} onOlder={inbox.older} />
      {inbox.loaded && inbox.rows.length === 0 && <p>{t("inbox.empty")}</p>}
    </>
  )
}

const URGENT = ["FLASH", "IMMEDIATE"]
const RANK = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]

function byUrgency(rows: readonly MessageRow[], own: string) {
  const isUrgent = (row: MessageRow) => URGENT.includes(row.precedence)
  const awaitsUs = rows.filter((row) => row.awaits && row.by !== own).toSorted(urgentFirst)
  const awaitsThem = rows.filter((row) => row.awaits && row.by === own)
  return {
    urgent: awaitsUs.filter(isUrgent),
    ours: awaitsUs.filter((row) => !isUrgent(row)),
    theirs: awaitsThem.toSorted((a, b) => Number(b.late) - Number(a.late) || urgentFirst(a, b)),
    rest: rows.filter((row) => !row.awaits),
  }
}

/** By precedence, then by what is due first. */
function urgentFirst(a: MessageRow, b: MessageRow): number {
  return RANK.indexOf(a.precedence) - RANK.indexOf(b.precedence) || (a.deadline < b.deadline ? -1 : 1)
}

import type { Rules } from "#offices/index.ts"
import type { DeskStatus } from "#offices/joins/screen.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { type Clock, instantOf } from "../clock.ts"
import type { Archive } from "./archive.ts"
import { unstampedRows } from "./courier/unstamped.ts"
import type { Evidence } from "./evidence.ts"
import type { Mailbox } from "./mailbox.ts"
import type { Outbox } from "./outbox.ts"
import type { Participation } from "./participation/room.ts"
import type { Restoring } from "./restoring/room.ts"
import { needs } from "./unjudged.ts"
import { unprovenRows } from "./unproven.ts"
import type { Views } from "./views.ts"

export type StatusParts = {
  archive: Archive
  clock: Clock
  delegation: string
  evidence: Evidence
  mailbox: Mailbox
  outbox: Outbox
  participation: Participation
  restoring: Restoring
  views: Views
  roll(): Roll
  versions: ReadonlyMap<number, Rules>
}

/** How the desk stands at this moment, as every screen shows it: where, connected or not, trusted or not, what waits. */
export function deskStatus(parts: StatusParts): Omit<DeskStatus, "officer" | "me" | "care"> {
  const { charter, office, members } = parts.roll()
  const lines = parts.views.lines()
  const heard = parts.mailbox.lastHeard()
  return {
    delegation: parts.delegation,
    office,
    exercise: charter.exercise,
    officeName: charter.name,
    languages: charter.languages,
    delegations: charter.delegations.map((d) => ({
      ...{ name: d.name, kind: d.kind, names: d.names },
      state: members[d.name]?.state ?? "never-joined",
    })),
    glossary: charter.glossary ?? [],
    secretariat: charter.secretariat,
    zones: charter.zones ?? [],
    now: instantOf(parts.clock),
    connected: parts.mailbox.connected(),
    heardAt: heard > 0 ? new Date(heard).toISOString() : null,
    distrusted: parts.evidence.distrusted() ?? null,
    unproven: unprovenRows(parts.archive),
    needs: needs(parts.archive, parts.roll().rules, parts.versions),
    keyEvent: parts.participation.unseen(),
    restored: parts.restoring.view(),
    unstamped: unstampedRows(parts.archive),
    waiting: parts.outbox.waiting(),
    unread: lines.reduce((sum, line) => sum + line.unread, 0),
    lines,
    clocks: charter.clocks,
    reportsOpening: true,
  }
}

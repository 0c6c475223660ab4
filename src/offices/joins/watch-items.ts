import type { Precedence } from "../act.ts"
import type { Charter } from "../roll/charter.ts"
import type { RelayQueue, StopRow } from "./relays.ts"
import type { CheckDue, OverdueView } from "./watch.ts"

/** The kinds of open items of a watch, as its screen tells them apart. */
export const WATCH_KINDS = [
  "stop",
  "alarm",
  "flash",
  "overdue",
  "answer",
  "promise",
  "relay",
  "check",
  "desk",
  "handover",
  "clock",
] as const
export type WatchKind = (typeof WATCH_KINDS)[number]

/** Alarms that stand until officers have done something about them, or for a day. */
export const WATCH_ALARMS = ["distrusted", "key-event", "needs", "unproven", "evidence", "alert-failed"] as const

/** What a missed check asks for, by how many were missed in a row (handbook W1 d). */
export const MISSED = ["missed", "missed-telephone", "missed-other-way", "missed-council"] as const

/** What an item is and, with it, what there is to do. */
export const WATCH_WHATS = [
  ...WATCH_ALARMS,
  ...MISSED,
  "stop",
  "unread",
  "carried",
  "not-delivered",
  "overdue",
  "answer",
  "returned",
  "reply",
  "back",
  "pass-on",
  "carry-back",
  "check-call",
  "check-answer",
  "check-close",
  "check-explain",
  "silent",
  "not-connected",
  "running",
  "handover",
] as const
export type WatchWhat = (typeof WATCH_WHATS)[number]

/** One thing that is open on a watch. */
export type WatchItem = {
  /** The same for as long as it is the same thing. */
  key: string
  kind: WatchKind
  what: WatchWhat
  /** The instant after which it is too late; what is late died then. */
  dies: string
  /** Null where it has none of its own. */
  precedence: Precedence | null
  /** Whose it is; null where it is nobody's but this desk's. */
  of: string | null
  line: string | null
  matter: string | null
  subject: string | null
  language: string | null
  /** How many in a row, or of what rules the version; null where there is nothing to count. */
  count: number | null
  /** The officer of this desk who said that he deals with it. */
  heldBy: string | null
}

/** GET /api/watch: what is open, what dies first before all else; `more` items beyond these are not told. */
export type WatchView = { items: WatchItem[]; more: number }

/** A message that this delegation has to answer, or has promised to. */
export type WatchMessage = {
  line: string
  matter: string
  by: string
  precedence: Precedence
  language: string
  subject: string | null
  deadline: string
  unread: boolean
  heldBy: string | null
}

/** What one member missed in a row, at whoever calls the checks of that line. */
export type MissedChecks = { line: string; of: string; count: number; at: string }

/** All that a desk holds of what is open; every instant is UTC. */
export type WatchFacts = {
  delegation: string
  now: string
  clocks: Charter["clocks"]
  overdue: OverdueView
  /** How many are on each line. */
  members: ReadonlyMap<string, number>
  awaiting: readonly WatchMessage[]
  /** Receipt was stated, a reply is asked for by `deadline` and did not go. */
  promised: readonly WatchMessage[]
  /** Lines on which this desk declared itself out of service, and until when. */
  absences: readonly { line: string; until: string }[]
  checks: readonly CheckDue[]
  missed: readonly MissedChecks[]
  relays: RelayQueue
  stops: readonly StopRow[]
  alarms: readonly {
    what: (typeof WATCH_ALARMS)[number]
    key: string
    at: string
    of: string | null
    count: number | null
  }[]
  /** Words of this desk that came back to it. */
  returned: readonly { id: number; line: string; submitted: string; precedence: string; subject: string | null }[]
  /** What a courier brought and nobody has read. */
  carried: readonly { hash: string; by: string; came: string; precedence: string }[]
  /** By when the watch is to be handed over; null where nobody has it. */
  handover: string | null
  /** When the registry was last heard. */
  heardAt: string | null
}

/** A line check as far as its being missed is told. */
export type CheckPast = {
  line: string
  slot: string
  members: Record<string, { answered: boolean; missed: string | null }>
}

/** An hour: what dies within it is what a watch is busy with, what died longer ago is its backlog. */
const BUSY_MS = 3_600_000

/** When an item is to be dealt with: now, late for longer than an hour, or later. */
export const WATCH_BANDS = ["now", "late", "later"] as const
export type WatchBand = (typeof WATCH_BANDS)[number]

/** What interrupts every screen is always for now. */
export function bandOf({ kind, precedence, dies }: WatchItem, now: string): WatchBand {
  if (kind === "stop" || kind === "alarm" || precedence === "FLASH") return "now"
  const left = Date.parse(dies) - Date.parse(now)
  if (Math.abs(left) <= BUSY_MS) return "now"
  return left < 0 ? "late" : "later"
}

import type { Checked, CheckState } from "../lines/check.ts"

/** One day of one member on one line: a bit for each quarter of an hour in which something of it was entered. */
export type Heard = { day: string; line: string; sender: string; am: number; pm: number }

/**
 * How an hour of a member went, one letter each: `h` heard in every quarter, `p` in some, `s` silent while others were
 * heard, `o` nothing was entered by this desk itself, `r` by nobody on any line, `.` not over yet.
 */
export type Hours = string

/** What a check by officers came to for one member; silence of a desk that was heard meanwhile is another silence. */
export const OUTCOMES = [
  "ok",
  "late",
  "garbled",
  "out-of-service",
  "no-answer-up",
  "no-answer-down",
  "pending",
  "not-called",
] as const
export type Outcome = (typeof OUTCOMES)[number]

export type BoardCheck = {
  slot: string
  matter: string | null
  /** Whose read-back it was: beside the member who called it, this delegation's own. */
  of: string
  outcome: Outcome
  /** Seconds from the stamp of the call to the stamp of the read-back. */
  roundTrip: number | null
  quality: number | null
  /** The reason that the member gave for a missed check: its hash, and on a screen its words. */
  reason: string | null
}
export type BoardDay = { day: string; hours: Hours; checks: BoardCheck[] }

/** What the picture of one member on one line is drawn from. */
export type BoardParts = {
  self: string
  line: { id: string; members: readonly string[] }
  member: string
  /** Of all lines of this desk: whether anybody was heard at all tells a silent member from a registry that was away. */
  heard: HeardIndex
  /** Checks of this line by the hour that they are of. */
  checks: ReadonlyMap<string, { matter: string; state: CheckState }>
  /** Hours of the day at which this line is checked (`06:00`); none where nobody calls checks on it. */
  slots: readonly string[]
  /** Seconds within which a check is to be read back. */
  answer: number
  /** Seconds between the slots of this line where nobody is signed in: how many quarters of an hour are due. */
  slotSeconds: number
  /** When the line was opened: before, nobody is silent on it. */
  opened: string
  now: string
}

/** Bits of a day by line and sender, and those of everyone together. */
export type HeardIndex = {
  of(day: string, line: string, sender: string): Quarters
  own(day: string): Quarters
  anyone(day: string): Quarters
}
/** Before noon and after, 48 bits each. */
export type Quarters = readonly [am: number, pm: number]

const NONE: Quarters = [0, 0]

/** Indexes what was heard; `self` is this desk's own delegation. */
export function indexHeard(rows: readonly Heard[], self: string): HeardIndex {
  const [each, own, anyone] = [new Map<string, Quarters>(), new Map<string, Quarters>(), new Map<string, Quarters>()]
  for (const { day, line, sender, am, pm } of rows) {
    each.set(`${day} ${line} ${sender}`, [am, pm])
    anyone.set(day, union(anyone.get(day) ?? NONE, [am, pm]))
    if (sender === self) own.set(day, union(own.get(day) ?? NONE, [am, pm]))
  }
  return {
    of: (day, line, sender) => each.get(`${day} ${line} ${sender}`) ?? NONE,
    own: (day) => own.get(day) ?? NONE,
    anyone: (day) => anyone.get(day) ?? NONE,
  }
}

// 48 bits are more than JavaScript's bit operators take: halves of 24.
const HALF = 2 ** 24

function union([am, pm]: Quarters, [otherAm, otherPm]: Quarters): Quarters {
  return [or(am, otherAm), or(pm, otherPm)]
}

function or(a: number, b: number): number {
  return (Math.floor(a / HALF) | Math.floor(b / HALF)) * HALF + ((a % HALF) | (b % HALF))
}

/** How many bits are set in each number of four bits. */
const BITS = [0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4]

/** How many of the four quarters of an hour are set. */
function quartersOf([am, pm]: Quarters, hour: number): number {
  const nibble = Math.floor((hour < 12 ? am : pm) / 2 ** ((hour % 12) * 4)) % 16
  return BITS[nibble] ?? 0
}

/** The days from the first to the last, as `2026-11-23`. */
export function daysBetween(first: string, last: string): string[] {
  const days: string[] = []
  for (let at = Date.parse(first); at <= Date.parse(last); at += 86_400_000)
    days.push(new Date(at).toISOString().slice(0, 10))
  return days
}

/** The picture of one member on one line, day by day. */
export function boardDays(parts: BoardParts, days: readonly string[]): BoardDay[] {
  return days.map((day) => ({ day, hours: hoursOf(parts, day), checks: checksOf(parts, day) }))
}

function hoursOf({ heard, line, member, opened, now, slotSeconds }: BoardParts, day: string): Hours {
  const [of, own, anyone] = [heard.of(day, line.id, member), heard.own(day), heard.anyone(day)]
  const due = Math.min(4, Math.max(1, Math.floor(3600 / slotSeconds)))
  return Array.from({ length: 24 }, (_, hour) => {
    const end = `${day}T${String(hour).padStart(2, "0")}:59:59.999Z`
    const quarters = quartersOf(of, hour)
    if (quarters >= due) return "h"
    if (end > now || end < opened) return quarters > 0 ? "p" : "."
    if (quarters > 0) return "p"
    if (quartersOf(anyone, hour) === 0) return "r"
    return quartersOf(own, hour) === 0 ? "o" : "s"
  }).join("")
}

function checksOf(parts: BoardParts, day: string): BoardCheck[] {
  return parts.slots.flatMap((time) => {
    const slot = `${day}T${time}:00.000Z`
    if (slot > parts.now || slot < parts.opened) return []
    const check = parts.checks.get(slot)
    // Within the time in which it would have to be read back it can still be called.
    if (!check && Date.parse(parts.now) <= Date.parse(slot) + parts.answer * 1000) return []
    const of = check && check.state.by === parts.member ? parts.self : parts.member
    return [check ? checkOf({ ...parts, member: of }, check.matter, check.state) : notCalled(slot, of)]
  })
}

function notCalled(slot: string, of: string): BoardCheck {
  return { slot, matter: null, of, outcome: "not-called", roundTrip: null, quality: null, reason: null }
}

function checkOf(parts: BoardParts, matter: string, state: CheckState): BoardCheck {
  const one: Checked = Object.hasOwn(state.members, parts.member) ? (state.members[parts.member] ?? {}) : {}
  const at = one.answered && Date.parse(one.answered.at) - Date.parse(state.at)
  return {
    slot: state.slot,
    matter,
    of: parts.member,
    outcome: outcomeOf(parts, state, one),
    roundTrip: at === undefined ? null : Math.round(at / 1000),
    quality: one.answered?.quality ?? null,
    reason: one.explained?.text ?? null,
  }
}

function outcomeOf(parts: BoardParts, state: CheckState, one: Checked): Outcome {
  if (one.closed?.result === "GARBLED") return "garbled"
  if (one.closed?.result === "OUT_OF_SERVICE") return "out-of-service"
  const until = Date.parse(state.at) + parts.answer * 1000
  if (one.answered) return one.unanswered || Date.parse(one.answered.at) > until + 999 ? "late" : "ok"
  if (Date.parse(parts.now) <= until) return "pending"
  return wasHeard(parts, Date.parse(state.at), until) ? "no-answer-up" : "no-answer-down"
}

/** Whether anything of the member was entered on this line in the hours that a check ran. */
function wasHeard({ heard, line, member }: BoardParts, from: number, until: number): boolean {
  for (let at = from; at <= until + 3_599_999; at += 3_600_000) {
    const hour = new Date(Math.min(at, until)).toISOString()
    if (quartersOf(heard.of(hour.slice(0, 10), line.id, member), Number(hour.slice(11, 13))) > 0) return true
  }
  return false
}

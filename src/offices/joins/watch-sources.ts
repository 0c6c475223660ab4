import type { Precedence } from "../act.ts"
import { silentAfter } from "./alarms.ts"
import {
  bandOf,
  type CheckPast,
  type MISSED,
  type MissedChecks,
  WATCH_BANDS,
  type WatchFacts,
  type WatchItem,
  type WatchKind,
  type WatchMessage,
  type WatchWhat,
} from "./watch-items.ts"

/**
 * Where open items come from. An office that has something which dies, such as a window that opens or ends, adds its own
 * source here, and nothing else of the watch knows of it.
 */
export const WATCH_SOURCES: readonly ((facts: WatchFacts) => WatchItem[])[] = [
  runningStops,
  alarms,
  unreadFlash,
  carried,
  late,
  awaitingUs,
  promised,
  relays,
  checks,
  missed,
  silentDesks,
  ownDesk,
  handover,
  runningClocks,
]

/** Everything that is open: what is for now, what is late, what comes later, and in each of them what dies first. */
export function watchItems(facts: WatchFacts): WatchItem[] {
  const rank = (item: WatchItem) => WATCH_BANDS.indexOf(bandOf(item, facts.now))
  return WATCH_SOURCES.flatMap((source) => source(facts))
    .map((item) => ({ item, rank: rank(item) }))
    .sort((a, b) => a.rank - b.rank || compare(a.item.dies, b.item.dies) || compare(a.item.key, b.item.key))
    .map(({ item }) => item)
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}

const NOTHING = {
  ...{ precedence: null, of: null, line: null, matter: null, subject: null, language: null, count: null, heldBy: null },
}

type Bare = Pick<WatchItem, "key" | "kind" | "what" | "dies"> & Partial<WatchItem>

/** Of one thing there is one item of each kind: its key says both. */
function item(one: Bare): WatchItem {
  return { ...NOTHING, ...one, key: `${one.kind}/${one.key}` }
}

function later(at: string, seconds: number): string {
  return new Date(Date.parse(at) + seconds * 1000).toISOString()
}

function runningStops({ stops }: WatchFacts): WatchItem[] {
  return stops.map(({ line, matter, caller, since, subject, language }) => {
    const key = `${line}/${matter ?? since}`
    return item({
      key,
      kind: "stop",
      what: "stop",
      dies: since,
      precedence: "FLASH",
      of: caller,
      line,
      matter,
      subject,
      language,
    })
  })
}

function alarms({ alarms }: WatchFacts): WatchItem[] {
  return alarms.map(({ what, key, at, of, count }) => item({ key, kind: "alarm", what, dies: at, of, count }))
}

function isUnreadFlash({ unread, precedence }: WatchMessage): boolean {
  return unread && precedence === "FLASH"
}

function messageItem(
  kind: WatchKind,
  what: WatchWhat,
  { line, matter, by, deadline, precedence, language, subject, heldBy }: WatchMessage,
): WatchItem {
  const key = `${line}/${matter}`
  return item({ key, kind, what, dies: deadline, precedence, of: by, line, matter, subject, language, heldBy })
}

function unreadFlash({ awaiting }: WatchFacts): WatchItem[] {
  return awaiting.filter(isUnreadFlash).map((message) => messageItem("flash", "unread", message))
}

function carried({ carried, clocks }: WatchFacts): WatchItem[] {
  return carried.map(({ hash, by, came, precedence }) => {
    const known = precedenceOf(precedence)
    const kind = precedence === "FLASH" ? "flash" : "answer"
    return item({
      key: hash,
      kind,
      what: "carried",
      dies: later(came, clocks.acknowledge[known]),
      precedence: known,
      of: by,
    })
  })
}

function late({ overdue, clocks }: WatchFacts): WatchItem[] {
  return overdue.waiting.flatMap(({ call, line, matter, of, at, deadline, precedence, subject, language }) => {
    if (call === null) return []
    const known = precedenceOf(precedence)
    const dies = call === "overdue" ? deadline : later(at, clocks.deliver[known])
    const key = `${line}/${matter}/${of}`
    const words = { line, matter, subject, language, precedence: known }
    return item({ key, kind: "overdue", what: call, dies, of, ...words })
  })
}

function runningClocks({ overdue }: WatchFacts): WatchItem[] {
  return overdue.waiting.flatMap(({ call, line, matter, of, deadline, precedence, subject, language }) => {
    if (call !== null) return []
    const key = `${line}/${matter}/${of}`
    const words = { line, matter, subject, language, precedence: precedenceOf(precedence) }
    return item({ key, kind: "clock", what: "running", dies: deadline, of, ...words })
  })
}

/** What is to be passed on is answered by that, and stands among the relays. */
function awaitingUs({ awaiting, relays, returned, clocks }: WatchFacts): WatchItem[] {
  const passing = new Set(relays.requests.map(({ line, matter }) => `${line}/${matter}`))
  const messages = awaiting
    .filter((message) => !isUnreadFlash(message) && !passing.has(`${message.line}/${message.matter}`))
    .map((message) => messageItem("answer", "answer", message))
  const back = returned.map(({ id, line, submitted, precedence, subject }) => {
    const known = precedenceOf(precedence)
    const dies = later(submitted, clocks.deliver[known])
    return item({ key: String(id), kind: "answer", what: "returned", dies, precedence: known, line, subject })
  })
  return [...messages, ...back]
}

function promised({ promised, absences, delegation }: WatchFacts): WatchItem[] {
  const back = absences.map(({ line, until }) =>
    item({ key: line, kind: "promise", what: "back", dies: until, of: delegation, line }),
  )
  return [...promised.map((message) => messageItem("promise", "reply", message)), ...back]
}

function relays({ relays, clocks }: WatchFacts): WatchItem[] {
  const requests = relays.requests.map(({ line, matter, by, at, precedence, language, subject }) => {
    const known = precedenceOf(precedence)
    const dies = later(at, clocks.handle[known])
    const words = { line, matter, subject, language, precedence: known }
    return item({ key: `${line}/${matter}`, kind: "relay", what: "pass-on", dies, of: by, ...words })
  })
  const answers = relays.answers.map(({ index, number, line, matter, from, at, subject, language }) => {
    const key = `answer/${index}/${number}`
    const dies = later(at, clocks.handle.ROUTINE)
    return item({ key, kind: "relay", what: "carry-back", dies, of: from, line, matter, subject, language })
  })
  return [...requests, ...answers]
}

const PRECEDENCES: readonly Precedence[] = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"]

function precedenceOf(word: string): Precedence {
  return PRECEDENCES.find((one) => one === word) ?? "ROUTINE"
}

function checks({ checks, clocks }: WatchFacts): WatchItem[] {
  return checks.map(({ what, line, slot, matter }) => {
    const key = `${what}/${line}/${matter ?? slot}`
    return item({ key, kind: "check", what: `check-${what}`, dies: later(slot, clocks.checks.answer), line, matter })
  })
}

function missed({ missed }: WatchFacts): WatchItem[] {
  return missed.map(({ line, of, count, at }) =>
    item({ key: `missed/${line}/${of}`, kind: "check", what: missedSays(count), dies: at, of, line, count }),
  )
}

/** One missed is noted, two are telephoned about, three go by another way, six are a fact for the council. */
function missedSays(count: number): (typeof MISSED)[number] {
  if (count >= 6) return "missed-council"
  if (count >= 3) return "missed-other-way"
  return count >= 2 ? "missed-telephone" : "missed"
}

function silentDesks({ overdue, members, clocks, now }: WatchFacts): WatchItem[] {
  return overdue.silent.map(({ line, of, heard }) => {
    const since = silentAfter(members.get(line) ?? 2, clocks) / 1000
    const dies = heard === null ? now : later(heard, since)
    return item({ key: `${line}/${of}`, kind: "desk", what: "silent", dies, of, line })
  })
}

function handover({ handover }: WatchFacts): WatchItem[] {
  return handover === null ? [] : [item({ key: "due", kind: "handover", what: "handover", dies: handover })]
}

/** A desk that hears nothing knows of nothing else that dies: it stands with what is most urgent. */
function ownDesk({ overdue, heardAt, now, delegation }: WatchFacts): WatchItem[] {
  if (overdue.connected) return []
  return [
    item({
      key: "own",
      kind: "desk",
      what: "not-connected",
      dies: heardAt ?? now,
      precedence: "FLASH",
      of: delegation,
    }),
  ]
}

/** Who missed the latest checks in a row, how many, and since when; late answers end a row, checks under way do not count. */
export function missedInRow(checks: readonly CheckPast[]): MissedChecks[] {
  const rows = new Map<string, MissedChecks & { ended: boolean }>()
  for (const { line, members } of checks.toSorted((a, b) => compare(b.slot, a.slot)))
    for (const [of, { answered, missed }] of Object.entries(members)) {
      const row = rows.get(`${line}/${of}`) ?? { line, of, count: 0, at: "", ended: false }
      rows.set(`${line}/${of}`, row)
      if (row.ended || (!answered && missed === null)) continue
      if (answered) row.ended = true
      else Object.assign(row, { count: row.count + 1, at: missed })
    }
  return [...rows.values()].filter(({ count }) => count > 0).map(({ ended: _, ...row }) => row)
}

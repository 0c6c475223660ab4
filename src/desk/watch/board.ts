import { type BoardDay, type BoardParts, boardDays, daysBetween, indexHeard } from "#offices/joins/board.ts"
import type { BoardView, CheckDue, CheckView } from "#offices/joins/watch.ts"
import type { CheckState } from "#offices/lines/check.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"
import { clearText, openLines } from "../reading.ts"

/** The line board: how every line of this desk went, by member, day and hour, and the checks by officers. */
export type Board = {
  /** The picture of the last `days` days, today among them. */
  view(days: number): BoardView
  check(line: string, matter: string): CheckView | undefined
  /** What this delegation's officers have to do now: call a check, read one back, say what one came to. */
  due(): CheckDue[]
}

export type BoardReading = { archive: Archive; clock: Clock; delegation: string; roll(): Roll }

type Check = { line: string; matter: string; state: CheckState }

const DAY = 86_400_000

/** Opens the board of a desk. */
export function openBoard(parts: BoardReading): Board {
  const { archive, clock, delegation, roll } = parts
  const today = () => instantOf(clock).slice(0, 10)
  return {
    view(count) {
      const first = new Date(Date.parse(today()) - (count - 1) * DAY).toISOString().slice(0, 10)
      const days = daysBetween(first, today())
      const heard = indexHeard(heardSince(archive, first), delegation)
      const checks = Map.groupBy(checksSince(archive, first), (check) => check.line)
      const { charter } = roll()
      const { answer } = charter.clocks.checks
      const common = { self: delegation, heard, answer, now: instantOf(clock) }
      const rows = openLines(archive).flatMap(({ id, state: { members, openedAt } }) => {
        const line = { id, members }
        const own = checks.get(id) ?? []
        const bySlot = new Map(own.map(({ matter, state }) => [state.slot, { matter, state }]))
        const slots = slotsOf(members, charter.secretariat, charter.clocks.checks.at, own)
        const { unattended } = members.length > 2 ? charter.clocks.slotOfMany : charter.clocks.slot
        const picture = (member: string): BoardParts => ({
          ...{ ...common, line, member, slots, checks: bySlot, opened: openedAt ?? "", slotSeconds: unattended },
        })
        return members
          .filter((member) => member !== delegation)
          .map((member) => ({ line: line.id, member, days: inWords(archive, boardDays(picture(member), days)) }))
      })
      return { days, rows }
    },
    check: (line, matter) => checkView(archive, line, matter),
    due: () => [...toCall(parts), ...toAnswer(parts)],
  }
}

/** The days with the reasons that members gave, in their words. */
function inWords(archive: Archive, days: BoardDay[]): BoardDay[] {
  for (const { checks } of days) for (const one of checks) one.reason = clearText(archive, one.reason)
  return days
}

/** Hours at which a line is checked: the charter's on a line of two with the secretariat, else those that were called. */
function slotsOf(
  members: readonly string[],
  secretariat: string,
  hours: readonly string[],
  checks: readonly Check[],
): string[] {
  if (members.length === 2 && members.includes(secretariat)) return [...hours]
  return [...new Set(checks.map(({ state }) => state.slot.slice(11, 16)))].sort()
}

function heardSince({ sql }: Archive, first: string) {
  return sql.all`SELECT day, line, sender, am, pm FROM heard WHERE day >= ${first}`.map((row) => ({
    day: text(row.day) ?? "",
    line: text(row.line) ?? "",
    sender: text(row.sender) ?? "",
    am: number(row.am),
    pm: number(row.pm),
  }))
}

/** Checks by officers since a day, with the line of each. */
export function checksSince({ sql }: Archive, first: string): Check[] {
  const rows = sql.all`SELECT line, id, state FROM matter WHERE office = 'check' AND opened >=
    coalesce((SELECT min("index") FROM envelope WHERE at >= ${first}), 0)`
  return rows.map((row) => ({
    line: text(row.line) ?? "",
    matter: text(row.id) ?? "",
    state: JSON.parse(text(row.state) ?? "null"),
  }))
}

function checkView(archive: Archive, line: string, matter: string): CheckView | undefined {
  const row = archive.sql.get`SELECT state FROM matter WHERE line = ${line} AND id = ${matter} AND office = 'check'`
  if (!row) return undefined
  const state = JSON.parse(text(row.state) ?? "null") as CheckState
  const clear = (hash: string | null | undefined) => clearText(archive, hash)
  const { by, at, slot, header } = state
  const members = Object.entries(state.members).map(([member, one]) => ({
    member,
    answered: one.answered ? { ...one.answered, readBack: clear(one.answered.readBack) } : null,
    closed: one.closed ? { ...one.closed, text: clear(one.closed.text) } : null,
    unanswered: one.unanswered?.at ?? null,
    explained: one.explained ? { at: one.explained.at, text: clear(one.explained.text) } : null,
  }))
  return { line, matter, by, at, slot, header, text: clear(state.text), members }
}

/** Checks of the last hour of the charter that this desk's officers have not called yet. */
function toCall({ archive, clock, delegation, roll }: BoardReading): CheckDue[] {
  const { charter } = roll()
  if (delegation !== charter.secretariat) return []
  const now = instantOf(clock)
  const slot = [-1, 0]
    .flatMap((day) => {
      const date = new Date(Date.parse(now.slice(0, 10)) + day * DAY).toISOString().slice(0, 10)
      return charter.clocks.checks.at.map((time) => `${date}T${time}:00.000Z`)
    })
    .filter((one) => one <= now)
    .sort()
    .at(-1)
  if (slot === undefined) return []
  const called = new Set(
    checksSince(archive, slot.slice(0, 10))
      .filter((c) => c.state.slot === slot)
      .map((c) => c.line),
  )
  return openLines(archive)
    .filter(({ state: { members } }) => members.length === 2 && members.includes(delegation))
    .filter(({ id, state }) => !called.has(id) && (state.openedAt ?? "") <= slot)
    .map(({ id }) => ({ what: "call", line: id, slot, matter: null }))
}

/** Checks of the last two days that wait for this desk: to be read back, explained, or closed by whoever called. */
function toAnswer({ archive, clock, delegation }: BoardReading): CheckDue[] {
  const since = new Date(clock.now() - 2 * DAY).toISOString().slice(0, 10)
  return checksSince(archive, since).flatMap(({ line, matter, state }): CheckDue[] => {
    const what = owedBy(delegation, state)
    return what ? [{ what, line, matter, slot: state.slot }] : []
  })
}

/** What a check still asks of a delegation; undefined where nothing. */
function owedBy(delegation: string, { by, members }: CheckState): "close" | "answer" | "explain" | undefined {
  if (by === delegation) return Object.values(members).some((one) => one.answered && !one.closed) ? "close" : undefined
  const mine = members[delegation]
  if (!mine || mine.closed || mine.explained) return undefined
  if (!mine.answered) return "answer"
  return mine.unanswered ? "explain" : undefined
}

import type { DeskStatus, WaitingRow } from "#offices/joins/screen.ts"
import type { OverdueView } from "#offices/joins/watch.ts"
import type { WatchFacts, WatchMessage, WatchView } from "#offices/joins/watch-items.ts"
import { missedInRow, watchItems } from "#offices/joins/watch-sources.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { awaits, deadline } from "#offices/lines/silence.ts"
import { clocksOf } from "#offices/roll/charter.ts"
import { type Archive, text } from "../archive.ts"
import { onDuty } from "../duty/handover.ts"
import type { Desk } from "../open.ts"
import { clearText, openLines } from "../reading.ts"
import { runningStops } from "../relays/stops.ts"
import { type Board, checksSince, openBoard } from "./board.ts"
import { overdueView } from "./overdue.ts"

/** More than this nobody works off in one watch; what is most urgent is told. */
const MOST = 2000
/** Messages of one line that are looked at, the latest first. */
const OF_A_LINE = 500
/** What was missed longer ago in a row says nothing more. */
const WEEK_MS = 7 * 86_400_000
/** Evidence against an author stands on the watch for a day; the register's screen keeps it. */
const DAY_MS = 86_400_000

/** Everything that is open at this desk, what dies first before all else. */
export function watchView(desk: Desk, board: Board, overdue: OverdueView): WatchView {
  const items = watchItems(factsOf(desk, board, overdue))
  return { items: items.slice(0, MOST), more: Math.max(0, items.length - MOST) }
}

/** The same, for whoever has no board of his own. */
export function watchOf(desk: Desk): WatchView {
  const { archive, clock, delegation, book } = desk
  const parts = { archive, clock, delegation, roll: book.roll }
  return watchView(desk, openBoard(parts), overdueView({ ...parts, connected: () => desk.status().connected }))
}

function factsOf(desk: Desk, board: Board, overdue: OverdueView): WatchFacts {
  const { archive, clock, delegation } = desk
  const status = desk.status()
  const week = new Date(clock.now() - WEEK_MS).toISOString().slice(0, 10)
  const { charter } = desk.book.roll()
  const reading = { archive, delegation, clocks: clocksOf(charter), officerName: desk.officers.name }
  const lines = openLines(archive).map(({ id }) => id)
  return {
    delegation,
    now: status.now,
    clocks: charter.clocks,
    overdue,
    members: new Map(status.lines.map(({ id, members }) => [id, members.length])),
    awaiting: lines.flatMap((line) => awaitingOn(reading, line)),
    promised: lines.flatMap((line) => promisedOn(reading, line)),
    absences: absences(archive, delegation),
    checks: board.due(),
    missed: missedInRow(
      checksSince(archive, week)
        .filter(({ state }) => state.by === delegation)
        .map(({ line, state: { slot, members } }) => ({
          ...{ line, slot },
          members: Object.fromEntries(
            Object.entries(members).map(([of, one]) => [
              of,
              { answered: one.answered !== undefined, missed: one.unanswered?.at ?? null },
            ]),
          ),
        })),
    ),
    relays: desk.relayQueue(),
    stops: runningStops(archive, delegation, status.now),
    alarms: alarmsOf(desk, status),
    returned: desk.views.waiting().filter(({ state }: WaitingRow) => state === "refused"),
    carried: status.unstamped.filter(({ readAt }) => readAt === null),
    handover: onDuty(desk)?.due ?? null,
    heardAt: status.heardAt,
  }
}

type Reading = {
  archive: Archive
  delegation: string
  clocks: ReturnType<typeof clocksOf>
  officerName(id: string): string | undefined
}

/** Messages that wait for this delegation; an emergency stop stands on the watch as itself. */
function awaitingOn(reading: Reading, line: string): WatchMessage[] {
  const { archive, delegation } = reading
  const rows = archive.sql.all`SELECT m.line, m.id, m.state, k.opened AS marked, k.held_by FROM matter m
    LEFT JOIN mark k ON k.line = m.line AND k.matter = m.id
    WHERE m.line = ${line} AND m.awaited IS NOT NULL AND m.office = 'message'
      AND instr(' ' || m.awaited || ' ', ${` ${delegation} `}) > 0
    ORDER BY m.opened DESC LIMIT ${OF_A_LINE}`
  return rows.flatMap((row) => {
    const state = stateOf(row)
    return state.form === "emergency-stop" || !awaits(state, delegation) ? [] : [messageOf(reading, row, state)]
  })
}

/** Messages of which receipt was stated here, whose reply is asked for by an instant and did not go. */
function promisedOn(reading: Reading, line: string): WatchMessage[] {
  const { archive, delegation } = reading
  const rows = archive.sql.all`SELECT m.line, m.id, m.state, k.opened AS marked, k.held_by
    FROM matter m INDEXED BY matter_reply_by LEFT JOIN mark k ON k.line = m.line AND k.matter = m.id
    WHERE m.line = ${line} AND m.office = 'message' AND m.state->>'$.replyBy' IS NOT NULL
    ORDER BY m.opened DESC LIMIT ${OF_A_LINE}`
  return rows.flatMap((row) => {
    const state = stateOf(row)
    const answer = Object.hasOwn(state.answers, delegation) ? state.answers[delegation] : undefined
    if (!answer?.acknowledged || answer.replied || answer.objected || state.recalled) return []
    return [messageOf(reading, row, state)]
  })
}

function stateOf(row: Record<string, unknown>): MessageState {
  return JSON.parse(text(row.state) ?? "null")
}

function messageOf({ archive, clocks, officerName }: Reading, row: Record<string, unknown>, state: MessageState) {
  const { by, precedence, language } = state
  const holder = text(row.held_by)
  return {
    ...{ line: text(row.line) ?? "", matter: text(row.id) ?? "", by, precedence, language },
    subject: clearText(archive, state.subject),
    deadline: deadline(state, clocks),
    unread: row.marked === null,
    heldBy: holder ? (officerName(holder) ?? null) : null,
  }
}

function absences(archive: Archive, delegation: string): WatchFacts["absences"] {
  return openLines(archive).flatMap(({ id, state }) => {
    const until = state.outOfService?.[delegation]?.until
    return until ? [{ line: id, until }] : []
  })
}

type Status = Pick<DeskStatus, "distrusted" | "keyEvent" | "needs" | "unproven" | "now">

function alarmsOf(desk: Desk, { distrusted, keyEvent, needs, unproven, now }: Status): WatchFacts["alarms"] {
  const none = { of: null, count: null }
  const waiting = unproven.filter(({ waits }) => waits)
  const recent = new Date(Date.parse(now) - DAY_MS).toISOString()
  const authors = desk.evidenceView().filter(({ whose, at }) => whose === "author" && at > recent)
  const first = needs?.rows[0]
  return [
    ...(distrusted ? [{ ...none, what: "distrusted" as const, key: "distrusted", at: distrusted.at }] : []),
    ...(keyEvent
      ? [{ ...none, what: "key-event" as const, key: String(keyEvent.index), at: keyEvent.at, of: keyEvent.by }]
      : []),
    ...(needs ? [{ ...none, what: "needs" as const, key: "needs", at: first?.at ?? now, count: needs.rules }] : []),
    ...waiting.map(({ hash, at, by }) => ({ ...none, what: "unproven" as const, key: hash, at, of: by })),
    ...failedAlerts(desk).map(({ channel, at }) => ({ ...none, what: "alert-failed" as const, key: channel, at })),
    ...authors.map(({ id, at }) => ({ ...none, what: "evidence" as const, key: id, at })),
  ]
}

/** Channels of which the last alert or test did not go out. */
function failedAlerts(desk: Desk): { channel: string; at: string }[] {
  return desk.alerts.view().channels.flatMap(({ channel, tested, alerted }) => {
    const last = [tested, alerted].filter((one) => one !== null).sort((a, b) => (a.at < b.at ? 1 : -1))[0]
    return last?.failed ? [{ channel, at: last.at }] : []
  })
}

import { callFor, silentAfter } from "#offices/joins/alarms.ts"
import type { OverdueView, SilentRow, WaitingFor } from "#offices/joins/watch.ts"
import type { LineState } from "#offices/lines/line.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { deadline, speaksForTheClock } from "#offices/lines/silence.ts"
import { clocksOf } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import type { Clock } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"
import { clearText, openLines } from "../reading.ts"

export type OverdueParts = { archive: Archive; clock: Clock; delegation: string; roll(): Roll; connected(): boolean }

const MOST = 500

/**
 * Who has not answered, since when, whether its desk was heard, and whom to telephone; and members of whom two slots
 * passed without an envelope. Nobody is called silent while this desk itself hears nothing from the registry.
 */
export function overdueView(parts: OverdueParts): OverdueView {
  const { archive } = parts
  const lines = openLines(archive)
  const waiting = lines.flatMap((line) => waitingOn(parts, line)).sort((a, b) => (a.deadline < b.deadline ? -1 : 1))
  const connected = parts.connected()
  return { waiting, silent: connected ? lines.flatMap((line) => silentOn(parts, line)) : [], connected }
}

type Line = { id: string; state: LineState }

/** Messages of a line that others have still to answer, as far as this delegation asks or speaks for the clock. */
function waitingOn({ archive, clock, delegation, roll }: OverdueParts, line: Line): WaitingFor[] {
  const { charter } = roll()
  const rows = archive.sql.all`SELECT id, state, awaited FROM matter WHERE line = ${line.id} AND awaited IS NOT NULL
    AND office = 'message' ORDER BY opened DESC LIMIT ${MOST}`
  return rows.flatMap((row) => {
    const state = JSON.parse(text(row.state) ?? "null") as MessageState
    const speaker = speaksForTheClock(state, { id: line.id, members: line.state.members }, charter.secretariat)
    if (state.by !== delegation && speaker !== delegation) return []
    const until = deadline(state, clocksOf(charter))
    const { by, at, precedence, language } = state
    const subject = clearText(archive, state.subject)
    const message = {
      line: line.id,
      matter: text(row.id) ?? "",
      by,
      at,
      precedence,
      language,
      subject,
      deadline: until,
    }
    return (text(row.awaited) ?? "")
      .split(" ")
      .filter((of) => of !== delegation)
      .map((of) => {
        const delivered = deliveredAt(archive, line.id, of, state.place)
        const call = callFor({ precedence, at, deadline: until, delivered }, charter.clocks, clock.now())
        return { ...message, of, delivered, call, ...whom(archive, line, of) }
      })
  })
}

function deliveredAt({ sql }: Archive, line: string, of: string, place: number): string | null {
  const seen = sql.get`SELECT at FROM envelope WHERE line = ${line} AND sender = ${of} AND seen >= ${place} ORDER BY seen LIMIT 1`
  return text(seen?.at) ?? null
}

/** When a member was last heard on a line, what it declared, and whom it says to telephone. */
function whom(archive: Archive, line: Line, of: string): Pick<WaitingFor, "heard" | "telephone" | "outOfService"> {
  const last = archive.sql
    .get`SELECT at FROM envelope WHERE line = ${line.id} AND sender = ${of} ORDER BY place DESC LIMIT 1`
  const declared = line.state.outOfService?.[of]
  return {
    heard: text(last?.at) ?? null,
    telephone: clearText(archive, line.state.contacts?.[of]?.text),
    outOfService: declared ? { at: declared.at, until: declared.until, text: clearText(archive, declared.text) } : null,
  }
}

function silentOn({ archive, clock, delegation, roll }: OverdueParts, line: Line): SilentRow[] {
  const { members, openedAt } = line.state
  const most = silentAfter(members.length, roll().charter.clocks)
  return members
    .filter((member) => member !== delegation)
    .map((of) => ({ line: line.id, of, ...whom(archive, line, of) }))
    .filter(({ heard }) => clock.now() - Date.parse([heard ?? "", openedAt ?? ""].sort().at(-1) ?? "") > most)
}

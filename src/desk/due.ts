import { clockRules } from "#offices/index.ts"
import { clocksOf } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, text } from "./archive.ts"
import type { Door } from "./door.ts"

export type DueParts = { archive: Archive; clock: Clock; delegation: string; door: Door }

const MOST_DUE = 1000

/** Says what the clocks bring about, such as a deadline without a response, where it is this desk's to say. */
export function sayWhatIsDue({ archive: { sql }, clock, delegation, door }: DueParts, roll: Roll): void {
  const now = instantOf(clock)
  const { secretariat } = roll.charter
  const clocks = clocksOf(roll.charter)
  const rows = sql.all`SELECT m.line, m.id, m.office, m.state, l.members FROM matter m JOIN line l ON l.id = m.line
    WHERE m.due <= ${now} ORDER BY m.due LIMIT ${MOST_DUE}`
  for (const row of rows) {
    const matter = text(row.id) ?? ""
    const line = { id: text(row.line) ?? "", members: (text(row.members) ?? "").split(" ") }
    const at = { speaker: delegation, now, matter, line, secretariat, clocks }
    const said = clockRules.get(text(row.office) ?? "")?.say(JSON.parse(text(row.state) ?? "null"), at) ?? []
    for (const { act, fields } of said) {
      const token = `${act}.${Object.values(fields).join(".")}`.slice(0, 200)
      door.hand({ act, line: line.id, records: [{ fields }], token }, { officer: null })
    }
  }
}

import { clockRules } from "#offices/index.ts"
import { clocksOf } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, number, text } from "./archive.ts"
import type { Door } from "./door.ts"

export type DueParts = { archive: Archive; clock: Clock; delegation: string; door: Door }

/** What clocks bring about, such as a deadline without a response. */
export type Due = {
  /** Says what fell due since the last time, where it is this desk's to say. Throws where it cannot be stored. */
  say(roll: Roll): void
  /** Looks at everything that is due once more; what was said is said once. */
  again(): void
}

type Row = Record<string, unknown>

const TOGETHER = 256
const NOTHING = { due: "", folded: 0, line: "", id: "" }

/** Opens what is due. Each matter is looked at when it falls due and, while it is, whenever it was folded anew. */
export function openDue(parts: DueParts): Due {
  const { archive, clock } = parts
  const { sql } = archive
  let last = NOTHING
  let next = 0

  // The bare `due` is what the index answers, so that what nobody says anything about costs no row.
  function foldedSince(): Row[] {
    return sql.all`SELECT m.*, l.members FROM matter m JOIN line l ON l.id = m.line WHERE (m.line, m.id) IN
      (SELECT line, id FROM matter WHERE due <= ${last.due} AND folded >= ${next}
        AND (due, folded, line, id) <= (${last.due}, ${last.folded}, ${last.line}, ${last.id}))`
  }

  function fellDue(now: string): Row[] {
    return sql.all`SELECT m.*, l.members FROM matter m JOIN line l ON l.id = m.line
      WHERE m.due <= ${now} AND (m.due, m.folded, m.line, m.id) > (${last.due}, ${last.folded}, ${last.line}, ${last.id})
      ORDER BY m.due, m.folded, m.line, m.id LIMIT ${TOGETHER}`
  }

  return {
    say(roll) {
      const now = instantOf(clock)
      const entered = Number(archive.meta("next") ?? 0)
      const since = entered > next ? foldedSince() : []
      const fallen = fellDue(now)
      if (since.length + fallen.length > 0)
        archive.transact(() => {
          for (const row of [...since, ...fallen]) sayOf(parts, roll, now, row)
        })
      // Only now: where something could not be stored, all of it is looked at again.
      next = entered
      const end = fallen.at(-1)
      if (end)
        last = {
          ...{ due: text(end.due) ?? "", folded: number(end.folded) },
          ...{ line: text(end.line) ?? "", id: text(end.id) ?? "" },
        }
    },
    again() {
      last = NOTHING
    },
  }
}

function sayOf({ delegation, door }: DueParts, roll: Roll, now: string, row: Row): void {
  const matter = text(row.id) ?? ""
  const line = { id: text(row.line) ?? "", members: (text(row.members) ?? "").split(" ") }
  const { secretariat } = roll.charter
  const at = { speaker: delegation, now, matter, line, secretariat, clocks: clocksOf(roll.charter) }
  const said = clockRules.get(text(row.office) ?? "")?.say(JSON.parse(text(row.state) ?? "null"), at) ?? []
  for (const { act, fields } of said) {
    const token = `${act}.${Object.values(fields).join(".")}`.slice(0, 200)
    door.hand({ act, line: line.id, records: [{ fields }], token }, { officer: null })
  }
}

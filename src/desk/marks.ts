import type { MessageState } from "#offices/lines/message.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, text } from "./archive.ts"
import type { Live } from "./live.ts"

/** What officers note on a message at their own desk. No mark leaves it but as a receipt that a slot reports. */
export type Marks = {
  /** An officer marks a message as opened, or as the one that he has; false for a message that is not here. */
  mark(line: string, matter: string, what: "open" | "hold", officer: string): boolean
}

export type MarksParts = { archive: Archive; clock: Clock; live: Live; delegation: string }

/** Opens the marks of a desk. */
export function openMarks({ archive, clock, live, delegation }: MarksParts): Marks {
  const { sql } = archive
  return {
    mark(line, matter, what, officer) {
      const row = sql.get`SELECT state FROM matter WHERE line = ${line} AND id = ${matter} AND office = 'message'`
      if (!row) return false
      const now = instantOf(clock)
      // One's own message is nobody's to report as opened.
      const own = (JSON.parse(text(row.state) ?? "null") as MessageState).by === delegation ? 1 : 0
      archive.transact(() => {
        sql.run`INSERT OR IGNORE INTO mark (line, matter, reported) VALUES (${line}, ${matter}, ${own})`
        if (what === "open")
          sql.run`UPDATE mark SET opened = ${now}, opened_by = ${officer} WHERE line = ${line} AND matter = ${matter} AND opened IS NULL`
        else sql.run`UPDATE mark SET held_by = ${officer}, held_at = ${now} WHERE line = ${line} AND matter = ${matter}`
      })
      live.tell({ kind: "mark", line, matter })
      return true
    },
  }
}

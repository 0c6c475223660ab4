import type { MessageState } from "#offices/lines/message.ts"
import { type Archive, text } from "./archive.ts"
import type { Door } from "./door.ts"

export type ReportParts = { archive: Archive; door: Door }
export type OpenLine = { id: string; members: readonly string[] }

/** As many openings as fit the smallest body beside their hashes. */
const OPENINGS = 10

/** Hands in one smallest envelope for a line: what was opened since the last, or a line check. */
export function report({ archive, door }: ReportParts, line: OpenLine, precedence: "FLASH" | "ROUTINE"): void {
  const { sql } = archive
  archive.transact(() => {
    const records = opened(archive, line)
    const known = sql.get`SELECT 1 AS waits FROM outbox WHERE state IN ('waiting', 'sealed') AND line = ${line.id}
      AND state = 'waiting' AND officer IS NULL`
    if (known && records.length === 0) return
    for (const { fields } of records)
      sql.run`UPDATE mark SET reported = 1 WHERE line = ${line.id} AND matter = ${fields.matter}`
    const act = records.length > 0 ? "message.opened" : "line.checked"
    const said = records.length > 0 ? records : [{ fields: { matter: line.id } }]
    door.hand({ act, line: line.id, precedence, records: said }, { officer: null })
  })
}

/** The openings that were not reported yet. */
function opened({ sql }: Archive, { id, members }: OpenLine) {
  // On a line of more than two, when a desk opens is nobody's business.
  const most = members.length > 2 ? 0 : OPENINGS
  const rows = sql.all`SELECT mark.matter, m.state FROM mark JOIN matter m ON m.line = mark.line AND m.id = mark.matter
    WHERE mark.line = ${id} AND mark.opened IS NOT NULL AND mark.reported = 0 LIMIT ${most}`
  return rows.map((row) => {
    const state = JSON.parse(text(row.state) ?? "null") as MessageState
    return { fields: { matter: text(row.matter) ?? "", of: state.header, role: "officer" } }
  })
}

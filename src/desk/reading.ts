import { isOpen, type LineState } from "#offices/lines/line.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { type Archive, bytes, text } from "./archive.ts"

/** The text of a hash; null where it was erased or never shown to this desk. */
export function clearText({ sql }: Pick<Archive, "sql">, hash: string | null | undefined): string | null {
  const held = hash ? bytes(sql.get`SELECT bytes FROM text WHERE hash = ${hash}`?.bytes) : undefined
  return held ? fromUtf8(held) : null
}

/** Lines that every member has accepted, in the order in which they were proposed. */
export function openLines({ sql }: Pick<Archive, "sql">): { id: string; state: LineState }[] {
  // CROSS JOIN: from the few lines to their states, never through all matters.
  const rows = sql.all`SELECT l.id, m.state FROM line l CROSS JOIN matter m ON m.line = l.id AND m.id = l.id ORDER BY m.opened`
  const lines = rows.map((row) => ({
    id: text(row.id) ?? "",
    state: JSON.parse(text(row.state) ?? "null") as LineState,
  }))
  return lines.filter(({ state }) => isOpen(state))
}

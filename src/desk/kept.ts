import { publicLineNumber } from "#seal/stamp.ts"
import { type Archive, text } from "./archive.ts"

// So that what a large import left behind holds nothing up.
const TOGETHER = 64

/**
 * Forgets stamps and sealed bodies of this desk's own envelopes on a line once every member has said that it holds
 * them: until then a registry that lost one can have it from here alone. A crash leaves more than is needed.
 */
export function forgetHeld({ sql }: Archive, delegation: string, line: string): void {
  const last = sql.get`SELECT max(serial) AS serial FROM envelope WHERE line = ${line} AND sender = ${delegation}
    AND place <= ${heldByAll(sql, delegation, line)}`
  sql.run`UPDATE outbox SET body = NULL, stamp = NULL, "index" = NULL WHERE id IN (SELECT id FROM outbox
    WHERE line = ${line} AND state = 'stamped' AND body IS NOT NULL AND serial <= ${Number(last?.serial ?? 0)}
    LIMIT ${TOGETHER})`
}

/** The place up to which every other member has said that it holds a line; what is public everybody can have. */
function heldByAll(sql: Archive["sql"], delegation: string, line: string): number {
  if (publicLineNumber(line) !== undefined) return Number.MAX_SAFE_INTEGER
  const members = (text(sql.get`SELECT members FROM line WHERE id = ${line}`?.members) ?? "").split(" ")
  const seen = members
    .filter((member) => member !== delegation)
    .map((member) => sql.get`SELECT max(seen) AS seen FROM envelope WHERE line = ${line} AND sender = ${member}`?.seen)
  return Math.min(...seen.map((place) => (typeof place === "number" ? place : 0)))
}

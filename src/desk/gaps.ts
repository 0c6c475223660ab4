import type { Crypto } from "#register/crypto.ts"
import { nextHead } from "#seal/stamp.ts"
import { type Archive, number, text } from "./archive.ts"
import type { Arrival } from "./arrival.ts"

/**
 * Where a line goes on although the registry's word does not follow, because two officers resumed
 * (docs/decisions/0012-gaps.md): after which place, from which place on, and of what the registry stands convicted.
 */
export type Gap = { line: string; after: number; until: number; code: string; at: string; missing: boolean }

/** Notes a gap; `missing` where places are, or the head is another than what is held leads to. */
export function keepGap({ sql }: Archive, { line, after, until, code, at, missing }: Gap): void {
  sql.run`INSERT OR IGNORE INTO gap VALUES (${line}, ${after}, ${until}, ${code}, ${at}, ${missing ? 1 : 0})`
}

/** The gap before a place of a line. */
export function gapBefore({ sql }: Archive, line: string, place: number): Pick<Gap, "after" | "code"> | null {
  const row = sql.get`SELECT after, code FROM gap WHERE line = ${line} AND until = ${place}`
  return row ? { after: number(row.after), code: text(row.code) ?? "" } : null
}

/** Where places are missing between two places of a line that are held, or the heads do not lead on, in their order. */
export function gapsBetween(
  { sql }: Archive,
  line: string,
  first: number,
  last: number,
): { after: number; until: number }[] {
  const rows = sql.all`SELECT after, until FROM gap WHERE line = ${line} AND missing = 1
    AND after >= ${first} AND until <= ${last} ORDER BY after`
  return rows.map((row) => ({ after: number(row.after), until: number(row.until) }))
}

/** Whether this desk lacks a place of a line behind which it went on. */
export function isMissing({ sql }: Archive, line: string, place: number): boolean {
  return (
    sql.get`SELECT 1 AS lacks FROM gap WHERE line = ${line} AND after < ${place} AND until > ${place}` !== undefined
  )
}

/** Whether serials of an author whose last envelope stands at this place may lie in a gap. */
export function hidesSerials({ sql }: Archive, line: string, place: number): boolean {
  return sql.get`SELECT 1 AS hides FROM gap WHERE line = ${line} AND until > ${place} AND missing = 1` !== undefined
}

/** How far this desk holds a line without anything missing: all that it may sign of itself. */
export function heldTo({ sql }: Archive, line: string): { place: number; head: string } {
  const row = sql.get`SELECT place, head FROM line WHERE id = ${line}`
  const gap = sql.get`SELECT min(after) AS after FROM gap WHERE line = ${line} AND missing = 1`
  const end = row ? { place: number(row.place), head: text(row.head) ?? line } : { place: 0, head: line }
  if (gap?.after === null || gap?.after === undefined) return end
  const place = number(gap.after)
  const held = sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${place}`
  return { place, head: text(held?.head) ?? line }
}

/**
 * Makes room for an envelope that a member brought of those that are missing; false where it does not belong into a gap.
 * What follows on both sides leaves no gap; else it becomes two.
 */
export function fillGap(archive: Archive, crypto: Crypto, { signed, stamp }: Arrival): boolean {
  const { sql } = archive
  const { line } = signed.header
  const row = sql.get`SELECT * FROM gap WHERE line = ${line} AND after < ${stamp.place} AND until > ${stamp.place}`
  if (!row) return false
  const [after, until] = [number(row.after), number(row.until)]
  const at = (place: number) =>
    sql.get`SELECT "index", head, hash FROM envelope WHERE line = ${line} AND place = ${place}`
  const [before, behind] = [at(after), at(until)]
  const index = Number(stamp.index)
  const isFree = !sql.get`SELECT 1 AS held FROM envelope WHERE "index" = ${index} OR hash = ${signed.hash}`
  if (!isFree || index < Number(before?.index ?? -1) || index > Number(behind?.index)) return false
  sql.run`DELETE FROM gap WHERE line = ${line} AND after = ${after} AND until = ${until}`
  const [code, noted] = [text(row.code) ?? "", text(row.at) ?? ""]
  const follows = (from: string, hash: string, head: string) => nextHead(crypto, from, hash) === head
  const head = after === 0 ? line : (text(before?.head) ?? "")
  if (stamp.place > after + 1 || !follows(head, signed.hash, stamp.head))
    keepGap(archive, { line, after, until: stamp.place, code, at: noted, missing: true })
  if (until > stamp.place + 1 || !follows(stamp.head, text(behind?.hash) ?? "", text(behind?.head) ?? ""))
    keepGap(archive, { line, after: stamp.place, until, code, at: noted, missing: true })
  return true
}

import { type Archive, number, text } from "./archive.ts"

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

/** Whether a gap lies between two places of a line that are held. */
export function hasGap({ sql }: Archive, line: string, first: number, last: number): boolean {
  return (
    sql.get`SELECT 1 AS lies FROM gap WHERE line = ${line} AND after >= ${first} AND until <= ${last}` !== undefined
  )
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

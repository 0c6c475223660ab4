import type { Header } from "#seal/header.ts"
import { type Archive, text } from "./archive.ts"
import type { Arrival } from "./arrival.ts"

/**
 * What is wrong with what a header says of the register: a size beyond its own index, or another root than this desk
 * verified for that size. Undefined where it fits, and where this desk holds no checkpoint of that size. Another root
 * is an accusation until its author hands over the checkpoint; the line goes on.
 */
export function falseRegister(
  { sql }: Archive,
  { signed: { header }, stamp }: Arrival,
): "register-size" | "register-root" | undefined {
  const { register } = header
  if (!register) return undefined
  if (register.size > stamp.index) return "register-size"
  const row = sql.get`SELECT root FROM checkpoint WHERE size = ${Number(register.size)}`
  return row && text(row.root) !== register.root ? "register-root" : undefined
}

/** What a stamp's instant is held against: its place in the register, and the checkpoint that its header names. */
export type TimedStamp = { index: number; at: string; register: Header["register"] }

/**
 * The checkpoint by which a stamp's instant is false by more than `bound` seconds; undefined where none shows that.
 *
 * It was entered before the first quorum over its index. And it was signed after its author had verified the checkpoint
 * that the header names, hence after what any quorum behind that had passed by each smaller one: a witness never cosigns
 * a smaller size than it has, however often it cosigns one size again. That no other checkpoint covers it says nothing: entries that the registry lost and took
 * back from desks keep their stamps and are witnessed late, which is shown and accuses nobody.
 */
export function falseTime({ sql }: Archive, { index, at, register }: TimedStamp, bound: number): string | undefined {
  const over = sql.get`SELECT witnessed, note FROM checkpoint WHERE size > ${index} ORDER BY size LIMIT 1`
  const below = sql.get`SELECT floor, note FROM checkpoint WHERE size < ${Number(register?.size ?? 0)}
    AND floor IS NOT NULL ORDER BY size DESC LIMIT 1`
  const [stamped, room] = [Date.parse(at), bound * 1000]
  // Witnesses state whole seconds: a stamp within the same one is not after it.
  if (over && stamped >= instantIn(over.witnessed) + room + 1000) return text(over.note)
  return below && stamped < instantIn(below.floor) - room ? text(below.note) : undefined
}

function instantIn(written: unknown): number {
  return Date.parse(text(written) ?? "")
}

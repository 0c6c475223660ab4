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

/**
 * Whether a stamp's instant lies outside its witnesses' times by more than `bound` seconds: it was entered after every
 * checkpoint that does not cover it and before the first that does. Only what this desk verified is asked.
 */
export function isOutsideWitnessTimes(
  { sql }: Archive,
  { index, at }: { index: bigint | number; at: string },
  bound: number,
): boolean {
  const place = Number(index)
  const before = sql.get`SELECT witnessed FROM checkpoint WHERE size <= ${place} ORDER BY size DESC LIMIT 1`
  const after = sql.get`SELECT witnessed FROM checkpoint WHERE size > ${place} ORDER BY size LIMIT 1`
  const [stamped, room] = [Date.parse(at), bound * 1000]
  const tooEarly = before !== undefined && stamped < Date.parse(text(before.witnessed) ?? "") - room
  // Witnesses state whole seconds: a stamp within the same one is not after it.
  const tooLate = after !== undefined && stamped >= Date.parse(text(after.witnessed) ?? "") + room + 1000
  return tooEarly || tooLate
}

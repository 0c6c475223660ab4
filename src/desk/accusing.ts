import type { Charter } from "#offices/roll/charter.ts"
import type { Archive } from "./archive.ts"
import type { Arrival } from "./arrival.ts"
import { falseRegister, falseTime } from "./claims.ts"
import type { Evidence } from "./evidence.ts"

export type AccusingParts = { archive: Archive; evidence: Evidence }

/** What a header claims to have seen, and when its stamp says it came: false words are kept, and the line goes on. */
export function checkClaims(
  { archive, evidence }: AccusingParts,
  { clocks }: Charter,
  arrival: Arrival,
  seen: number | undefined,
): void {
  const { frame, signed, stamp } = arrival
  const where = { line: signed.header.line, place: stamp.place }
  if (seen === undefined) evidence.againstAuthor("seen", frame, where)
  const register = falseRegister(archive, arrival)
  if (register) evidence.againstAuthor(register, frame, where)
  const timed = { index: Number(stamp.index), at: stamp.at, register: signed.header.register }
  const witnessed = falseTime(archive, timed, clocks.stampBound)
  if (witnessed) evidence.againstRegistry("stamp-time", `${frame.header}\n${frame.stamp}\n${witnessed}`)
}

import type { Roll } from "#offices/roll/roll.ts"
import type { Archive } from "./archive.ts"
import type { Arrival } from "./arrival.ts"
import { falseRegister, isOutsideWitnessTimes } from "./claims.ts"
import type { Evidence } from "./evidence.ts"

export type AccusingParts = { archive: Archive; evidence: Evidence }

/** What convicts only together with what this desk already holds: both in one, so that anyone can check it. */
export function otherHalf(
  { archive: { sql }, evidence }: AccusingParts,
  one: Arrival,
  code: string,
): string | undefined {
  const { frame, stamp } = one
  const { header, hash } = one.signed
  if (code === "stamp-and-refusal")
    return `${frame.stamp}\n${sql.get`SELECT note FROM refusal WHERE hash = ${hash}`?.note}`
  if (code !== "serial") return undefined
  const twin = sql.get`SELECT header, stamp FROM envelope WHERE line = ${header.line} AND sender = ${header.from}
    AND serial = ${header.serial}`
  if (!twin) return undefined
  const both = [twin.header, twin.stamp, frame.header, frame.stamp].join("\n")
  // Both are stamped, so their author signed one serial twice as well (docs/specs/envelope.md §5).
  evidence.againstAuthor("serial-twice", both, { line: header.line, place: stamp.place })
  return both
}

/** What a header claims to have seen, and when its stamp says it came: false words are kept, and the line goes on. */
export function checkClaims(
  { archive, evidence }: AccusingParts,
  roll: Roll,
  arrival: Arrival,
  seen: number | undefined,
): void {
  const { frame, signed, stamp } = arrival
  const where = { line: signed.header.line, place: stamp.place }
  if (seen === undefined) evidence.againstAuthor("seen", frame, where)
  const register = falseRegister(archive, arrival)
  if (register) evidence.againstAuthor(register, frame, where)
  if (isOutsideWitnessTimes(archive, stamp, roll.charter.clocks.stampBound))
    evidence.againstRegistry("stamp-time", frame)
}

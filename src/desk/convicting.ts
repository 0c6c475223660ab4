import type { Crypto } from "#register/crypto.ts"
import type { AccusingParts } from "./accusing.ts"
import type { Arrival, EnvelopeFrame } from "./arrival.ts"
import { lineMisfit } from "./order.ts"
import { isUnproven, keepUnproven, lastWaiting } from "./unproven.ts"

/** Convicts the registry of what it stamped; the envelope, where it could be read, waits unproven for officers to resume. */
export function convict(parts: AccusingParts, code: string, frame: EnvelopeFrame, arrival: Arrival | undefined): void {
  const beside = arrival && otherHalf(parts, arrival, code)
  parts.evidence.againstRegistry(code, beside ?? frame)
  if (arrival) keepUnproven(parts.archive, { arrival, code, follows: false })
}

/**
 * Keeps an envelope behind others that wait on its line, inside the caller's transaction; false where none does. One
 * that follows them is no new fault; one that does not convicts anew.
 */
export function keepBehind(parts: AccusingParts & { crypto: Crypto }, arrival: Arrival): boolean {
  const { archive, crypto } = parts
  const { header, hash } = arrival.signed
  const waiting = lastWaiting(archive, header.line)
  if (!waiting || archive.sql.get`SELECT 1 AS held FROM envelope WHERE hash = ${hash}`) return false
  if (isUnproven(archive, hash)) return true
  const { index, at } = arrival.stamp
  const order = Number(index) > waiting.index ? (at >= waiting.at ? undefined : "at") : "index"
  const misfit = lineMisfit(crypto, arrival, waiting) ?? order
  if (misfit) convict(parts, misfit, arrival.frame, arrival)
  else keepUnproven(archive, { arrival, code: waiting.code, follows: true })
  return true
}

/** What convicts only together with what this desk already holds: both in one, so that anyone can check it. */
function otherHalf({ archive: { sql }, evidence }: AccusingParts, one: Arrival, code: string): string | undefined {
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

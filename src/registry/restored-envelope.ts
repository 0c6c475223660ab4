import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import type { VerifierKey } from "#register/note.ts"
import { parseSignedHeader, type SignedHeader, verifyHeader } from "#seal/header.ts"
import { formatStamp, nextHead, openStamp, publicLine, type Stamp } from "#seal/stamp.ts"
import type { Frame } from "#seal/wire.ts"
import { type Admitted, admit, rollAfter } from "./admission.ts"
import { rowOf } from "./composing.ts"
import type { Before } from "./entering.ts"
import type { Row } from "./ledger.ts"

export type EnvelopeFrame = Extract<Frame, { kind: "envelope" }>

/** An envelope that comes back with the stamp that this registry gave it: from a backup, or from a desk. */
export type Stamped = { frame: EnvelopeFrame; signed: SignedHeader; stamp: Stamp }

/**
 * Reads header and stamp and checks that `registry` signed this stamp for this header. Whoever brings it controls every
 * byte; throws a VerificationError.
 */
export async function openStamped(
  crypto: Crypto,
  office: string,
  registry: VerifierKey,
  frame: EnvelopeFrame,
): Promise<Stamped> {
  const signed = parseSignedHeader(crypto, frame.header)
  const stamp = await openStamp(crypto, frame.stamp, registry)
  const { header, hash } = signed
  const fits = stamp.header === hash && stamp.line === header.line && stamp.office === office
  if (!fits || header.office !== office) throw new VerificationError("stamp.mismatch", "a stamp for another header")
  return { frame, signed, stamp }
}

/**
 * The row of a stamped envelope after those before it, and the roll after it. Throws a VerificationError for a copy that is not the one that
 * was stamped: another copy may be. `misfit` where the stamp itself does not continue what is here, which no other copy
 * mends.
 */
export async function reenter(
  crypto: Crypto,
  before: Before,
  { frame, signed, stamp }: Stamped,
): Promise<{ row: Row; roll: Roll } | { misfit: string }> {
  const admitted = await readmit(crypto, before.roll, frame, signed)
  const misfit = await misfitOf(crypto, before, admitted, stamp)
  if (misfit) return { misfit }
  const isPublic = signed.header.to === "*"
  const place = { index: Number(stamp.index), at: stamp.at }
  const roll = isPublic ? await rollAfter(crypto, before.roll, admitted, place) : before.roll
  if ("refused" in roll) return { misfit: `the rules refuse it (${roll.refused})` }
  const posted = { header: frame.header, body: frame.body }
  const row = rowOf(crypto, { ...admitted, posted }, { stamp, text: formatStamp(stamp), note: frame.stamp })
  return { row, roll }
}

/** Signatures and body again. A stamp covers a header's text only; without these a spoilt copy would be delivered. */
async function readmit(crypto: Crypto, roll: Roll, frame: EnvelopeFrame, signed: SignedHeader): Promise<Admitted> {
  const posted = { header: frame.header, body: frame.body ?? new Uint8Array() }
  if (frame.body) {
    const admitted = await admit(crypto, roll, posted)
    if ("refused" in admitted)
      throw new VerificationError("stamp.mismatch", `a copy is not what was stamped (${admitted.refused})`)
    return admitted
  }
  const { from, to } = signed.header
  if (to === "*") throw new VerificationError("body.hash", "a public act comes without its body")
  const key = roll.members[from]?.key
  if (!key) throw new VerificationError("roll.unknown-key", "an author has no key on the roll")
  await verifyHeader(crypto, signed, key)
  return { ...signed, posted, members: to.map((a) => a.name) }
}

async function misfitOf(
  crypto: Crypto,
  { roll, at, ends, index }: Before,
  admitted: Admitted,
  stamp: Stamp,
): Promise<string | undefined> {
  const end = await ends.end(stamp.line)
  const rollEnd = await ends.end(publicLine(0))
  const judged = await ends.judge(roll, admitted)
  const fits: [boolean, string][] = [
    [stamp.index === index, "index"],
    [stamp.place === end.place + 1, "place"],
    [stamp.head === nextHead(crypto, end.head, admitted.hash), "head"],
    [stamp.roll.place === rollEnd.place && stamp.roll.head === rollEnd.head, "roll"],
    [stamp.at >= at, "at"],
    [judged === "permitted", judged],
  ]
  return fits.find(([good]) => !good)?.[1]
}

import { setImmediate } from "node:timers/promises"
import { sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { formatNote, type Signer, signNote } from "#register/note.ts"
import type { TreeHead } from "#register/tree.ts"
import { formatStamp, registerEntry, type Stamp } from "#seal/stamp.ts"
import type { Posted } from "#seal/wire.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Admitted, admit } from "./admission.ts"
import { stampFor } from "./composing.ts"
import type { Before } from "./entering.ts"
import type { Growth } from "./growth.ts"
import type { Stamped } from "./restored-envelope.ts"

export type RestampingParts = { crypto: Crypto; clock: Clock; growth: Growth; signer: Signer }

/** What is known of the register beyond the entry that is missing: a root that was signed, and the stamps up to it. */
export type Beyond = { shown: TreeHead; following: readonly Stamp[] }

// A stamp was given moments after its header was signed, by two clocks: five minutes of milliseconds, both ways together.
const MOST_INSTANTS = 300_000
// Whoever hands in what was never entered costs so many hashes and no more.
const MOST_HASHES = 6_000_000
const HASHES_OF_A_ROOT = 24
const AT_ONCE = 500

/**
 * The stamp that an envelope had before its registry lost it, where no desk ever got it: all of it follows from what is
 * here and from the bytes that its author still hands in, but for the instant, and of every instant that can be there is
 * one root. Undefined where none is the one that was signed: then this is not what is missing.
 */
export async function restamped(
  parts: RestampingParts,
  before: Before,
  posted: Posted,
  beyond: Beyond,
): Promise<Stamped | undefined> {
  const { crypto, signer } = parts
  const admitted = await admit(crypto, before.roll, posted)
  if ("refused" in admitted || (await before.ends.judge(before.roll, admitted)) !== "permitted") return undefined
  const stamp = await instantFound(parts, await stampFor(crypto, before, admitted), admitted, beyond)
  if (!stamp) return undefined
  const note = formatNote(signNote(formatStamp(stamp), [signer]))
  const { header, hash } = admitted
  const frame = { kind: "envelope", header: posted.header, stamp: note, body: posted.body } as const
  return { frame, signed: { header, hash, note: admitted.note }, stamp }
}

/** The stamp with the instant that leads to the signed root. */
async function instantFound(
  { crypto, clock, growth }: RestampingParts,
  stamp: Stamp,
  { header }: Admitted,
  { shown, following }: Beyond,
): Promise<Stamp | undefined> {
  const later = following.map((one) => registerEntry(crypto, one, formatStamp(one)))
  const most = Math.min(MOST_INSTANTS, Math.floor(MOST_HASHES / (HASHES_OF_A_ROOT + following.length)))
  let tried = 0
  for (const at of instants(header.signed, stamp.at, following[0]?.at ?? instantOf(clock))) {
    const one = { ...stamp, at }
    const root = growth.rootWith([registerEntry(crypto, one, formatStamp(one)), ...later])
    if (sameBytes(root, shown.root)) return one
    tried++
    if (tried === most) return undefined
    // Mail and health are answered meanwhile.
    if (tried % AT_ONCE === 0) await setImmediate()
  }
  return undefined
}

/** Every instant between two, beginning at the one nearest to `signed` and going both ways from there. */
function* instants(signed: string, from: string, until: string): Generator<string> {
  const [first, last] = [Date.parse(from), Date.parse(until)]
  const nearest = Math.min(Math.max(Date.parse(signed), first), last)
  for (let away = 0; nearest + away <= last || nearest - away >= first; away++) {
    if (nearest + away <= last) yield new Date(nearest + away).toISOString()
    if (away > 0 && nearest - away >= first) yield new Date(nearest - away).toISOString()
  }
}

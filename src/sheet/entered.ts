import type { Founded } from "#offices/roll/charter.ts"
import type { Crypto } from "#register/crypto.ts"
import { parseVerifierKey, type VerifierKey } from "#register/note.ts"
import { parseProof } from "#register/proof.ts"
import { leafHash, verifyInclusion } from "#register/tree.ts"
import { parseSignedHeader, type SignedHeader } from "#seal/header.ts"
import { formatStamp, openStamp, registerEntry, type Stamp } from "#seal/stamp.ts"
import type { WitnessedCheckpoint } from "./checkpoints.ts"
import { must } from "./fault.ts"
import type { EnteredEntry } from "./form.ts"

/** What an envelope is checked against. */
export type Office = {
  crypto: Crypto
  founded: Founded
  registryKey: VerifierKey
  checkpoints: readonly WitnessedCheckpoint[]
}

/** An envelope that the registry stamped and the register holds; who signed its header is still to be checked. */
export type Entered = {
  signed: SignedHeader
  stamp: Stamp
  /** Signed after this second of the witnesses, where the sheet holds the checkpoint that the header names. */
  after: bigint | undefined
  /** Entered before this second of the witnesses. */
  before: bigint
  states: readonly string[]
  /** The quorum came later after the stamp than the charter's bound. */
  late: boolean
  /** The stamp's time lies outside the witnesses' by more than the charter's bound: evidence against the registry. */
  outside: boolean
  /** The header names a root of the register that is not the witnessed one of that size. */
  otherRoot: boolean
}

/** The office of a sheet, its checkpoints opened already. */
export function officeOf(crypto: Crypto, founded: Founded, checkpoints: readonly WitnessedCheckpoint[]): Office {
  return { crypto, founded, registryKey: parseVerifierKey(crypto, founded.charter.registry), checkpoints }
}

/** Checks stamp and place in the register of one envelope on `line`. Throws a VerificationError. */
export async function checkEntered(office: Office, line: string, entry: EnteredEntry): Promise<Entered> {
  const { crypto, founded, checkpoints } = office
  const signed = parseSignedHeader(crypto, entry.header)
  const stamp = await openStamp(crypto, entry.stamp, office.registryKey)
  const ofOffice = signed.header.office === founded.office && stamp.office === founded.office
  must(ofOffice, "header.office", "an envelope belongs to another office")
  const fits = stamp.header === signed.hash && stamp.line === signed.header.line
  must(fits && stamp.line === line, "stamp.mismatch", "a stamp does not fit its header or line")
  const checkpoint = checkpoints[entry.proof.checkpoint]
  must(checkpoint !== undefined, "proof.malformed", "a proof names no checkpoint of the sheet")
  const proof = parseProof(`${entry.proof.tlog}\n${checkpoint.note}`)
  must(proof.index === stamp.index, "stamp.mismatch", "a proof is of another index than the stamp")
  const leaf = leafHash(crypto, registerEntry(crypto, stamp, formatStamp(stamp)))
  verifyInclusion(crypto, proof.index, leaf, { size: checkpoint.size, root: checkpoint.rootBytes }, proof.hashes)
  return { signed, stamp, states: checkpoint.states, ...interval(office, signed, stamp, checkpoint) }
}

/** The two witness times between which an envelope came in, and how the stamp's own time, a mere claim, lies to them. */
function interval(
  { founded, checkpoints }: Office,
  { header }: SignedHeader,
  stamp: Stamp,
  checkpoint: WitnessedCheckpoint,
): Pick<Entered, "after" | "before" | "late" | "outside" | "otherRoot"> {
  const named = checkpoints.find((held) => held.size === header.register?.size)
  const otherRoot = named !== undefined && named.root !== header.register?.root
  // What an author says falsely of the register proves no time, and takes nothing from the envelope either.
  const after = otherRoot ? undefined : named?.time
  const before = checkpoint.time
  const stamped = Date.parse(stamp.at)
  const bound = founded.charter.clocks.stampBound * 1000
  const late = Number(before) * 1000 - stamped > bound
  const outside = stamped > Number(before) * 1000 + bound || stamped < Number(after ?? 0n) * 1000 - bound
  return { after, before, late, outside, otherRoot }
}

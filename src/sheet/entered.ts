import type { Founded } from "#offices/roll/charter.ts"
import type { Crypto } from "#register/crypto.ts"
import { parseVerifierKey, type VerifierKey } from "#register/note.ts"
import { parseProof } from "#register/proof.ts"
import { leafHash, verifyInclusion } from "#register/tree.ts"
import { parseSignedHeader, type SignedHeader } from "#seal/header.ts"
import { formatStamp, openStamp, registerEntry, type Stamp } from "#seal/stamp.ts"
import type { WitnessedCheckpoint } from "./checkpoints.ts"
import { must } from "./fault.ts"
import type { EnteredEntry, Template } from "./form.ts"
import { type Interval, intervals } from "./interval.ts"

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
  states: readonly string[]
  /** When it came in, as each template tells it. */
  interval: Readonly<Record<Template, Interval>>
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
  const interval = intervals(founded.charter.clocks.stampBound, checkpoints, { signed, stamp, checkpoint })
  return { signed, stamp, states: checkpoint.states, interval }
}

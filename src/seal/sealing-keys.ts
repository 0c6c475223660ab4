import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { formatNote, parseNote, signNote, verifyExactly } from "#register/note.ts"
import type { KeyPair, SignerPair } from "./desk-key.ts"
import { isDay, readForm } from "./form.ts"

/** Fourteen sealing keys, one a day, published ahead by the desk key (docs/specs/keys.md §3). */
export type SealingKeys = {
  office: string
  delegation: string
  /** Number of the first; the others follow it. */
  first: number
  /** Day of the first, `YYYY-MM-DD`. */
  from: string
  recipients: readonly string[]
}

/** How many sealing keys one publication holds: a fortnight's. */
export const SEALING_KEYS = 14

const FORM = "iod.sealing-keys/v1"
const CODE = "sealing-keys.malformed"

/** Signs a publication with both keys of the desk. */
export function signSealingKeys(keys: SealingKeys, desk: SignerPair): string {
  const lines = [FORM, `office ${keys.office}`, `delegation ${keys.delegation}`, `first ${keys.first}`]
  lines.push(`from ${keys.from}`, ...keys.recipients.map((r) => `recipient ${r}`), "")
  return formatNote(signNote(lines.join("\n"), desk))
}

/** Reads a publication that `desk` signed; throws a VerificationError. */
export async function openSealingKeys(crypto: Crypto, note: string, desk: KeyPair): Promise<SealingKeys> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, FORM, CODE)
  const office = form.id("office")
  const delegation = form.name("delegation")
  const first = form.number("first")
  const from = form.field("from")
  const recipients = Array.from({ length: SEALING_KEYS }, () => form.field("recipient"))
  form.end()
  if (!isDay(from) || !recipients.every((r) => crypto.isRecipient(r)))
    throw new VerificationError(CODE, "a day is malformed, or nothing can be sealed to a recipient")
  await verifyExactly(crypto, parsed, [desk.ed25519, desk.mlDsa65])
  return { office, delegation, first, from, recipients }
}

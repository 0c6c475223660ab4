import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import {
  formatNote,
  formatVerifierKey,
  type Note,
  parseNote,
  parseVerifierKey,
  type Signer,
  signNote,
  type VerifierKey,
  verifyExactly,
} from "#register/note.ts"
import { isName, readForm } from "./form.ts"

/** Two public keys that always sign together: both must verify, never either. */
export type KeyPair = { name: string; ed25519: VerifierKey; mlDsa65: VerifierKey }

/** The signers of a pair, Ed25519 first. */
export type SignerPair = readonly [Signer, Signer]

/** A root key's word that this pair speaks for the delegation (docs/specs/keys.md §2). */
export type DeskKeyCertificate = {
  office: string
  delegation: string
  key: KeyPair
  /** Name of the desk key that this one replaces. */
  replaces: string | null
}

const CERTIFICATE = "iod.desk-key/v1"
const REVOCATION = "iod.desk-key-revocation/v1"
const CODE = "certificate.malformed"

/** One pair of two verifier keys of the same name; throws `key.malformed`. */
export function keyPair(ed25519: VerifierKey, mlDsa65: VerifierKey): KeyPair {
  const { name } = ed25519
  if (ed25519.type !== "ed25519" || mlDsa65.type !== "ml-dsa-65" || mlDsa65.name !== name || !isName(name))
    throw new VerificationError("key.malformed", "two keys are not one pair")
  return { name, ed25519, mlDsa65 }
}

/** The pair of two verifier keys in their text form. */
export function parseKeyPair(crypto: Crypto, texts: readonly string[]): KeyPair {
  const [first = "", second = "", ...rest] = texts
  if (rest.length > 0) throw new VerificationError("key.malformed", "two keys are not one pair")
  return keyPair(parseVerifierKey(crypto, first), parseVerifierKey(crypto, second))
}

/** The text form of a pair: two verifier keys, Ed25519 first. */
export function formatKeyPair(pair: KeyPair): [string, string] {
  return [formatVerifierKey(pair.ed25519), formatVerifierKey(pair.mlDsa65)]
}

/** What a charter names a root key by: SHA-256 of both verifier keys, one a line. */
export function fingerprint(crypto: Crypto, pair: KeyPair): string {
  return crypto.sha256(utf8(`iod.root-key/v1\n${formatKeyPair(pair).join("\n")}\n`)).toHex()
}

/** Certifies a desk key with both root keys. */
export function certifyDeskKey(certificate: DeskKeyCertificate, root: SignerPair): string {
  const [ed25519, mlDsa65] = formatKeyPair(certificate.key)
  const text = [
    CERTIFICATE,
    `office ${certificate.office}`,
    `delegation ${certificate.delegation}`,
    `ed25519 ${ed25519}`,
    `ml-dsa-65 ${mlDsa65}`,
    `replaces ${certificate.replaces ?? "-"}`,
    "",
  ].join("\n")
  return formatNote(signNote(text, root))
}

/** Reads a certificate and checks both signatures of `root`; throws a VerificationError. */
export async function openDeskKeyCertificate(crypto: Crypto, note: string, root: KeyPair): Promise<DeskKeyCertificate> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, CERTIFICATE, CODE)
  const office = form.id("office")
  const delegation = form.name("delegation")
  const key = parseKeyPair(crypto, [form.field("ed25519"), form.field("ml-dsa-65")])
  const replaces = form.field("replaces")
  form.end()
  if (replaces !== "-" && !isName(replaces)) throw new VerificationError(CODE, "the replaced key is malformed")
  await verifyExactly(crypto, parsed, [root.ed25519, root.mlDsa65])
  return { office, delegation, key, replaces: replaces === "-" ? null : replaces }
}

/** A desk key withdrawn, by the root key (signed in advance, on paper) or by itself. */
export type DeskKeyRevocation = { office: string; delegation: string; key: string }

/** Signs a revocation with both keys of a root or of the desk key itself. */
export function revokeDeskKey(revocation: DeskKeyRevocation, signers: SignerPair): string {
  const { office, delegation, key } = revocation
  const text = `${REVOCATION}\noffice ${office}\ndelegation ${delegation}\nkey ${key}\n`
  return formatNote(signNote(text, signers))
}

/** Reads a revocation that `root` or `self` signed; throws a VerificationError. */
export async function openDeskKeyRevocation(
  crypto: Crypto,
  note: string,
  root: KeyPair,
  self: KeyPair,
): Promise<DeskKeyRevocation> {
  const parsed: Note = parseNote(note)
  const form = readForm(parsed.text, REVOCATION, CODE)
  const revocation = { office: form.id("office"), delegation: form.name("delegation"), key: form.name("key") }
  form.end()
  const by = parsed.signatures[0]?.name === self.name ? self : root
  await verifyExactly(crypto, parsed, [by.ed25519, by.mlDsa65])
  return revocation
}

import { base64, concat, fromBase64, fromUtf8, sameBytes, utf8 } from "./bytes.ts"
import type { Crypto } from "./crypto.ts"
import { VerificationError } from "./error.ts"

/** What a signature line is made with. The first four are C2SP's; `ml-dsa-65` is ours under type 0xff. */
export type KeyType = "ed25519" | "ed25519-cosignature" | "ml-dsa-44-cosignature" | "ml-dsa-65"

/** One public key that may sign notes under `name`. `id` is the first 4 bytes of the hash that C2SP prescribes. */
export type VerifierKey = { name: string; type: KeyType; id: Uint8Array; publicKey: Uint8Array }

/** One signature line: `— <name> <base64(id || signature)>`. */
export type NoteSignature = { name: string; id: Uint8Array; signature: Uint8Array }

/** A C2SP signed note: `text` ends with a newline and is exactly what the signatures cover. */
export type Note = { text: string; signatures: readonly NoteSignature[] }

/** Who signs notes: `sign` gets the bytes of the whole text. The private key never leaves whoever made this. */
export interface Signer {
  readonly key: VerifierKey
  sign(text: Uint8Array): Uint8Array
}

// C2SP signed-note "Signature types"; 0xff wants a long identifier of one's own after it.
const TYPE_BYTES: Record<KeyType, Uint8Array> = {
  ed25519: Uint8Array.of(0x01),
  "ed25519-cosignature": Uint8Array.of(0x04),
  "ml-dsa-44-cosignature": Uint8Array.of(0x06),
  "ml-dsa-65": concat(Uint8Array.of(0xff), utf8("iod.signature/ml-dsa-65/v1\n")),
}
const PUBLIC_KEY_LENGTH: Record<KeyType, number> = {
  ed25519: 32,
  "ed25519-cosignature": 32,
  "ml-dsa-44-cosignature": 1312,
  "ml-dsa-65": 1952,
}
const SIGNATURE_PREFIX = "— "
// An attacker chooses the number of lines; 100 is the bound of Go's note package, the specification asks for at least 16.
const MAX_SIGNATURES = 100
const MAX_NOTE_BYTES = 1 << 20

/** A key under its C2SP name and identifier: `SHA-256(name || 0x0A || type || public key)[:4]`. */
export function verifierKey(crypto: Crypto, name: string, type: KeyType, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) throw new VerificationError("key.malformed", "a key's name is not allowed")
  if (publicKey.length !== PUBLIC_KEY_LENGTH[type])
    throw new VerificationError("key.malformed", "a public key has the wrong length")
  const id = crypto.sha256(concat(utf8(name), Uint8Array.of(0x0a), TYPE_BYTES[type], publicKey)).slice(0, 4)
  return { name, type, id, publicKey }
}

/** The text form `name+hex(id)+base64(type || public key)` of C2SP signed-note. */
export function formatVerifierKey(key: VerifierKey): string {
  return `${key.name}+${key.id.toHex()}+${base64(concat(TYPE_BYTES[key.type], key.publicKey))}`
}

/** Reads a verifier key; throws `key.malformed` where form, type, length or identifier are wrong. */
export function parseVerifierKey(crypto: Crypto, text: string): VerifierKey {
  // The base64 may contain "+" itself: only the first two separate.
  const first = text.indexOf("+")
  const second = text.indexOf("+", first + 1)
  if (first < 1 || second < 0) throw new VerificationError("key.malformed", "not a verifier key")
  const bytes = fromBase64(text.slice(second + 1))
  const type = (Object.keys(TYPE_BYTES) as KeyType[]).find((candidate) =>
    sameBytes(TYPE_BYTES[candidate], bytes.subarray(0, TYPE_BYTES[candidate].length)),
  )
  if (!type) throw new VerificationError("key.malformed", "a key of unknown type")
  const key = verifierKey(crypto, text.slice(0, first), type, bytes.slice(TYPE_BYTES[type].length))
  if (key.id.toHex() !== text.slice(first + 1, second))
    throw new VerificationError("key.malformed", "a key's identifier does not fit it")
  return key
}

/** Writes a note as it travels. */
export function formatNote(note: Note): string {
  const lines = note.signatures.map((s) => `${SIGNATURE_PREFIX}${s.name} ${base64(concat(s.id, s.signature))}\n`)
  return `${note.text}\n${lines.join("")}`
}

/** Splits a note at its last empty line; attacker controls every byte. Throws `note.malformed`; checks no signature. */
export function parseNote(input: string | Uint8Array): Note {
  if (input.length > MAX_NOTE_BYTES) throw new VerificationError("note.malformed", "a note is too long")
  const whole = typeof input === "string" ? input : fromUtf8(input)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what the specification forbids
  if (/[\u0000-\u0009\u000b-\u001f\u007f]/.test(whole) || !whole.isWellFormed())
    throw new VerificationError("note.malformed", "a note has a control character")
  const split = whole.lastIndexOf("\n\n")
  if (split < 1 || !whole.endsWith("\n")) throw new VerificationError("note.malformed", "a note has no signature part")
  const lines = whole.slice(split + 2, -1).split("\n")
  if (lines.length > MAX_SIGNATURES) throw new VerificationError("note.malformed", "a note has too many signatures")
  return { text: whole.slice(0, split + 1), signatures: lines.map(parseSignatureLine) }
}

/** Signature lines alone, as a witness answers them; throws `note.malformed`. */
export function parseSignatureLines(text: string): NoteSignature[] {
  if (!text.endsWith("\n") || text.length > MAX_NOTE_BYTES)
    throw new VerificationError("note.malformed", "not signature lines")
  return text.slice(0, -1).split("\n").map(parseSignatureLine)
}

function parseSignatureLine(line: string): NoteSignature {
  const fields = line.startsWith(SIGNATURE_PREFIX) ? line.slice(SIGNATURE_PREFIX.length).split(" ") : []
  const [name, encoded] = fields
  if (fields.length !== 2 || !name || !encoded || !isKeyName(name))
    throw new VerificationError("note.malformed", "a signature line is malformed")
  const bytes = fromBase64(encoded)
  if (bytes.length < 5) throw new VerificationError("note.malformed", "a signature line is too short")
  return { name, id: bytes.slice(0, 4), signature: bytes.slice(4) }
}

/** Signs `text` with every signer, in their order. */
export function signNote(text: string, signers: readonly Signer[]): Note {
  if (!text.endsWith("\n")) throw new Error("a note's text ends with a newline")
  const bytes = utf8(text)
  return { text, signatures: signers.map((s) => ({ name: s.key.name, id: s.key.id, signature: s.sign(bytes) })) }
}

/** The line of `note` that claims to be by `key`, if there is one. */
export function signatureBy(note: Note, key: VerifierKey): NoteSignature | undefined {
  return note.signatures.find((s) => s.name === key.name && sameBytes(s.id, key.id))
}

/**
 * Which of `keys` signed this note. A line by a known key that does not verify rejects the whole note (C2SP
 * signed-note, `note.signature`); lines of unknown keys are passed over. Only plain signatures over the text:
 * cosignatures have messages of their own (cosignature.ts).
 */
export async function verifiedKeys(crypto: Crypto, note: Note, keys: readonly VerifierKey[]): Promise<VerifierKey[]> {
  const message = utf8(note.text)
  const checks = keys.flatMap((key) =>
    note.signatures
      .filter((s) => s.name === key.name && sameBytes(s.id, key.id))
      .map(async (s) => ({ key, good: await crypto.verify(plainAlgorithm(key), key.publicKey, message, s.signature) })),
  )
  const results = await Promise.all(checks)
  if (results.some((r) => !r.good)) throw new VerificationError("note.signature", "a signature does not verify")
  return [...new Set(results.map((r) => r.key))]
}

/**
 * That exactly these keys signed, one line each, in this order, and nobody else: the form of every note of ours
 * (docs/specs/envelope.md §1). A stripped, swapped, doubled or third line is refused. Throws `note.signature`.
 */
export async function verifyExactly(crypto: Crypto, note: Note, keys: readonly VerifierKey[]): Promise<void> {
  const named =
    note.signatures.length === keys.length &&
    keys.every((key, i) => note.signatures[i]?.name === key.name && sameBytes(note.signatures[i].id, key.id))
  if (!named) throw new VerificationError("note.signature", "a note is not signed by exactly the keys it must be")
  if ((await verifiedKeys(crypto, note, keys)).length !== keys.length)
    throw new VerificationError("note.signature", "a note lacks a signature")
}

function plainAlgorithm(key: VerifierKey): "ed25519" | "ml-dsa-65" {
  if (key.type === "ed25519" || key.type === "ml-dsa-65") return key.type
  throw new VerificationError("key.malformed", "a cosigner's key does not sign plain notes")
}

/** C2SP: a key's name is not empty and has no Unicode space and no plus. */
export function isKeyName(name: string): boolean {
  return name.length > 0 && name.length <= 256 && !/[\s+\u0085]/u.test(name)
}

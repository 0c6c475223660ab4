import {
  createHmac,
  createPrivateKey,
  createPublicKey,
  decapsulate,
  diffieHellman,
  encapsulate,
  generateKeyPairSync,
  hash,
  type KeyObject,
  randomBytes,
} from "node:crypto"
import { bech32 } from "@scure/base"
import { concat, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import {
  checkMac,
  decrypt,
  encrypt,
  FILE_KEY,
  formatHeader,
  fromUnpadded,
  openPayload,
  parseHeader,
  type Stanza,
  sealPayload,
  unpadded,
} from "./age-file.ts"

/** A member's sealing key, imported: ML-KEM-768 and X25519 as one hybrid key. */
export type Recipient = { mlKem: KeyObject; x25519: KeyObject; x25519Bytes: Uint8Array }

/** A sealing identity, imported. Secret; it is forgotten when its holder drops it. */
export type Identity = { mlKem: KeyObject; x25519: KeyObject; x25519Bytes: Uint8Array }

/** `AGE-SECRET-KEY-PQ-1…` (secret) and its `age1pq1…`, which is published. */
export type SealingIdentity = { identity: string; recipient: string }

const STANZA = "mlkem768x25519"
const RECIPIENT_PREFIX = "age1pq"
const IDENTITY_PREFIX = "age-secret-key-pq-"
const SEED = 32
const ML_KEM_SEED = 64
const ML_KEM_KEY = 1184
const ML_KEM_CIPHERTEXT = 1088
const X25519 = 32
const WRAPPED = FILE_KEY + 16

// Hybrid KEM MLKEM768-X25519 (X-Wing): the label that ends the combiner's input.
const KEM_LABEL = utf8("\\.//^\\")
// RFC 9180 §5.1: KEM 0x647a, KDF HKDF-SHA256, AEAD ChaCha20-Poly1305; base mode, so its context never changes.
const SUITE = concat(utf8("HPKE"), Uint8Array.of(0x64, 0x7a, 0x00, 0x01, 0x00, 0x03))
const INFO = utf8(`age-encryption.org/${STANZA}`)
const CONTEXT = concat(
  Uint8Array.of(0),
  labeledExtract(new Uint8Array(), "psk_id_hash", new Uint8Array()),
  labeledExtract(new Uint8Array(), "info_hash", INFO),
)
const KEY_INFO = expandInfo(32, "key")
const NONCE_INFO = expandInfo(12, "base_nonce")

// Decoding and importing a recipient costs as much as sealing to it, and a desk seals to the same few all day. Identities
// are not kept here, where a wiped one would live on: whoever opens many files holds an imported one.
const MAX_RECIPIENTS = 512
const recipients = new Map<string, Recipient>()

/** A new sealing identity from 32 random bytes. */
export function generateSealingIdentity(): SealingIdentity {
  const identity = bech32.encode(IDENTITY_PREFIX, bech32.toWords(randomBytes(SEED)), false).toUpperCase()
  return { identity, recipient: recipientOf(identity) }
}

/** The recipient of an identity; throws `key.malformed`. */
export function recipientOf(identity: string): string {
  const { mlKem, x25519Bytes } = importIdentity(identity)
  const mlKemBytes = createPublicKey(mlKem).export({ format: "raw-public" })
  return bech32.encode(RECIPIENT_PREFIX, bech32.toWords(concat(mlKemBytes, x25519Bytes)), false)
}

/** Imports a recipient; its publisher controls every byte. Throws `key.malformed`, also if nothing can be sealed to it. */
export function parseRecipient(text: string): Recipient {
  const known = recipients.get(text)
  if (known) return known
  const bytes = fromBech32(text, RECIPIENT_PREFIX, ML_KEM_KEY + X25519)
  const x25519Bytes = bytes.slice(ML_KEM_KEY)
  const recipient = { ...importRecipient(bytes.subarray(0, ML_KEM_KEY), x25519Bytes), x25519Bytes }
  if (recipients.size >= MAX_RECIPIENTS) recipients.delete(recipients.keys().next().value ?? "")
  recipients.set(text, recipient)
  return recipient
}

function importRecipient(mlKemBytes: Uint8Array, x25519Bytes: Uint8Array): { mlKem: KeyObject; x25519: KeyObject } {
  try {
    // The import makes the modulus check of FIPS 203 §7.2. Only a trial shows an X25519 point of low order, with which
    // one member could stop everybody from sealing to the line.
    const mlKem = createPublicKey({ key: mlKemBytes, format: "raw-public", asymmetricKeyType: "ml-kem-768" })
    const x25519 = x25519Public(x25519Bytes)
    diffieHellman({ privateKey: generateKeyPairSync("x25519").privateKey, publicKey: x25519 })
    return { mlKem, x25519 }
  } catch {
    throw new VerificationError("key.malformed", "a recipient that nothing can be sealed to")
  }
}

/**
 * Seals `plaintext` as an age file (C2SP age v1) with one mlkem768x25519 stanza for each of `to`, in that order and no
 * other. Throws `key.malformed` if one of them is not an `age1pq1…` recipient.
 */
export function seal(to: readonly string[], plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const { fileKey, header } = sealHeader(to)
  return concat(header, sealPayload(fileKey, plaintext))
}

/** The header of an age file with a new file key, which is sealed to each of `to`; throws as `seal` does. */
export function sealHeader(to: readonly string[]): { fileKey: Uint8Array; header: Uint8Array } {
  const parsed = to.map(parseRecipient)
  const fileKey = randomBytes(FILE_KEY)
  const stanzas = parsed.map((recipient) => wrap(recipient, fileKey))
  return { fileKey, header: formatHeader(fileKey, stanzas) }
}

/** Whose stanza opens a file: an identity, its place (from 0), and of how many. */
export type Opening = { identity: string | Identity; place: number; count: number }

/**
 * Opens an age file with the stanza at `place` (from 0) and no other, of exactly `count`. Every byte of the file is the
 * sender's. Throws `body.stanzas` for another number or type of stanzas, `body.unopenable` if the one at `place` is not
 * sealed to `identity`, `body.malformed` for any other damage, `key.malformed` for the identity.
 */
export function open(options: Opening, file: Uint8Array): Uint8Array<ArrayBuffer> {
  const { fileKey, payload } = openHeader(options, file)
  return openPayload(fileKey, payload)
}

/** The file key of an age file and what follows its header, which is all that must be whole; throws as `open` does. */
export function openHeader(options: Opening, file: Uint8Array): { fileKey: Uint8Array; payload: Uint8Array } {
  const header = parseHeader(file, options.count)
  if (header.stanzas.length !== options.count || header.stanzas.some(({ args }) => args[0] !== STANZA))
    throw new VerificationError("body.stanzas", "a sealed file has not one hybrid stanza for each member")
  // All of them are read, not only ours, so that a file is well-formed for every member or for none.
  const stanza = header.stanzas.map(readStanza)[options.place]
  if (!stanza) throw new RangeError("no member stands at this place")
  const identity = typeof options.identity === "string" ? importIdentity(options.identity) : options.identity
  const fileKey = unwrap(identity, stanza)
  if (!fileKey)
    throw new VerificationError("body.unopenable", "the stanza at this place is not sealed to this identity")
  checkMac(fileKey, header)
  return { fileKey, payload: header.payload }
}

type Encapsulated = { mlKem: Uint8Array; x25519: Uint8Array; wrapped: Uint8Array }

function readStanza({ args, body }: Stanza): Encapsulated {
  const enc = fromUnpadded(args[1] ?? "")
  if (args.length !== 2 || enc.length !== ML_KEM_CIPHERTEXT + X25519 || body.length !== WRAPPED)
    throw new VerificationError("body.malformed", "a hybrid stanza is malformed")
  return { mlKem: enc.subarray(0, ML_KEM_CIPHERTEXT), x25519: enc.subarray(ML_KEM_CIPHERTEXT), wrapped: body }
}

function wrap(recipient: Recipient, fileKey: Uint8Array): Stanza {
  const { sharedKey, ciphertext } = encapsulate(recipient.mlKem)
  const ephemeral = generateKeyPairSync("x25519")
  const share = ephemeral.publicKey.export({ format: "raw-public" })
  const secret = diffieHellman({ privateKey: ephemeral.privateKey, publicKey: recipient.x25519 })
  const { key, nonce } = schedule(combine(sharedKey, secret, share, recipient.x25519Bytes))
  return { args: [STANZA, unpadded(concat(ciphertext, share))], body: encrypt(key, nonce, fileKey) }
}

function unwrap(identity: Identity, stanza: Encapsulated): Uint8Array | undefined {
  const sharedKey = decapsulate(identity.mlKem, stanza.mlKem)
  let secret: Uint8Array
  try {
    secret = diffieHellman({ privateKey: identity.x25519, publicKey: x25519Public(stanza.x25519) })
  } catch {
    // The sender's point is of low order: RFC 7748 §6.1 asks to refuse the all-zero secret.
    return undefined
  }
  const { key, nonce } = schedule(combine(sharedKey, secret, stanza.x25519, identity.x25519Bytes))
  return decrypt(key, nonce, stanza.wrapped)
}

function combine(mlKem: Uint8Array, x25519: Uint8Array, share: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return hash("sha3-256", concat(mlKem, x25519, share, publicKey, KEM_LABEL), "buffer")
}

function schedule(sharedSecret: Uint8Array): { key: Uint8Array; nonce: Uint8Array } {
  const secret = labeledExtract(sharedSecret, "secret", new Uint8Array())
  return { key: hmac(secret, KEY_INFO), nonce: hmac(secret, NONCE_INFO).subarray(0, 12) }
}

function labeledExtract(salt: Uint8Array, label: string, ikm: Uint8Array): Uint8Array {
  return hmac(salt, concat(utf8("HPKE-v1"), SUITE, utf8(label), ikm))
}

/** Input of the first, and for both lengths only, block of HKDF-Expand (RFC 5869 §2.3). */
function expandInfo(length: number, label: string): Uint8Array {
  return concat(Uint8Array.of(0, length), utf8("HPKE-v1"), SUITE, utf8(label), CONTEXT, Uint8Array.of(1))
}

function hmac(key: Uint8Array, bytes: Uint8Array): Uint8Array {
  return createHmac("sha256", key).update(bytes).digest()
}

/** Imports an `AGE-SECRET-KEY-PQ-1…`, which is half the cost of opening a file; throws `key.malformed`. */
export function importIdentity(text: string): Identity {
  const seed = fromBech32(text, IDENTITY_PREFIX.toUpperCase(), SEED)
  const expanded = hash("shake256", seed, { outputEncoding: "buffer", outputLength: ML_KEM_SEED + X25519 })
  const mlKem = createPrivateKey({
    key: expanded.subarray(0, ML_KEM_SEED),
    format: "raw-seed",
    asymmetricKeyType: "ml-kem-768",
  })
  const scalar = expanded.subarray(ML_KEM_SEED)
  const x25519 = createPrivateKey({ key: scalar, format: "raw-private", asymmetricKeyType: "x25519" })
  return { mlKem, x25519, x25519Bytes: createPublicKey(x25519).export({ format: "raw-public" }) }
}

function x25519Public(bytes: Uint8Array): KeyObject {
  return createPublicKey({ key: bytes, format: "raw-public", asymmetricKeyType: "x25519" })
}

/** `length` bytes of bech32 without its limit of 90 characters, all in the case of `prefix`. */
function fromBech32(text: string, prefix: string, length: number): Uint8Array {
  const decoded = text.startsWith(`${prefix}1`) ? bech32.decodeUnsafe(text, false) : undefined
  const bytes = decoded && bech32.fromWordsUnsafe(decoded.words)
  // Bech32 itself refuses mixed case; its prefix ends at the last 1, which may lie beyond ours.
  if (bytes?.length !== length || decoded?.prefix.length !== prefix.length)
    throw new VerificationError("key.malformed", "not a sealing key of age's hybrid kind")
  return bytes
}

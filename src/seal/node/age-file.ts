import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto"
import { concat, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"

// The container of C2SP age, written and read here and not by age-encryption, because its web streams and its ChaCha20 in
// JavaScript cost as much as two native stanzas for the smallest body and over four times our whole sealing for the largest.

/** One stanza of an age header: its type and further arguments, and its body (C2SP age, "Recipient stanza"). */
export type Stanza = { args: readonly string[]; body: Uint8Array }

/** A header that was read but not yet believed; `signed` is what the MAC covers and `payload` what follows it. */
export type AgeHeader = { stanzas: readonly Stanza[]; signed: Uint8Array; mac: Uint8Array; payload: Uint8Array }

/** Bytes of a file key. */
export const FILE_KEY = 16

/** Bytes of the random nonce that a payload begins with. */
export const NONCE = 16
/** Bytes of plaintext in each chunk of a payload but the last, and of the tag behind each. */
export const CHUNK = 1 << 16
export const TAG = 16
const VERSION = "age-encryption.org/v1"
const COLUMNS = 64
const NEWLINE = 10

/** ChaCha20-Poly1305 of `plaintext`, tag last; `nonce` is 12 bytes (RFC 8439 §2.8). */
export function encrypt(key: Uint8Array, nonce: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG })
  return concat(cipher.update(plaintext), cipher.final(), cipher.getAuthTag())
}

/** What `encrypt` was given, or undefined if the tag is not right. */
export function decrypt(key: Uint8Array, nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined {
  if (sealed.length < TAG) return undefined
  const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: TAG })
  decipher.setAuthTag(sealed.subarray(-TAG))
  const plaintext = decipher.update(sealed.subarray(0, -TAG))
  try {
    decipher.final()
  } catch {
    return undefined
  }
  return plaintext
}

/** Unpadded base64, as age writes it. */
export function unpadded(bytes: Uint8Array): string {
  return bytes.toBase64({ omitPadding: true })
}

/** Bytes of canonical unpadded base64; throws `body.malformed` for padding, white space or stray bits. */
export function fromUnpadded(text: string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer> | undefined
  try {
    bytes = Uint8Array.fromBase64(text)
  } catch {
    throw malformed("not base64")
  }
  if (unpadded(bytes) !== text) throw malformed("base64 that is not canonical")
  return bytes
}

/** Header text with its MAC under `fileKey`; the stanzas stand in it in their order. */
export function formatHeader(fileKey: Uint8Array, stanzas: readonly Stanza[]): Uint8Array<ArrayBuffer> {
  const lines = [VERSION]
  for (const { args, body } of stanzas) {
    lines.push(`-> ${args.join(" ")}`)
    const text = unpadded(body)
    // A last line that is full is followed by an empty one, or the reader would look for more.
    for (let i = 0; i <= text.length; i += COLUMNS) lines.push(text.slice(i, i + COLUMNS))
  }
  const text = `${lines.join("\n")}\n---`
  return utf8(`${text} ${unpadded(headerMac(fileKey, utf8(text)))}\n`)
}

/**
 * Reads the header of a file that an attacker may have written. Throws `body.malformed`, or `body.stanzas` at the first
 * stanza beyond `most`, so that a long header costs no more than a right one.
 */
export function parseHeader(file: Uint8Array, most: number): AgeHeader {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length)
  let start = 0
  let at = 0
  const next = () => {
    start = at
    const end = bytes.indexOf(NEWLINE, at)
    if (end < 0) throw malformed("a header that is cut off")
    at = end + 1
    return bytes.toString("latin1", start, end)
  }
  if (next() !== VERSION) throw malformed("another format or version")
  const stanzas: Stanza[] = []
  let line = next()
  for (; line.startsWith("-> "); line = next()) {
    if (stanzas.length === most)
      throw new VerificationError("body.stanzas", "a sealed file has more stanzas than members")
    stanzas.push({ args: stanzaArguments(line), body: stanzaBody(next) })
  }
  if (!/^--- \S{43}$/.test(line)) throw malformed("no MAC at the end of the header")
  return { stanzas, signed: file.subarray(0, start + 3), mac: fromUnpadded(line.slice(4)), payload: file.subarray(at) }
}

function stanzaArguments(line: string): string[] {
  const args = line.slice(3).split(" ")
  if (!args.every((arg) => /^[\x21-\x7e]+$/.test(arg))) throw malformed("a stanza's arguments")
  return args
}

function stanzaBody(next: () => string): Uint8Array {
  let text = ""
  for (;;) {
    const line = next()
    if (line.length > COLUMNS) throw malformed("a stanza's line is too long")
    text += line
    if (line.length < COLUMNS) return fromUnpadded(text)
  }
}

/** Throws `body.malformed` unless the header's MAC is that of `fileKey`. */
export function checkMac(fileKey: Uint8Array, header: AgeHeader): void {
  if (!timingSafeEqual(headerMac(fileKey, header.signed), header.mac)) throw malformed("a header with another MAC")
}

function headerMac(fileKey: Uint8Array, signed: Uint8Array): Uint8Array {
  return createHmac("sha256", derive(fileKey, "", "header"))
    .update(signed)
    .digest()
}

/** The payload: a random nonce, then STREAM's chunks of 64 KiB (C2SP age, "Payload"). */
export function sealPayload(fileKey: Uint8Array, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  const nonce = randomBytes(NONCE)
  const key = payloadKey(fileKey, nonce)
  const parts: Uint8Array[] = [nonce]
  const chunks = Math.max(1, Math.ceil(plaintext.length / CHUNK))
  for (let i = 0; i < chunks; i++)
    parts.push(sealChunk(key, i, i === chunks - 1, plaintext.subarray(i * CHUNK, (i + 1) * CHUNK)))
  return concat(...parts)
}

/** Opens a payload whole; throws `body.malformed` if any chunk was altered, cut off, moved or added. */
export function openPayload(fileKey: Uint8Array, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  if (payload.length < NONCE) throw malformed("a payload that is cut off")
  const key = payloadKey(fileKey, payload.subarray(0, NONCE))
  const parts: Uint8Array[] = []
  const chunks = Math.max(1, Math.ceil((payload.length - NONCE) / (CHUNK + TAG)))
  for (let i = 0; i < chunks; i++) {
    const start = NONCE + i * (CHUNK + TAG)
    parts.push(openChunk(key, i, i === chunks - 1, payload.subarray(start, start + CHUNK + TAG)))
  }
  return concat(...parts)
}

/** The key of a payload's chunks, from the file key and the nonce that the payload begins with. */
export function payloadKey(fileKey: Uint8Array, nonce: Uint8Array): Uint8Array {
  return derive(fileKey, nonce, "payload")
}

/** One chunk of a payload with its tag. Under one key an index may be sealed with one plaintext only. */
export function sealChunk(
  key: Uint8Array,
  index: number,
  last: boolean,
  plaintext: Uint8Array,
): Uint8Array<ArrayBuffer> {
  return encrypt(key, chunkNonce(index, last), plaintext)
}

/** What was sealed as the chunk `index`; throws `body.malformed` for any other bytes, place or end. */
export function openChunk(key: Uint8Array, index: number, last: boolean, sealed: Uint8Array): Uint8Array {
  const plaintext = decrypt(key, chunkNonce(index, last), sealed)
  // An empty chunk may only be the whole payload: one plaintext has one division into chunks.
  if (!plaintext || (plaintext.length === 0 && index > 0)) throw malformed("a payload that does not open")
  return plaintext
}

/** Eleven bytes of counter and the flag of the last chunk. */
function chunkNonce(index: number, last: boolean): Uint8Array {
  const nonce = new Uint8Array(12)
  new DataView(nonce.buffer).setUint32(7, index)
  nonce[11] = last ? 1 : 0
  return nonce
}

function derive(fileKey: Uint8Array, salt: Uint8Array | string, label: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", fileKey, salt, label, 32))
}

function malformed(what: string): VerificationError {
  return new VerificationError("body.malformed", `not a sealed file: ${what}`)
}

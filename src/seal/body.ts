import { concat, readU32be, u32be, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"

/** A free text with the salt that hides it until it is shown: the act holds only the hash of both. */
export type SaltedText = { salt: Uint8Array; bytes: Uint8Array }

/** What a body holds: the salt of the commitment, the act's bytes (JSON), and the texts that it names by hash. */
export type Body = { salt: Uint8Array; act: Uint8Array; texts: readonly SaltedText[] }

/** Smallest padded body, so that short acts all look alike. */
export const SMALLEST_BODY = 4096
/** Largest padded body that this release writes or reads. */
export const LARGEST_BODY = 1 << 23

const SALT = 32

/** The hash by which an act names a text: `sha256("iod.text/v1\n" || salt || bytes)`. */
export function textHash(crypto: Crypto, text: SaltedText): string {
  return crypto.sha256(concat(utf8("iod.text/v1\n"), text.salt, text.bytes)).toHex()
}

/** The hash by which a list names one of its records: `sha256("iod.record/v1\n" || salt || bytes)`. */
export function recordHash(crypto: Crypto, record: SaltedText): string {
  return crypto.sha256(concat(utf8("iod.record/v1\n"), record.salt, record.bytes)).toHex()
}

/** Padded length of a body of `length` bytes: the next power of two, at least SMALLEST_BODY. */
export function paddedLength(length: number): number {
  let padded = SMALLEST_BODY
  while (padded < length) padded *= 2
  return padded
}

/** Length of a body before it is padded. */
export function packedLength({ act, texts }: Pick<Body, "act" | "texts">): number {
  return texts.reduce((sum, text) => sum + 4 + SALT + text.bytes.length, SALT + 4 + act.length)
}

/** `salt || u32be n || act || texts || zeros` (docs/specs/envelope.md §3). */
export function packBody(body: Body): Uint8Array<ArrayBuffer> {
  const parts = [body.salt, u32be(body.act.length), body.act]
  for (const text of body.texts) parts.push(u32be(SALT + text.bytes.length), text.salt, text.bytes)
  const length = packedLength(body)
  if (length > LARGEST_BODY) throw new Error("an act with its texts is larger than an envelope may be")
  return concat(...parts, new Uint8Array(paddedLength(length) - length))
}

/** Reads a body; its author controls every byte. Throws `body.malformed` or `body.padding`. */
export function unpackBody(bytes: Uint8Array): Body {
  if (bytes.length > LARGEST_BODY) throw new VerificationError("body.malformed", "a body is too long")
  const salt = take(bytes, 0, SALT)
  const act = take(bytes, SALT + 4, readU32be(bytes, SALT))
  const texts: SaltedText[] = []
  let offset = SALT + 4 + act.length
  // A text is at least its salt, so a length of zero can only be the padding.
  while (offset + 4 <= bytes.length) {
    const length = readU32be(bytes, offset)
    if (length === 0) break
    if (length < SALT) throw new VerificationError("body.malformed", "a text is shorter than its salt")
    const text = take(bytes, offset + 4, length)
    texts.push({ salt: text.subarray(0, SALT), bytes: text.subarray(SALT) })
    offset += 4 + length
  }
  if (bytes.length !== paddedLength(offset) || !isZeroFrom(bytes, offset))
    throw new VerificationError("body.padding", "a body is not padded as prescribed")
  return { salt, act, texts }
}

// Four bytes at a time: half of the smallest body is padding, and a look at each byte costs as much as hashing all.
function isZeroFrom(bytes: Uint8Array, offset: number): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  let at = offset
  for (; at + 4 <= bytes.length; at += 4) if (view.getUint32(at) !== 0) return false
  for (; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

function take(bytes: Uint8Array, from: number, length: number): Uint8Array {
  if (from + length > bytes.length) throw new VerificationError("body.malformed", "a body is cut off")
  return bytes.subarray(from, from + length)
}

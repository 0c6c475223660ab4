import { VerificationError } from "./error.ts"

const encoder = new TextEncoder()
// ignoreBOM keeps a leading U+FEFF in the text: dropped, two different byte strings would decode to one text.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** UTF-8 bytes of `text`. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** The text whose UTF-8 bytes these are; throws `encoding` if they are not well-formed UTF-8. */
export function fromUtf8(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new VerificationError("encoding", "not valid UTF-8")
  }
}

/** The byte strings one after the other. */
export function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  let length = 0
  for (const part of parts) length += part.length
  const joined = new Uint8Array(length)
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}

/** Whether two byte strings are the same. Not constant time: never for secrets. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}

/** Lower-case hex. */
export function hex(bytes: Uint8Array): string {
  return bytes.toHex()
}

/** Bytes of lower-case hex, `length` bytes of them where given; throws `encoding` for anything else. */
export function fromHex(text: string, length?: number): Uint8Array<ArrayBuffer> {
  if (!/^(?:[0-9a-f]{2})*$/.test(text)) throw new VerificationError("encoding", "not lower-case hex")
  const bytes = Uint8Array.fromHex(text)
  if (length !== undefined && bytes.length !== length)
    throw new VerificationError("encoding", `not ${length} bytes of hex`)
  return bytes
}

/** RFC 4648 §4 base64 with padding. */
export function base64(bytes: Uint8Array): string {
  return bytes.toBase64()
}

/** Bytes of canonical RFC 4648 §4 base64; throws `encoding` for white space, missing padding or stray bits. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  let bytes: Uint8Array<ArrayBuffer>
  try {
    bytes = Uint8Array.fromBase64(text, { lastChunkHandling: "strict" })
  } catch {
    throw new VerificationError("encoding", "not base64")
  }
  if (bytes.toBase64() !== text) throw new VerificationError("encoding", "not canonical base64")
  return bytes
}

/** Big-endian u32. */
export function u32be(value: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** Big-endian u64. */
export function u64be(value: bigint): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, value)
  return bytes
}

/** The big-endian u64 at `offset`; throws `encoding` past the end. */
export function readU64be(bytes: Uint8Array, offset = 0): bigint {
  if (offset + 8 > bytes.length) throw new VerificationError("encoding", "too short for a 64-bit number")
  return new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(offset)
}

/** The big-endian u32 at `offset`; throws `encoding` past the end. */
export function readU32be(bytes: Uint8Array, offset = 0): number {
  if (offset + 4 > bytes.length) throw new VerificationError("encoding", "too short for a 32-bit number")
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(offset)
}

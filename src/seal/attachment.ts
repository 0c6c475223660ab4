import { fromUtf8, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"

// An attachment is an age file to a one-time hybrid identity (docs/specs/attachment.md). Hash and length of the file
// stand in the act; the identity, name, type and true size in one of its texts, with which the file is unreadable.

/** Bytes of the largest file, as its author has it. */
export const LARGEST_FILE = 100 << 20
/** How many files one act may name. */
export const MOST_FILES = 20

/** Bytes of plaintext in a chunk of the sealed file, and of the chunk as it is sealed; the last one may be shorter. */
export const CHUNK = 1 << 16
export const SEALED_CHUNK = CHUNK + 16
/** Bytes before the first chunk: the age header with its one hybrid stanza, and the payload's nonce. */
export const HEAD = 1643

/** What is said of a file to those who may open it. Its author chooses every word; `size` is in bytes, unpadded. */
export type Description = { identity: string; name: string; type: string; size: number }

const LONGEST_NAME = 200
const LONGEST_DESCRIPTION = 2048

/**
 * Padded length of `length` bytes by Padmé (Nikitin et al., PETS 2019): of a length only its order of magnitude and a
 * few bits after it are told, for at most 12 % more bytes.
 */
export function padme(length: number): number {
  if (length < 2) return length
  const exponent = 31 - Math.clz32(length)
  const told = 32 - Math.clz32(exponent)
  const step = 2 ** (exponent - told)
  return Math.ceil(length / step) * step
}

/** How many chunks a sealed file of `size` bytes has. */
export function chunkCount(size: number): number {
  return Math.max(1, Math.ceil(padme(size) / CHUNK))
}

/** Bytes of the sealed file of `size` bytes. */
export function sealedLength(size: number): number {
  return HEAD + padme(size) + chunkCount(size) * (SEALED_CHUNK - CHUNK)
}

/** Bytes of the longest sealed file. */
export const LONGEST_SEALED = sealedLength(LARGEST_FILE)

/** Bytes of the largest file whose sealed length is at most `most`. */
export function largestFile(most: number): number {
  let low = 0
  let high = LARGEST_FILE
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if (sealedLength(middle) <= most) low = middle
    else high = middle - 1
  }
  return low
}

/** A media type as RFC 6838 §4.2 names them, or what stands for an unknown one. */
export function mediaType(type: string): string {
  const bare = type.split(";")[0]?.trim().toLowerCase() ?? ""
  return isMediaType(bare) ? bare : "application/octet-stream"
}

function isMediaType(type: string): boolean {
  return type.length <= 127 && /^[a-z0-9][a-z0-9!#$&^_.+-]*\/[a-z0-9][a-z0-9!#$&^_.+-]*$/.test(type)
}

/** Whether `name` may name a file: 1 to 200 characters, well-formed. How it is shown is another question. */
export function isFileName(name: string): boolean {
  return name.length >= 1 && name.length <= LONGEST_NAME && name.isWellFormed()
}

/** The text of a description, as it travels with the act. */
export function formatDescription({ identity, name, type, size }: Description): Uint8Array<ArrayBuffer> {
  return utf8(JSON.stringify({ identity, name, type, size }))
}

/** Reads a description that another author wrote, of a sealed file of `length` bytes; throws `file.malformed`. */
export function parseDescription(bytes: Uint8Array, length: number): Description {
  const { identity, name, type, size, ...more } = parseFields(bytes)
  if (typeof identity !== "string" || typeof name !== "string" || typeof type !== "string" || typeof size !== "number")
    throw malformed("a description lacks something")
  if (Object.keys(more).length > 0 || !isFileName(name) || !isMediaType(type))
    throw malformed("a description is not of its form")
  if (!Number.isInteger(size) || size < 1 || size > LARGEST_FILE || sealedLength(size) !== length)
    throw malformed("a description names a size that the file has not")
  return { identity, name, type, size }
}

function parseFields(bytes: Uint8Array): Record<string, unknown> {
  try {
    const fields: unknown = bytes.length <= LONGEST_DESCRIPTION ? JSON.parse(fromUtf8(bytes)) : undefined
    if (typeof fields === "object" && fields !== null) return { ...fields }
  } catch {
    // Answered below, like any other text that is no description.
  }
  throw malformed("a description is not JSON")
}

function malformed(what: string): VerificationError {
  return new VerificationError("file.malformed", `not an attachment: ${what}`)
}

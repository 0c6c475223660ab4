import { randomBytes } from "node:crypto"
import { concat } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { CHUNK, chunkCount, type Description, HEAD, padme, SEALED_CHUNK } from "../attachment.ts"
import { NONCE, openChunk, payloadKey, sealChunk } from "./age-file.ts"
import { generateSealingIdentity, openHeader, sealHeader } from "./hybrid.ts"

/** A file that is about to be sealed: who can open it, what it begins with, and the secret under which chunks go on. */
export type NewAttachment = { identity: string; head: Uint8Array; key: Uint8Array }

/** A new one-time identity and the head of the file that is sealed to it alone. */
export function newAttachment(): NewAttachment {
  const { identity, recipient } = generateSealingIdentity()
  const { fileKey, header } = sealHeader([recipient])
  const nonce = randomBytes(NONCE)
  return { identity, head: concat(header, nonce), key: payloadKey(fileKey, nonce) }
}

/**
 * Seals the chunk `index` of a file of `size` bytes: 64 KiB of it, what is left of it, or nothing beyond its end; what
 * Padmé adds follows as zeros. Nobody but its desk may ever have seen another plaintext under the same key and index.
 */
export function sealFileChunk(key: Uint8Array, size: number, index: number, plaintext: Uint8Array): Uint8Array {
  const length = Math.min(CHUNK, padme(size) - index * CHUNK)
  const padded = plaintext.length === length ? plaintext : concat(plaintext, new Uint8Array(length - plaintext.length))
  return sealChunk(key, index, index === chunkCount(size) - 1, padded)
}

/** Whether these bytes are what was once sealed as chunk `index` under this key: after a crash the disk may hold others. */
export function isFileChunk(key: Uint8Array, size: number, index: number, sealed: Uint8Array): boolean {
  try {
    openChunk(key, index, index === chunkCount(size) - 1, sealed)
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

/** A sealed file that is being opened, chunk by chunk and in any order. */
export type OpenAttachment = {
  /** The plaintext of chunk `index` without what pads it; throws `file.malformed`. */
  chunk(index: number, sealed: Uint8Array): Uint8Array
}

/** Opens the head of a sealed file; its author controls every byte of it. Throws `file.malformed`. */
export function openAttachment({ identity, size }: Description, head: Uint8Array): OpenAttachment {
  const key = orMalformed(() => {
    const { fileKey, payload } = openHeader({ identity, place: 0, count: 1 }, head)
    return payload.length === NONCE && head.length === HEAD ? payloadKey(fileKey, payload) : undefined
  })
  const chunks = chunkCount(size)
  return {
    chunk(index, sealed) {
      const plaintext = orMalformed(() => openChunk(key, index, index === chunks - 1, sealed))
      const length = Math.min(CHUNK, padme(size) - index * CHUNK)
      const end = Math.max(0, Math.min(CHUNK, size - index * CHUNK))
      if (plaintext.length !== length || !isZeroFrom(plaintext, end)) throw malformed("it is not padded as prescribed")
      return plaintext.subarray(0, end)
    },
  }
}

/** Where chunk `index` of a file of `size` bytes lies in the sealed file. */
export function chunkRange(size: number, index: number): { from: number; until: number } {
  const from = HEAD + index * SEALED_CHUNK
  const length = Math.min(CHUNK, padme(size) - index * CHUNK)
  return { from, until: from + length + SEALED_CHUNK - CHUNK }
}

function isZeroFrom(bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== 0) return false
  return true
}

function orMalformed<T>(work: () => T | undefined): T {
  try {
    const result = work()
    if (result !== undefined) return result
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
  }
  throw malformed("it does not open with its identity")
}

function malformed(what: string): VerificationError {
  return new VerificationError("file.malformed", `not an attachment: ${what}`)
}

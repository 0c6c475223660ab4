import { promisify } from "node:util"
import { inflateRaw } from "node:zlib"
import { withoutMetadata as cleanedBytes } from "#files/metadata.ts"

const inflated = promisify<Uint8Array, { maxOutputLength: number }, Uint8Array>(inflateRaw)

/** The bytes of a file without its metadata, or "cannot": a relay that names no author passes on nothing else. */
export function withoutMetadata(type: string, bytes: Uint8Array): Promise<Uint8Array | "cannot"> {
  return cleanedBytes(type, bytes, inflateWithin)
}

/** Raw deflate undone: a bomb is not unpacked further than to the size that it claims. */
export async function inflateWithin(deflated: Uint8Array, most: number): Promise<Uint8Array | undefined> {
  try {
    return await inflated(deflated, { maxOutputLength: Math.max(1, most) })
  } catch {
    return undefined
  }
}

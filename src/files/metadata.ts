import { VerificationError } from "#register/error.ts"
import { cleanDocument } from "./documents.ts"
import { cleanPicture, pictureFormat } from "./pictures.ts"
import { type Cleaned, joinParts, type Source, sourceOf, Unreadable } from "./source.ts"
import type { Inflate } from "./zip.ts"

/** What of a file can be cleaned of metadata, and so what is said before it is. */
export type Cleanable = "picture" | "document" | "text"

const TEXT = /^text\/(?:plain|csv|tab-separated-values)$/
const WINDOW = 1 << 18

/** What a file is to cleaning, by its first bytes and, where those say nothing, by what its author calls it. */
export function cleanableAs(type: string, start: Uint8Array): Cleanable | undefined {
  if (pictureFormat(start)) return "picture"
  if (String.fromCharCode(...start.subarray(0, 4)) === "PK\x03\x04") return "document"
  return TEXT.test(type) ? "text" : undefined
}

/**
 * A file without its metadata, as ranges of the one before and new bytes; "cannot" where nothing can be promised: another
 * format (a PDF among them), a damaged file, one with programs or signatures in it. Plain text has none and stays.
 */
export async function cleaned(type: string, source: Source, inflate: Inflate): Promise<Cleaned> {
  try {
    const start = await source.read(0, Math.min(16, source.size))
    const as = cleanableAs(type, start)
    if (as === "picture") return await cleanPicture(source)
    if (as === "document") return await cleanDocument(source, inflate)
    return as === "text" && (await isText(source)) ? [{ from: 0, until: source.size }] : "cannot"
  } catch (error) {
    // What its author made of it is not what its format says.
    if (error instanceof Unreadable || error instanceof VerificationError || error instanceof TypeError) return "cannot"
    throw error
  }
}

/** The bytes of a file without its metadata, or "cannot" (see `cleaned`). */
export async function withoutMetadata(
  type: string,
  bytes: Uint8Array,
  inflate: Inflate,
): Promise<Uint8Array | "cannot"> {
  const source = sourceOf(bytes)
  const parts = await cleaned(type, source, inflate)
  return parts === "cannot" ? parts : joinParts(source, parts)
}

/** No byte that only other files have: something else that is called a text may hold anything. */
async function isText(source: Source): Promise<boolean> {
  for (let at = 0; at < source.size; at += WINDOW) {
    const bytes = await source.read(at, Math.min(source.size, at + WINDOW))
    if (bytes.some((byte) => byte < 9 || (byte > 13 && byte < 32 && byte !== 27))) return false
  }
  return true
}

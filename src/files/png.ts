import { concat, u32be, utf8 } from "#register/bytes.ts"
import { crc32 } from "./crc.ts"
import { orientationOf, orientationOnly } from "./exif.ts"
import { addRange, type Part, readExactly, type Source, unreadable } from "./source.ts"

const SIGNATURE = 8
const MOST_CHUNKS = 100_000
const LONGEST_EXIF = 1 << 20
/** The picture itself, its frames where it moves, and how its colours are meant. Everything else may name somebody. */
const KEPT = new Set("IHDR PLTE IDAT IEND tRNS gAMA cHRM sRGB sBIT bKGD acTL fcTL fdAT".split(" "))

/**
 * A PNG without its metadata (ISO/IEC 15948): texts, times, EXIF, colour profiles, resolutions, private chunks and
 * whatever stands behind its end go; which way up it is stays. Not one byte of the picture changes.
 */
export async function cleanPng(source: Source): Promise<Part[]> {
  const parts: Part[] = []
  addRange(parts, 0, SIGNATURE)
  let at = SIGNATURE
  for (let count = 0; count < MOST_CHUNKS; count++) {
    const head = await readExactly(source, at, 8)
    const length = new DataView(head.buffer, head.byteOffset).getUint32(0)
    const type = String.fromCharCode(...head.subarray(4))
    const end = at + 12 + length
    if (!/^[A-Za-z]{4}$/.test(type) || end > source.size || (count === 0 && type !== "IHDR")) unreadable()
    if (KEPT.has(type)) addRange(parts, at, end)
    else parts.push(...(await keptOf(source, type, at + 8, length)))
    if (type === "IEND") return parts
    at = end
  }
  return unreadable()
}

/** What is kept of a chunk that is not the picture: of EXIF which way up it is. */
async function keptOf(source: Source, type: string, from: number, length: number): Promise<Part[]> {
  // A critical chunk that is unknown is part of the picture, and may hold anything.
  if (/^[A-Z]/.test(type)) unreadable()
  if (type !== "eXIf" || length > LONGEST_EXIF) return []
  const orientation = orientationOf(await readExactly(source, from, length))
  return orientation === 1 ? [] : [chunk("eXIf", orientationOnly(orientation))]
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat(utf8(type), data)
  return concat(u32be(data.length), body, u32be(crc32(body)))
}

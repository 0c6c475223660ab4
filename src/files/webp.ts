import { concat, utf8 } from "#register/bytes.ts"
import { orientationOf, orientationOnly } from "./exif.ts"
import { addRange, type Part, partsLength, readExactly, type Source, unreadable } from "./source.ts"

const FRAME_HEAD = 16
const MOST_CHUNKS = 20_000
const LONGEST_EXIF = 1 << 20
const EXIF_FLAG = 0x08
/** Colour profile, EXIF, XMP. */
const METADATA_FLAGS = 0x20 | EXIF_FLAG | 0x04
const KEPT = new Set(["VP8 ", "VP8L", "ALPH", "ANIM"])

type Chunk = { type: string; start: number; data: number; length: number; end: number }

/**
 * A WebP without its metadata (RFC 9649): EXIF, XMP, colour profiles and unknown chunks go; which way up it is stays. Not
 * one byte of the picture changes.
 */
export async function cleanWebp(source: Source): Promise<Part[]> {
  const parts: Part[] = []
  let orientation = 1
  let extended: Uint8Array | undefined
  for await (const chunk of chunksOf(source, 12, source.size)) {
    if (chunk.type === "ANMF") await checkFrame(source, chunk)
    if (chunk.type === "VP8X") {
      extended = await extendedHead(source, chunk)
      parts.push(extended)
    } else if (KEPT.has(chunk.type) || chunk.type === "ANMF") addRange(parts, chunk.start, chunk.end)
    else if (chunk.type === "EXIF" && chunk.length <= LONGEST_EXIF) orientation = await orientationIn(source, chunk)
  }
  if (parts.length === 0) unreadable()
  if (extended && orientation !== 1) {
    extended[8] = (extended[8] ?? 0) | EXIF_FLAG
    const tiff = orientationOnly(orientation)
    parts.push(concat(utf8("EXIF"), u32le(tiff.length), tiff))
  }
  return [concat(utf8("RIFF"), u32le(partsLength(parts) + 4), utf8("WEBP")), ...parts]
}

/** What an extended picture says of itself, without what is taken out of it. */
async function extendedHead(source: Source, { start, length }: Chunk): Promise<Uint8Array> {
  if (length !== 10) unreadable()
  const head = (await readExactly(source, start, 18)).slice()
  head[8] = (head[8] ?? 0) & ~METADATA_FLAGS
  return head
}

async function* chunksOf(source: Source, from: number, until: number): AsyncGenerator<Chunk> {
  let at = from
  for (let count = 0; at < until; count++) {
    if (count === MOST_CHUNKS) unreadable()
    const head = await readExactly(source, at, 8)
    const type = String.fromCharCode(...head.subarray(0, 4))
    const length = new DataView(head.buffer, head.byteOffset).getUint32(4, true)
    const end = at + 8 + length + (length % 2)
    if (end > until) unreadable()
    yield { type, start: at, data: at + 8, length, end }
    at = end
  }
}

/** A frame of one that moves holds pictures only. */
async function checkFrame(source: Source, { data, end }: Chunk): Promise<void> {
  for await (const chunk of chunksOf(source, data + FRAME_HEAD, end)) if (!KEPT.has(chunk.type)) unreadable()
}

async function orientationIn(source: Source, { data, length }: Chunk): Promise<number> {
  const bytes = await readExactly(source, data, length)
  const isPrefixed = String.fromCharCode(...bytes.subarray(0, 6)) === "Exif\0\0"
  return orientationOf(isPrefixed ? bytes.subarray(6) : bytes)
}

function u32le(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

import { concat, utf8 } from "#register/bytes.ts"
import { orientationOf, orientationOnly } from "./exif.ts"
import { addRange, type Part, readExactly, type Source, unreadable } from "./source.ts"

const EXIF = "Exif\0\0"
const JFIF = "JFIF\0"
const JFIF_LENGTH = 14
const SOS = 0xda
const EOI = 0xd9
const APP0 = 0xe0
const APP1 = 0xe1
/** Adobe's, without which some decoders take the colours for others. */
const APP14 = 0xee
const COM = 0xfe
const ADOBE_LENGTH = 12
const WINDOW = 1 << 16
const MOST_SEGMENTS = 20_000

/**
 * A JPEG without its metadata (ITU-T T.81 Annex B): EXIF, XMP, IPTC, colour profiles, thumbnails, comments and whatever
 * stands behind its end go; which way up it is stays. Not one byte of the picture changes.
 */
export async function cleanJpeg(source: Source): Promise<Part[]> {
  const parts: Part[] = []
  let orientation = 1
  for await (const { marker, start, end, until } of segments(source)) {
    if (marker === APP1) orientation = (await orientationIn(source, start + 4, end)) ?? orientation
    const kept = await keptSegment(source, marker, start, end)
    if (kept === "whole") addRange(parts, start, until)
    else if (kept) parts.push(kept)
  }
  const upright = orientation === 1 ? [] : [exifSegment(orientation)]
  return [Uint8Array.of(0xff, 0xd8), ...upright, ...parts, Uint8Array.of(0xff, EOI)]
}

/** A segment from `start` to `end`, and behind a scan's head its bytes up to `until`. */
type Segment = { marker: number; start: number; end: number; until: number }

async function* segments(source: Source): AsyncGenerator<Segment> {
  let at = 2
  for (let count = 0; count < MOST_SEGMENTS; count++) {
    const { marker, start } = await nextMarker(source, at)
    if (marker === EOI) return
    const end = start + 2 + view(await readExactly(source, start + 2, 2)).getUint16(0)
    if (end < start + 4 || end > source.size) unreadable()
    at = marker === SOS ? await endOfScan(source, end) : end
    yield { marker, start, end, until: at }
  }
  unreadable()
}

/** Fill bytes may stand before a marker. */
async function nextMarker(source: Source, from: number): Promise<{ marker: number; start: number }> {
  for (let at = from; at < from + 64; at++) {
    const [first, second = 0] = await readExactly(source, at, 2)
    if (first !== 0xff) unreadable()
    if (second !== 0xff) return { marker: second, start: at }
  }
  return unreadable()
}

/** What is kept of a segment: all, a shorter one, or nothing. What is unknown may be anything. */
async function keptSegment(
  source: Source,
  marker: number,
  start: number,
  end: number,
): Promise<"whole" | Uint8Array | undefined> {
  const isTable = (marker >= 0xc0 && marker <= 0xcf && marker !== 0xc8) || (marker >= 0xda && marker <= 0xdf)
  if (isTable) return "whole"
  if (marker === APP14 && end - start - 4 === ADOBE_LENGTH) return "whole"
  if (marker === APP0) return jfifOnly(await readExactly(source, start + 4, Math.min(JFIF_LENGTH, end - start - 4)))
  if ((marker >= APP0 && marker <= 0xef) || marker === COM) return undefined
  return unreadable()
}

/** JFIF's own fields without its thumbnail. */
function jfifOnly(bytes: Uint8Array): Uint8Array | undefined {
  if (bytes.length < JFIF_LENGTH || latin(bytes.subarray(0, 5)) !== JFIF) return undefined
  return concat(Uint8Array.of(0xff, APP0, 0, JFIF_LENGTH + 2), bytes.subarray(0, 12), Uint8Array.of(0, 0))
}

async function orientationIn(source: Source, from: number, until: number): Promise<number | undefined> {
  const bytes = await source.read(from, until)
  return latin(bytes.subarray(0, 6)) === EXIF ? orientationOf(bytes.subarray(6)) : undefined
}

function exifSegment(orientation: number): Uint8Array {
  const tiff = orientationOnly(orientation)
  return concat(Uint8Array.of(0xff, APP1, 0, tiff.length + 8), utf8(EXIF), tiff)
}

/** Where the entropy-coded bytes of a scan end: at the first marker that does not belong to them (T.81 B.1.1.5). */
async function endOfScan(source: Source, from: number): Promise<number> {
  for (let at = from; at < source.size; ) {
    const bytes = await source.read(at, Math.min(source.size, at + WINDOW))
    for (let i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] !== 0xff) continue
      const next = bytes[i + 1] ?? 0
      const isData = next === 0 || next === 0xff || (next >= 0xd0 && next <= 0xd7)
      if (!isData) return at + i
    }
    at += Math.max(1, bytes.length - 1)
  }
  return unreadable()
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function latin(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

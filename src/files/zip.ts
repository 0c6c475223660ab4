import { concat, fromUtf8, utf8 } from "#register/bytes.ts"
import { crc32 } from "./crc.ts"
import { type Fresh, type Part, partsLength, readExactly, type Source, unreadable } from "./source.ts"

/** Raw deflate undone, by whatever this program runs on; undefined where it comes to more than `most` bytes. */
export type Inflate = (deflated: Uint8Array, most: number) => Promise<Uint8Array | undefined>

/** One entry of an archive (PKWARE APPNOTE 4.3.7): its bytes lie at `from`, as they were packed. */
export type Entry = {
  name: string
  method: number
  crc: number
  packed: number
  size: number
  from: number
}

/** An entry of the archive that is written: one that stays as it is packed, or new bytes with their CRC. */
export type Written = { name: string; entry: Entry } | { name: string; crc: number; fresh: Fresh }

const END = 0x06054b50
const CENTRAL = 0x02014b50
const LOCAL = 0x04034b50
const END_LENGTH = 22
const LONGEST_COMMENT = 0xffff
const STORED = 0
const DEFLATED = 8
const UTF8 = 0x0800
const ENCRYPTED = 0x0001
const MOST_ENTRIES = 4096
const LONGEST_DIRECTORY = 2 << 20
/** More than this many times its packed size is no document. */
const MOST_RATIO = 200
/** 1 January 1980, as zip counts days. */
const NO_DAY = 0x0021

/**
 * The entries of a zip archive as its directory names them. Whoever made it controls every byte: entries that overlap,
 * are doubled, encrypted, too many or too well packed, and archives of another kind, are unreadable.
 */
export async function readZip(source: Source): Promise<Entry[]> {
  const { count, length, from } = await readEnd(source)
  const directory = await readExactly(source, from, length)
  const entries: Entry[] = []
  let at = 0
  for (let i = 0; i < count; i++) {
    const { entry, next } = readCentral(directory, at)
    entries.push(await located(source, entry))
    at = next
  }
  const names = new Set(entries.map(({ name }) => name))
  if (at !== length || names.size !== entries.length) unreadable()
  const ranges = entries.toSorted((a, b) => a.from - b.from)
  for (const [i, { from: start, packed }] of ranges.entries()) {
    if (start + packed > (ranges[i + 1]?.from ?? from)) unreadable()
  }
  return entries
}

async function readEnd(source: Source): Promise<{ count: number; length: number; from: number }> {
  const tail = Math.min(source.size, END_LENGTH + LONGEST_COMMENT)
  const bytes = await readExactly(source, source.size - tail, tail)
  const view = viewOf(bytes)
  for (let at = tail - END_LENGTH; at >= 0; at--) {
    if (view.getUint32(at, true) !== END || view.getUint16(at + 20, true) !== tail - at - END_LENGTH) continue
    const [count, length, from] = [
      view.getUint16(at + 10, true),
      view.getUint32(at + 12, true),
      view.getUint32(at + 16, true),
    ]
    const isWhole = view.getUint32(at + 4, true) === 0 && from + length === source.size - tail + at
    if (!isWhole || count > MOST_ENTRIES || length > LONGEST_DIRECTORY) unreadable()
    return { count, length, from }
  }
  return unreadable()
}

type Central = Omit<Entry, "from"> & { local: number }

function readCentral(directory: Uint8Array, at: number): { entry: Central; next: number } {
  const view = viewOf(directory)
  if (at + 46 > directory.length || view.getUint32(at, true) !== CENTRAL) unreadable()
  const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)]
  const [crc, packed, size] = [
    view.getUint32(at + 16, true),
    view.getUint32(at + 20, true),
    view.getUint32(at + 24, true),
  ]
  const [named, extra, comment] = [at + 28, at + 30, at + 32].map((place) => view.getUint16(place, true))
  const name = nameOf(directory.subarray(at + 46, at + 46 + (named ?? 0)))
  const isPlain = (flags & ENCRYPTED) === 0 && (method === STORED || method === DEFLATED)
  if (!isPlain || size > packed * MOST_RATIO + 1024 || (method === STORED && size !== packed)) unreadable()
  const next = at + 46 + (named ?? 0) + (extra ?? 0) + (comment ?? 0)
  return { entry: { name, method, crc, packed, size, local: view.getUint32(at + 42, true) }, next }
}

/** Where an entry's bytes lie, by its own head, which must name the same entry. */
async function located(source: Source, { local, ...entry }: Central): Promise<Entry> {
  const view = viewOf(await readExactly(source, local, 30))
  if (view.getUint32(0, true) !== LOCAL) unreadable()
  const [named, extra] = [view.getUint16(26, true), view.getUint16(28, true)]
  if (nameOf(await readExactly(source, local + 30, named)) !== entry.name) unreadable()
  return { ...entry, from: local + 30 + named + extra }
}

function nameOf(bytes: Uint8Array): string {
  const name = fromUtf8(bytes)
  if (name === "" || name.startsWith("/") || name.includes("\\") || name.split("/").includes("..")) unreadable()
  return name
}

/** What an entry holds, up to `most` bytes; its size and CRC must be those of the directory. */
export async function readEntry(source: Source, entry: Entry, inflate: Inflate, most: number): Promise<Uint8Array> {
  if (entry.size > most || entry.packed > most) unreadable()
  const packed = await readExactly(source, entry.from, entry.packed)
  const bytes = entry.method === STORED ? packed : await inflate(packed, entry.size)
  if (bytes?.length !== entry.size || crc32(bytes) !== entry.crc) return unreadable()
  return bytes
}

/** An archive with these entries in this order, and nothing about when, where or with what it was packed. */
export function writeZip(written: readonly Written[]): Part[] {
  const parts: Part[] = []
  const directory: Uint8Array[] = []
  for (const one of written) {
    const local = partsLength(parts)
    const { name } = one
    const entry = "entry" in one ? one.entry : storedAs(one)
    const head = headOf(entry, utf8(name).length)
    parts.push(concat(u32le(LOCAL), u16le(20), head, utf8(name)))
    if ("fresh" in one) parts.push(one.fresh)
    else parts.push({ from: one.entry.from, until: one.entry.from + one.entry.packed })
    const rest = concat(u16le(0), u16le(0), u16le(0), u32le(0), u32le(local))
    directory.push(concat(u32le(CENTRAL), u16le(20), u16le(20), head, rest, utf8(name)))
  }
  const [from, length] = [partsLength(parts), directory.reduce((sum, bytes) => sum + bytes.length, 0)]
  const count = u16le(directory.length)
  const end = concat(u32le(END), u16le(0), u16le(0), count, count, u32le(length), u32le(from), u16le(0))
  return [...parts, ...directory, end]
}

function storedAs({ crc, fresh: { length } }: { crc: number; fresh: Fresh }): Omit<Entry, "name" | "from"> {
  return { method: STORED, crc, packed: length, size: length }
}

/** The fields that both heads of an entry share, from its flags to the length of its extra field. */
function headOf({ method, crc, packed, size }: Omit<Entry, "name" | "from">, named: number): Uint8Array {
  const numbers = [u32le(crc), u32le(packed), u32le(size), u16le(named), u16le(0)]
  return concat(u16le(UTF8), u16le(method), u16le(0), u16le(NO_DAY), ...numbers)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
}

function u16le(value: number): Uint8Array {
  return Uint8Array.of(value & 0xff, value >>> 8)
}

function u32le(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  viewOf(bytes).setUint32(0, value, true)
  return bytes
}

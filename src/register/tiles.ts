import { concat, sameBytes } from "./bytes.ts"
import type { Crypto } from "./crypto.ts"
import { VerificationError } from "./error.ts"
import { type HashReader, leafHash, SIZE_LIMIT } from "./tree.ts"

/** A resource of C2SP tlog-tiles: 1 to 256 hashes of a level, or the entries themselves; 256 is a full one. */
export type Tile = { level: number | "entries"; index: bigint; width: number }

/** Hashes in a full tile. */
export const TILE_WIDTH = 256
/** Levels of the tree in one tile. */
export const TILE_HEIGHT = 8
/** The most bytes an entry can have: bundles write its length in 16 bits. */
export const MAX_ENTRY_BYTES = 65_535

/** `tile/<L>/<N>[.p/<W>]` (C2SP tlog-tiles). */
export function formatTilePath(tile: Tile): string {
  const digits = tile.index.toString()
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/.{3}/g) ?? []
  const index = groups.map((group, i) => (i === groups.length - 1 ? group : `x${group}`)).join("/")
  return `tile/${tile.level}/${index}${tile.width === TILE_WIDTH ? "" : `.p/${tile.width}`}`
}

/** The tile of a path, which whoever asks for it controls; throws `tile.malformed` unless written in the one way. */
export function parseTilePath(path: string): Tile {
  const fields = /^tile\/(entries|[0-9]|[1-5][0-9]|6[0-3])\/((?:x[0-9]{3}\/){0,6}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/
  const [, level, index, width] = fields.exec(path) ?? []
  if (!level || !index) throw new VerificationError("tile.malformed", "not a tile's path")
  const tile: Tile = {
    level: level === "entries" ? level : Number(level),
    index: BigInt(index.replaceAll(/[x/]/g, "")),
    width: width === undefined ? TILE_WIDTH : Number(width),
  }
  if (tile.index >= SIZE_LIMIT || tile.width > TILE_WIDTH || formatTilePath(tile) !== path)
    throw new VerificationError("tile.malformed", "not a tile's path")
  return tile
}

/** The hash tiles that are new when a tree grows from `from` to `to` leaves, lowest level first. */
export function newTiles(from: bigint, to: bigint): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0; to >> shift(level) > from >> shift(level); level++) {
    tiles.push(...grown(level, from >> shift(level), to >> shift(level)))
  }
  return tiles
}

/** The entry bundles that are new when a tree grows from `from` to `to` leaves. */
export function newBundles(from: bigint, to: bigint): Tile[] {
  return grown("entries", from, to)
}

function grown(level: Tile["level"], from: bigint, to: bigint): Tile[] {
  const tiles: Tile[] = []
  if (to <= from) return tiles
  for (let index = from >> 8n; index << 8n < to; index++) tiles.push({ level, index, width: widthAt(index, to) })
  return tiles
}

/** The bytes of a hash tile: its hashes one after the other. */
export async function tileBytes(tile: Tile & { level: number }, read: HashReader): Promise<Uint8Array> {
  const first = tile.index << BigInt(TILE_HEIGHT)
  const places = Array.from({ length: tile.width }, (_, i) => first + BigInt(i))
  return concat(...(await Promise.all(places.map((place) => read(tile.level * TILE_HEIGHT, place)))))
}

/** Entries as a bundle carries them, each after its length (u16be). A longer entry than that can say is a fault. */
export function encodeBundle(entries: readonly Uint8Array[]): Uint8Array {
  return concat(
    ...entries.flatMap((entry) => {
      if (entry.length > MAX_ENTRY_BYTES) throw new Error("an entry is longer than a bundle can carry")
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry]
    }),
  )
}

/** The `width` entries of a bundle, not yet compared with the tree; throws `tile.malformed`. */
export function decodeBundle(bytes: Uint8Array, width: number): Uint8Array[] {
  const entries: Uint8Array[] = []
  let at = 0
  while (at < bytes.length && entries.length < width) {
    const [high, low] = bytes.subarray(at, at + 2)
    if (high === undefined || low === undefined) throw new VerificationError("tile.malformed", "a bundle is cut off")
    const end = at + 2 + (high << 8) + low
    if (end > bytes.length) throw new VerificationError("tile.malformed", "a bundle is cut off")
    entries.push(bytes.slice(at + 2, end))
    at = end
  }
  if (at !== bytes.length || entries.length !== width)
    throw new VerificationError("tile.malformed", "a bundle has the wrong number of entries")
  return entries
}

/** The entries of a bundle, each compared with its leaf in `read`; throws `tile.malformed`, `tile.mismatch`. */
export async function openBundle(
  crypto: Crypto,
  bundle: Tile,
  bytes: Uint8Array,
  read: HashReader,
): Promise<Uint8Array[]> {
  const entries = decodeBundle(bytes, bundle.width)
  const first = bundle.index << BigInt(TILE_HEIGHT)
  const leaves = await Promise.all(entries.map((_, i) => read(0, first + BigInt(i))))
  const same = leaves.every((leaf, i) => sameBytes(leaf, leafHash(crypto, entries[i] ?? leaf)))
  if (!same) throw new VerificationError("tile.mismatch", "an entry is not the one in the tree")
  return entries
}

/** Width of tile `index` at a level that has `hashes` hashes. */
export function widthAt(index: bigint, hashes: bigint): number {
  const rest = hashes - (index << BigInt(TILE_HEIGHT))
  return rest > BigInt(TILE_WIDTH) ? TILE_WIDTH : Number(rest)
}

function shift(level: number): bigint {
  return BigInt(level * TILE_HEIGHT)
}

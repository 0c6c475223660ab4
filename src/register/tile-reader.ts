import { sameBytes } from "./bytes.ts"
import type { Crypto } from "./crypto.ts"
import { VerificationError } from "./error.ts"
import { formatTilePath, TILE_HEIGHT, TILE_WIDTH, type Tile, widthAt } from "./tiles.ts"
import { edgeRoot, HASH_BYTES, type HashReader, nodeHash, type TreeHead } from "./tree.ts"

/**
 * The bytes at a tile's path, from wherever. Where a log no longer serves a partial tile, the first hashes of the full
 * one are those bytes (C2SP tlog-tiles, "Partial Tiles").
 */
export type FetchTile = (path: string) => Promise<Uint8Array>

/** Full tiles by path, kept from one reader to the next: a `Map` will do. What it gives is checked like any other. */
export interface TileCache {
  get(path: string): Uint8Array | undefined
  set(path: string, bytes: Uint8Array): unknown
}

/** A tile and all nodes above its hashes: `rows[r]` has the roots of 2^r hashes each, one after the other. */
type OpenTile = { rows: readonly Uint8Array[]; width: number }

/**
 * Reads the tree of a verified checkpoint out of tiles. No hash is handed out before it is proven against the root:
 * the partial tiles at the right edge make up the root together, and every full tile is one hash of the tile above it.
 * A tile is fetched once in the life of the reader, which keeps it (16 KiB); what failed is fetched again when asked
 * for again. Throws `tile.malformed`, `tile.mismatch`, `tree.size` for a hash outside the tree, and what `fetchTile`
 * throws.
 */
export function tileReader(crypto: Crypto, head: TreeHead, fetchTile: FetchTile, cache?: TileCache): HashReader {
  const partials = partialTiles(head.size)
  const tiles = new Map<string, Promise<OpenTile>>()
  let edge: Promise<Map<Tile["level"], OpenTile>> | undefined

  async function openEdge(): Promise<Map<Tile["level"], OpenTile>> {
    const opened = await Promise.all(
      partials.map(async (tile) => openTile(crypto, await fetchTile(formatTilePath(tile)), tile.width)),
    )
    // From the top down, the complete subtrees of all partial tiles are the right edge of the whole tree.
    const hashes = opened.toReversed().flatMap(rightEdge)
    if (!sameBytes(edgeRoot(crypto, { size: head.size, hashes }), head.root))
      throw new VerificationError("tile.mismatch", "the tiles at the right edge do not make the root")
    return new Map(opened.map((tile, i) => [partials[i]?.level ?? 0, tile]))
  }

  async function openPartial(level: number): Promise<OpenTile> {
    if (!edge) {
      const opening = openEdge()
      edge = opening
      opening.catch(() => {
        edge = undefined
      })
    }
    const tile = (await edge).get(level)
    if (!tile) throw new VerificationError("tree.size", "no such tile in this tree")
    return tile
  }

  async function openFull(level: number, index: bigint): Promise<OpenTile> {
    const path = formatTilePath({ level, index, width: TILE_WIDTH })
    const above = () => openAt(level + 1, index / BigInt(TILE_WIDTH))
    const place = Number(index % BigInt(TILE_WIDTH))
    const kept = cache?.get(path)
    if (kept?.length === TILE_WIDTH * HASH_BYTES) {
      const root = hashAt(await above(), 0, place)
      const tile = openTile(crypto, kept, TILE_WIDTH)
      // A spoilt copy in the cache says nothing about the log: it is fetched again.
      if (sameBytes(hashAt(tile, TILE_HEIGHT, 0), root)) return tile
    }
    const [parent, bytes] = await Promise.all([above(), fetchTile(path)])
    const tile = openTile(crypto, bytes, TILE_WIDTH)
    if (!sameBytes(hashAt(tile, TILE_HEIGHT, 0), hashAt(parent, 0, place)))
      throw new VerificationError("tile.mismatch", "a tile is not the one in the tree")
    cache?.set(path, bytes)
    return tile
  }

  function openAt(level: number, index: bigint): Promise<OpenTile> {
    const hashes = head.size >> BigInt(level * TILE_HEIGHT)
    if (widthAt(index, hashes) < TILE_WIDTH) return openPartial(level)
    const key = `${level}/${index}`
    const known = tiles.get(key)
    if (known) return known
    const opening = openFull(level, index)
    tiles.set(key, opening)
    opening.catch(() => tiles.delete(key))
    return opening
  }

  return async (level, index) => {
    if (index < 0n || (index + 1n) << BigInt(level) > head.size)
      throw new VerificationError("tree.size", "a hash outside the tree")
    const row = level % TILE_HEIGHT
    const perTile = BigInt(TILE_WIDTH >> row)
    const tile = await openAt((level - row) / TILE_HEIGHT, index / perTile)
    return hashAt(tile, row, Number(index % perTile))
  }
}

/** The partial tiles of a tree, lowest level first; at most one a level. */
function partialTiles(size: bigint): Tile[] {
  const tiles: Tile[] = []
  for (let level = 0, hashes = size; hashes > 0n; level++, hashes /= BigInt(TILE_WIDTH)) {
    const width = Number(hashes % BigInt(TILE_WIDTH))
    if (width > 0) tiles.push({ level, index: hashes / BigInt(TILE_WIDTH), width })
  }
  return tiles
}

/** The log controls these bytes: only their length is checked here. Throws `tile.malformed`. */
function openTile(crypto: Crypto, bytes: Uint8Array, width: number): OpenTile {
  if (bytes.length !== width * HASH_BYTES)
    throw new VerificationError("tile.malformed", "a tile has the wrong number of hashes")
  // A copy, so that nobody changes them after they were checked.
  let row = bytes.slice()
  const rows = [row]
  while (row.length >= 2 * HASH_BYTES) {
    const above = new Uint8Array((row.length >> 6) * HASH_BYTES)
    for (let at = 0; at < above.length; at += HASH_BYTES) {
      const middle = 2 * at + HASH_BYTES
      above.set(nodeHash(crypto, row.subarray(2 * at, middle), row.subarray(middle, middle + HASH_BYTES)), at)
    }
    rows.push(above)
    row = above
  }
  return { rows, width }
}

function hashAt(tile: OpenTile, row: number, place: number): Uint8Array {
  const hash = tile.rows[row]?.slice(place * HASH_BYTES, (place + 1) * HASH_BYTES)
  if (hash?.length !== HASH_BYTES) throw new VerificationError("tree.size", "a hash outside its tile")
  return hash
}

/** Roots of the complete subtrees of a partial tile, largest first. */
function rightEdge(tile: OpenTile): Uint8Array[] {
  const hashes: Uint8Array[] = []
  for (let row = tile.rows.length - 1, at = 0; row >= 0; row--) {
    if (at + (1 << row) > tile.width) continue
    hashes.push(hashAt(tile, row, at >> row))
    at += 1 << row
  }
  return hashes
}

import { concat } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { TILE_HEIGHT, TILE_WIDTH } from "#register/tiles.ts"
import { appendLeaves, type CompleteSubtree, type Edge, edgeRoot, HASH_BYTES, leafHash } from "#register/tree.ts"
import type { Ledger, TileRow } from "./ledger.ts"

/** The register's tree as it grows: its right edge in memory, everything to the left of it in the ledger. */
export type Growth = {
  size(): bigint
  root(): Uint8Array
  /**
   * What the tree would become with these entries after it; nothing has changed until `keep`. Tiles of level 0 are
   * there once they are full, higher ones whenever they grew.
   */
  grow(entries: readonly Uint8Array[]): { tiles: TileRow[]; keep(): void }
  /** The root that the tree would have with these entries after it. */
  rootWith(entries: readonly Uint8Array[]): Uint8Array
  /** Hashes of a tile at the right edge, or undefined for one that is full or beyond. */
  edge(level: number, number: bigint): Uint8Array | undefined
}

const WIDTH = BigInt(TILE_WIDTH)

/** A tree's edge with, at each tile level, the hashes of the tile that is not full and how many full ones precede it. */
type Tree = { edge: Edge; open: readonly { full: bigint; hashes: readonly Uint8Array[] }[] }

/** Opens the tree over what the ledger holds. */
export async function openGrowth(crypto: Crypto, ledger: Pick<Ledger, "size" | "entries" | "tile">): Promise<Growth> {
  let tree = await readTree(crypto, ledger)
  return {
    size: () => tree.edge.size,
    root: () => edgeRoot(crypto, tree.edge),
    grow(entries) {
      const leaves = entries.map((entry) => leafHash(crypto, entry))
      const { edge, completed } = appendLeaves(crypto, tree.edge, leaves)
      const grown = fillTiles(tree.open, completed)
      const keep = () => {
        tree = { edge, open: grown.open }
      }
      return { tiles: grown.tiles, keep }
    },
    rootWith(entries) {
      const leaves = entries.map((entry) => leafHash(crypto, entry))
      return edgeRoot(crypto, appendLeaves(crypto, tree.edge, leaves).edge)
    },
    edge(level, number) {
      const at = tree.open[level]
      return at && at.full === number ? concat(...at.hashes) : undefined
    },
  }
}

/** The open tiles with what was completed after them, and every tile that filled up or grew. */
function fillTiles(before: Tree["open"], completed: readonly CompleteSubtree[]) {
  const open = before.map(({ full, hashes }) => ({ full, hashes: [...hashes] }))
  const tiles: TileRow[] = []
  for (const { level, hash } of completed) {
    // Every eighth level of the tree is a level of tiles.
    if (level % TILE_HEIGHT !== 0) continue
    open[level / TILE_HEIGHT] ??= { full: 0n, hashes: [] }
    const at = open[level / TILE_HEIGHT]
    if (at?.hashes.push(hash) !== TILE_WIDTH) continue
    tiles.push({ level: level / TILE_HEIGHT, number: at.full, hashes: concat(...at.hashes) })
    at.full++
    at.hashes = []
  }
  for (const [level, { full, hashes }] of open.entries()) {
    const same = before[level]?.full === full && before[level].hashes.length === hashes.length
    if (level > 0 && hashes.length > 0 && !same) tiles.push({ level, number: full, hashes: concat(...hashes) })
  }
  return { open, tiles }
}

async function readTree(crypto: Crypto, ledger: Pick<Ledger, "size" | "entries" | "tile">): Promise<Tree> {
  const size = await ledger.size()
  const open: { full: bigint; hashes: Uint8Array[] }[] = []
  for (let level = 0, count = size; count > 0n; level++, count /= WIDTH) {
    const full = count / WIDTH
    const hashes = await readHashes(crypto, ledger, { level, full, count })
    if (BigInt(hashes.length) !== count % WIDTH)
      throw new Error("the ledger's tiles do not fit its entries; restore a backup")
    open.push({ full, hashes })
  }
  // From the top down, the open tiles side by side are the tree's right edge, each folded as a small tree of its own.
  const hashes = open
    .toReversed()
    .flatMap((tile) => appendLeaves(crypto, { size: 0n, hashes: [] }, tile.hashes).edge.hashes)
  return { edge: { size, hashes }, open }
}

async function readHashes(
  crypto: Crypto,
  ledger: Pick<Ledger, "entries" | "tile">,
  { level, full, count }: { level: number; full: bigint; count: bigint },
): Promise<Uint8Array[]> {
  if (level === 0) return (await ledger.entries(full * WIDTH, count)).map((entry) => leafHash(crypto, entry))
  const bytes = count % WIDTH > 0n ? await ledger.tile(level, full) : undefined
  return Array.from({ length: (bytes?.length ?? 0) / HASH_BYTES }, (_, i) =>
    new Uint8Array(bytes ?? []).slice(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
}

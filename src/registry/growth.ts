import { concat } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { emptyRoot, leafHash, nodeHash } from "#register/tree.ts"
import type { Ledger, TileRow } from "./ledger.ts"

/** Hashes in one full tile (C2SP tlog-tiles). */
const WIDTH = 256

/** The register's tree as it grows: its right edge in memory, everything to the left of it in the ledger. */
export type Growth = {
  size(): bigint
  root(): Uint8Array
  /** What the tree would become with these entries after it; nothing has changed until `keep`. */
  grow(entries: readonly Uint8Array[]): { tiles: TileRow[]; keep(): void }
  /** Hashes of a tile at the right edge, or undefined for one that is full or beyond. */
  edge(level: number, number: bigint): Uint8Array | undefined
  /** Reads the right edge again from the ledger. */
  reload(): Promise<void>
}

/** The right edge: at each tile level, the hashes of the tile that is not full, and how many full ones precede it. */
type Edge = { full: bigint; hashes: Uint8Array[] }[]

/** Opens the tree over what the ledger holds. */
export async function openGrowth(crypto: Crypto, ledger: Ledger): Promise<Growth> {
  let size = 0n
  let edge: Edge = []

  const growth: Growth = {
    size: () => size,
    root: () => rootOf(crypto, edge),
    grow(entries) {
      const grown: Edge = edge.map((level) => ({ full: level.full, hashes: [...level.hashes] }))
      const tiles = new Map<string, TileRow>()
      for (const entry of entries) append(crypto, grown, leafHash(crypto, entry), 0, tiles)
      const keep = () => {
        edge = grown
        size += BigInt(entries.length)
      }
      return { tiles: [...tiles.values()], keep }
    },
    edge(level, number) {
      const at = edge[level]
      return at && at.full === number ? concat(...at.hashes) : undefined
    },
    async reload() {
      size = await ledger.size()
      edge = await readEdge(crypto, ledger, size)
    },
  }
  await growth.reload()
  return growth
}

/** Appends one hash at a level; a tile that fills up is written and hands its root to the level above. */
function append(crypto: Crypto, edge: Edge, hash: Uint8Array, level: number, tiles: Map<string, TileRow>): void {
  edge[level] ??= { full: 0n, hashes: [] }
  const at = edge[level]
  at.hashes.push(hash)
  const row = { level, number: at.full, hashes: concat(...(level > 0 || at.hashes.length === WIDTH ? at.hashes : [])) }
  if (row.hashes.length > 0) tiles.set(`${level}/${at.full}`, row)
  if (at.hashes.length < WIDTH) return
  const root = subtreeRoot(crypto, at.hashes)
  edge[level] = { full: at.full + 1n, hashes: [] }
  append(crypto, edge, root, level + 1, tiles)
}

/** Root of a complete subtree whose width is a power of two. */
function subtreeRoot(crypto: Crypto, hashes: readonly Uint8Array[]): Uint8Array {
  let level = hashes
  while (level.length > 1) {
    const above: Uint8Array[] = []
    for (let i = 0; i + 1 < level.length; i += 2) {
      const [left, right] = [level[i], level[i + 1]]
      if (left && right) above.push(nodeHash(crypto, left, right))
    }
    level = above
  }
  return level[0] ?? emptyRoot(crypto)
}

/** RFC 6962 §2.1: the complete subtrees at the right edge, folded from the right. */
function rootOf(crypto: Crypto, edge: Edge): Uint8Array {
  const subtrees: Uint8Array[] = []
  for (const { hashes } of edge.toReversed()) {
    for (let from = 0; from < hashes.length; ) {
      let width = 1
      while (width * 2 <= hashes.length - from) width *= 2
      subtrees.push(subtreeRoot(crypto, hashes.slice(from, from + width)))
      from += width
    }
  }
  return subtrees.length === 0
    ? emptyRoot(crypto)
    : subtrees.reduceRight((right, left) => nodeHash(crypto, left, right))
}

async function readEdge(crypto: Crypto, ledger: Ledger, size: bigint): Promise<Edge> {
  const edge: Edge = []
  let count = size
  for (let level = 0; count > 0n; level++) {
    const full = count / BigInt(WIDTH)
    const partial = count % BigInt(WIDTH)
    const hashes =
      level === 0
        ? (await ledger.entries(full * BigInt(WIDTH), count)).map((entry) => leafHash(crypto, entry))
        : splitHashes(partial > 0n ? await ledger.tile(level, full) : new Uint8Array())
    if (BigInt(hashes.length) !== partial)
      throw new Error("the ledger's tiles do not fit its entries; restore a backup")
    edge.push({ full, hashes })
    count = full
  }
  return edge
}

function splitHashes(bytes: Uint8Array | undefined): Uint8Array[] {
  return Array.from(
    { length: (bytes?.length ?? 0) / 32 },
    (_, i) => bytes?.slice(i * 32, i * 32 + 32) ?? new Uint8Array(),
  )
}

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { concat, hex } from "#register/bytes.ts"
import { newTiles, TILE_HEIGHT, TILE_WIDTH, tileBytes } from "#register/tiles.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openGrowth } from "./growth.ts"
import type { TileRow } from "./ledger.ts"

const sha = (...parts: Uint8Array[]) => nodeCrypto.sha256(concat(...parts))

/** MTH(D[n]) as RFC 6962 §2.1 writes it, over leaf hashes. */
function treeHash(leaves: readonly Uint8Array[]): Uint8Array {
  if (leaves.length <= 1) return leaves[0] ?? sha()
  let split = 1
  while (split * 2 < leaves.length) split *= 2
  return sha(Uint8Array.of(1), treeHash(leaves.slice(0, split)), treeHash(leaves.slice(split)))
}

/** A ledger's entries and tiles in memory, filled with exactly what `grow` says. */
function emptyLedger() {
  const entries: Uint8Array[] = []
  const tiles = new Map<string, Uint8Array>()
  return {
    entered: entries,
    size: async () => BigInt(entries.length),
    entries: async (from: bigint, until: bigint) => entries.slice(Number(from), Number(until)),
    tile: async (level: number, number: bigint) => tiles.get(`${level}/${number}`),
    enter(added: readonly Uint8Array[], grown: readonly TileRow[]) {
      entries.push(...added)
      for (const { level, number, hashes } of grown) tiles.set(`${level}/${number}`, hashes)
    },
  }
}

const SMALL = fc.integer({ min: 0, max: 40 })
const AROUND_A_TILE = fc.integer({ min: 200, max: 600 })
const groups = fc.array(fc.oneof(SMALL, AROUND_A_TILE), { maxLength: 6 })
const numRuns = process.env.SLOW === "1" ? 1000 : 10

test("groups of any sizes make the tree that their entries make one by one", async () => {
  await fc.assert(
    fc.asyncProperty(groups, async (sizes) => {
      const ledger = emptyLedger()
      const growth = await openGrowth(nodeCrypto, ledger)
      for (const count of sizes) {
        const before = BigInt(ledger.entered.length)
        const added = Array.from({ length: count }, (_, i) => sha(Uint8Array.of(ledger.entered.length + i, i >> 8)))
        const root = hex(growth.root())
        const grown = growth.grow(added)
        assert.equal(hex(growth.root()), root, "nothing has changed before it is kept")
        ledger.enter(added, grown.tiles)
        grown.keep()
        await check(ledger, growth, before)
        await check(ledger, await openGrowth(nodeCrypto, ledger), before)
      }
    }),
    { numRuns },
  )
})

async function check(
  ledger: ReturnType<typeof emptyLedger>,
  growth: Awaited<ReturnType<typeof openGrowth>>,
  before: bigint,
): Promise<void> {
  const leaves = ledger.entered.map((entry) => sha(Uint8Array.of(0), entry))
  const size = BigInt(leaves.length)
  assert.equal(growth.size(), size)
  assert.equal(hex(growth.root()), hex(treeHash(leaves)))
  const read = async (level: number, index: bigint) => {
    const width = 1 << level
    return treeHash(leaves.slice(Number(index) * width, (Number(index) + 1) * width))
  }
  for (const tile of newTiles(before, size)) {
    if (tile.level === "entries") continue
    const bytes = growth.edge(tile.level, tile.index) ?? (await ledger.tile(tile.level, tile.index))
    const wanted = await tileBytes({ ...tile, level: tile.level }, read)
    assert.equal(hex(bytes ?? new Uint8Array()), hex(wanted))
  }
}

test("a tree of more than two levels of tiles opens again where it ended", async () => {
  const ledger = emptyLedger()
  const growth = await openGrowth(nodeCrypto, ledger)
  const entry = sha(Uint8Array.of(7))
  const many = Array.from({ length: TILE_WIDTH ** 2 + TILE_WIDTH + 3 }, () => entry)
  for (const added of [many.slice(0, 300), many.slice(300)]) {
    const grown = growth.grow(added)
    ledger.enter(added, grown.tiles)
    grown.keep()
  }
  const again = await openGrowth(nodeCrypto, ledger)
  assert.equal(hex(again.root()), hex(growth.root()))
  for (const level of [0, 1, 2]) {
    const number = BigInt(many.length >> (TILE_HEIGHT * (level + 1)))
    assert.equal(hex(again.edge(level, number) ?? sha()), hex(growth.edge(level, number) ?? sha(entry)))
  }
  const more = growth.grow([entry])
  more.keep()
  again.grow([entry]).keep()
  assert.equal(hex(again.root()), hex(growth.root()))
})

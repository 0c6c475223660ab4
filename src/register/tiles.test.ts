import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { hex, utf8 } from "./bytes.ts"
import { flipBit, memoryTree, rejection, runs } from "./fixture.test.ts"
import { tileReader } from "./tile-reader.ts"
import {
  decodeBundle,
  encodeBundle,
  formatTilePath,
  newBundles,
  newTiles,
  openBundle,
  parseTilePath,
  tileBytes,
} from "./tiles.ts"
import { proveInclusion, type TreeHead, verifyInclusion } from "./tree.ts"

const entriesOf = (count: number) => Array.from({ length: count }, (_, i) => utf8(`entry ${i}`))

// Two levels of tiles and a third: 65,536 leaves, a full tile and one leaf more.
const LARGE = 65_536 + 256 + 1
let large: ReturnType<typeof publish> | undefined

/** A tree and every tile it publishes, with a count of what was fetched. */
async function publish(size: number) {
  const tree = memoryTree([entriesOf(size)])
  const tiles = new Map<string, Uint8Array>()
  for (const tile of newTiles(0n, BigInt(size))) {
    assert.ok(tile.level !== "entries")
    tiles.set(formatTilePath(tile), await tileBytes({ ...tile, level: tile.level }, tree.read))
  }
  const fetched: string[] = []
  const fetchTile = async (path: string) => {
    fetched.push(path)
    const bytes = tiles.get(path)
    if (!bytes) throw new Error(`no such tile: ${path}`)
    return bytes
  }
  return { ...tree, tiles, fetched, fetchTile }
}

test("a tile's path is C2SP's, and is read back", () => {
  const paths: [string, Parameters<typeof formatTilePath>[0]][] = [
    ["tile/0/000", { level: 0, index: 0n, width: 256 }],
    ["tile/0/x001/x234/067", { level: 0, index: 1_234_067n, width: 256 }],
    ["tile/entries/x001/000.p/255", { level: "entries", index: 1000n, width: 255 }],
    ["tile/7/x009/x223/x372/x036/x854/x775/807.p/1", { level: 7, index: (1n << 63n) - 1n, width: 1 }],
  ]
  for (const [path, tile] of paths) {
    assert.equal(formatTilePath(tile), path)
    assert.deepEqual(parseTilePath(path), tile)
  }
})

test("a tile's path that is written in any other way is refused", () => {
  const paths = [
    "",
    "tile/0/00",
    "tile/0/0000",
    "tile/00/000",
    "tile/64/000",
    "tile/-1/000",
    "tile/0/x000/000",
    "/tile/0/0",
  ]
  paths.push("tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/", "tile/0/000/", "tile/0/001/000")
  paths.push("tile/data/000", "tile/0/x1/000", "tile/0/000\n", "tile/0/../000", `tile/0/${"x999/".repeat(7)}999`)
  paths.push("tile/0/x009/x223/x372/x036/x854/x775/808")
  for (const path of paths) assert.throws(() => parseTilePath(path), rejection("tile.malformed"), path)
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^tile\/[0-9a-z]+\/[x0-9/.p]+$/)), (path) => {
      try {
        assert.equal(formatTilePath(parseTilePath(path)), path)
      } catch (error) {
        assert.ok(rejection("tile.malformed")(error))
      }
    }),
    runs(100),
  )
})

test("a tree of 70,000 leaves has the tiles that C2SP tlog-tiles counts", () => {
  const paths = newTiles(0n, 70_000n).map(formatTilePath)
  assert.equal(paths.length, 273 + 1 + 1 + 1 + 1)
  const partial = ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]
  assert.deepEqual(
    paths.filter((path) => path.includes(".p/")),
    partial,
  )
  assert.deepEqual(newTiles(0n, 256n).map(formatTilePath), ["tile/0/000", "tile/1/000.p/1"])
  assert.equal(newBundles(0n, 70_000n).length, 274)
})

test("whatever the steps by which a tree grows, all tiles of its end have been new at some step", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 1, max: 200_000 }), { minLength: 1, maxLength: 5 }), (sizes) => {
      const steps = [0, ...sizes.sort((a, b) => a - b)].map(BigInt)
      const last = steps.at(-1) ?? 0n
      const seen = new Set(steps.flatMap((to, i) => newTiles(steps[i - 1] ?? 0n, to).map(formatTilePath)))
      for (const tile of newTiles(0n, last)) assert.ok(seen.has(formatTilePath(tile)))
      assert.deepEqual(newTiles(last, last), [])
      assert.deepEqual(newBundles(last, last), [])
    }),
    runs(20),
  )
})

test("a bundle gives back its entries, and is refused when cut, extended or miscounted", () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 20 })
  fc.assert(
    fc.property(entries, (list) => {
      const bytes = encodeBundle(list)
      assert.deepEqual(
        decodeBundle(bytes, list.length),
        list.map((entry) => new Uint8Array(entry)),
      )
      for (const [broken, width] of [
        [bytes, list.length + 1],
        [bytes.slice(0, -1), list.length],
        [new Uint8Array([...bytes, 0]), list.length],
      ] as const) {
        if (broken.length !== bytes.length || width !== list.length)
          assert.throws(() => decodeBundle(broken, width), rejection("tile.malformed"))
      }
    }),
    runs(50),
  )
  assert.equal(decodeBundle(encodeBundle([new Uint8Array(65_535)]), 1)[0]?.length, 65_535)
  assert.throws(() => encodeBundle([new Uint8Array(65_536)]), /longer than a bundle/)
})

test("every hash of a tree is read out of its tiles, whatever its size", async () => {
  for (const size of [1, 2, 3, 255, 256, 257, 511, 513, 1000, LARGE]) {
    if (size === LARGE) large ??= publish(size)
    const { head, read, fetchTile } = await (size === LARGE && large ? large : publish(size))
    const verified = tileReader(nodeCrypto, head, fetchTile)
    for (let level = 0; 1 << level <= size; level++) {
      const count = Math.floor(size / 2 ** level)
      for (const index of new Set([0, 1, count >> 1, count - 1].filter((i) => i < count))) {
        const got = await verified(level, BigInt(index))
        assert.equal(hex(got), hex(await read(level, BigInt(index))), `${size}: ${level}/${index}`)
      }
    }
  }
})

test("proving a thousand neighbours fetches each tile once, also when all ask at the same time", async () => {
  large ??= publish(LARGE)
  const { head, read, fetched, fetchTile } = await large
  fetched.length = 0
  const verified = tileReader(nodeCrypto, head, fetchTile)
  const leaves = Array.from({ length: 1000 }, (_, i) => 30_000n + BigInt(i))
  await Promise.all(
    leaves.map(async (index) => {
      const proof = await proveInclusion(nodeCrypto, index, head.size, verified)
      verifyInclusion(nodeCrypto, index, await read(0, index), head, proof)
    }),
  )
  assert.equal(new Set(fetched).size, fetched.length)
  assert.ok(fetched.length <= 10, `${fetched.length} tiles`)
})

test("no flipped bit in any tile reaches a reader", async () => {
  const published = await publish(1500)
  const paths = [...published.tiles.keys()]
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), fc.nat(), async (path, random) => {
      const bytes = published.tiles.get(path) ?? new Uint8Array()
      const spoilt = flipBit(bytes, random % (bytes.length * 8))
      const fetchTile = async (asked: string) => (asked === path ? spoilt : published.fetchTile(asked))
      const verified = tileReader(nodeCrypto, published.head, fetchTile)
      const { level, index, width } = parseTilePath(path)
      assert.ok(level !== "entries")
      const hash = verified(level * 8, (index << 8n) + BigInt(random % width))
      await assert.rejects(hash, rejection("tile.mismatch"))
    }),
    runs(30),
  )
})

test("a tile of the wrong length is refused, as is a hash outside the tree", async () => {
  const { head, fetchTile } = await publish(600)
  for (const cut of [
    (b: Uint8Array) => b.slice(0, -1),
    (b: Uint8Array) => new Uint8Array([...b, 0]),
    () => new Uint8Array(),
  ]) {
    const verified = tileReader(nodeCrypto, head, async (path) => cut(await fetchTile(path)))
    await assert.rejects(verified(0, 5n), rejection("tile.malformed"))
    await assert.rejects(verified(0, 599n), rejection("tile.malformed"))
  }
  const verified = tileReader(nodeCrypto, head, fetchTile)
  for (const [level, index] of [
    [0, 600n],
    [0, -1n],
    [3, 75n],
    [10, 0n],
    [63, 0n],
  ] as const)
    await assert.rejects(verified(level, index), rejection("tree.size"))
  const another = { ...head, size: 599n } satisfies TreeHead
  await assert.rejects(tileReader(nodeCrypto, another, fetchTile)(0, 5n))
})

test("a fetch that failed is tried again, and its failure stays with whoever asked", async () => {
  const { head, read, fetchTile } = await publish(600)
  let down = true
  const verified = tileReader(nodeCrypto, head, async (path) => {
    if (down) throw new Error("the network is down")
    return fetchTile(path)
  })
  await assert.rejects(verified(0, 5n), /network is down/)
  await assert.rejects(verified(0, 599n), /network is down/)
  down = false
  assert.equal(hex(await verified(0, 5n)), hex(await read(0, 5n)))
  assert.equal(hex(await verified(0, 599n)), hex(await read(0, 599n)))
})

test("full tiles are kept for the next reader, and a spoilt copy is fetched anew", async () => {
  const { head, read, tiles, fetched, fetchTile } = await publish(600)
  const cache = new Map<string, Uint8Array>()
  await tileReader(nodeCrypto, head, fetchTile, cache)(0, 5n)
  assert.deepEqual([...cache.keys()], ["tile/0/000"])
  fetched.length = 0
  await tileReader(nodeCrypto, head, fetchTile, cache)(0, 5n)
  assert.ok(!fetched.includes("tile/0/000"))
  cache.set("tile/0/000", flipBit(tiles.get("tile/0/000") ?? new Uint8Array(), 77))
  assert.equal(hex(await tileReader(nodeCrypto, head, fetchTile, cache)(0, 2n)), hex(await read(0, 2n)))
  assert.deepEqual(cache.get("tile/0/000"), tiles.get("tile/0/000"))
})

test("an entry that is not the one in the tree is refused", async () => {
  const { head, fetchTile } = await publish(300)
  const verified = tileReader(nodeCrypto, head, fetchTile)
  const [, bundle] = newBundles(0n, 300n)
  assert.ok(bundle)
  const entries = entriesOf(300).slice(256)
  assert.deepEqual(await openBundle(nodeCrypto, bundle, encodeBundle(entries), verified), entries)
  const altered = encodeBundle(entries.with(7, utf8("entry 264")))
  await assert.rejects(openBundle(nodeCrypto, bundle, altered, verified), rejection("tile.mismatch"))
})

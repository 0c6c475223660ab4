import assert from "node:assert/strict"
import { existsSync, readdirSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { fromBase64, utf8 } from "./bytes.ts"
import { formatCheckpoint } from "./checkpoint.ts"
import { memoryTree, signer } from "./fixture.test.ts"
import { openCheckpoint } from "./log.ts"
import { formatNote, signNote } from "./note.ts"
import { tileReader } from "./tile-reader.ts"
import { encodeBundle, formatTilePath, newBundles, newTiles, openBundle, tileBytes } from "./tiles.ts"
import { proveConsistency, verifyConsistency } from "./tree.ts"

const folder = new URL("../../../shared/data/vectors-merkle/log/", import.meta.url)
const skip = existsSync(folder) ? false : "vectors-merkle is not beside the project"
const origin = "example.com/log/testdata"
// Published for tests together with the log: the type byte 0x01, then the seed.
const seed = fromBase64("AeymY/SZAX0jZcJ8enZ5FY1Dz+wTML2yWSkK+9DSF3eg").slice(1)
const words = "one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split(" ")
const entries = words.map(utf8)
const published = (path: string) => new Uint8Array(readFileSync(new URL(path, folder)))

test("a published log is reproduced byte for byte: checkpoints, tiles and bundles", { skip }, async () => {
  const by = signer(origin, "ed25519", seed)
  const made = new Map<string, Uint8Array>()
  for (let size = 0; size <= entries.length; size++) {
    const { head, read } = memoryTree([entries.slice(0, size)])
    const checkpoint = utf8(formatNote(signNote(formatCheckpoint({ origin, ...head }), [by])))
    made.set(`checkpoint.${size}`, checkpoint)
    made.set("checkpoint", checkpoint)
    for (const tile of newTiles(BigInt(Math.max(0, size - 1)), BigInt(size))) {
      assert.ok(tile.level !== "entries")
      made.set(formatTilePath(tile), await tileBytes({ ...tile, level: tile.level }, read))
    }
    for (const bundle of newBundles(BigInt(Math.max(0, size - 1)), BigInt(size)))
      made.set(formatTilePath(bundle), encodeBundle(entries.slice(0, size)))
  }
  for (const [path, bytes] of made) assert.deepEqual(bytes, published(path), path)
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
  const visible = files.filter((file) => file.isFile() && !file.parentPath.includes(".state"))
  assert.equal(visible.length, made.size)
})

test("every checkpoint of a published log opens, continues the last, and proves its bundle", { skip }, async () => {
  const log = { origin, keys: [signer(origin, "ed25519", seed).key] }
  const fetchTile = async (path: string) => published(path)
  let last = await openCheckpoint(nodeCrypto, published("checkpoint.1"), log)
  for (let size = 2; size <= entries.length; size++) {
    const next = await openCheckpoint(nodeCrypto, published(`checkpoint.${size}`), log)
    const read = tileReader(nodeCrypto, next, fetchTile)
    verifyConsistency(nodeCrypto, last, next, await proveConsistency(nodeCrypto, last.size, next.size, read))
    const [bundle] = newBundles(0n, next.size)
    assert.ok(bundle)
    const opened = await openBundle(nodeCrypto, bundle, published(formatTilePath(bundle)), read)
    assert.deepEqual(opened, entries.slice(0, size))
    last = next
  }
})

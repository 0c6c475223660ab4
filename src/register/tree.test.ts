import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import fc from "fast-check"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { concat, fromBase64, hex, utf8 } from "./bytes.ts"
import { flipBit, memoryTree, rejection, runs } from "./fixture.test.ts"
import {
  appendLeaves,
  edgeRoot,
  emptyRoot,
  isSubtree,
  leafHash,
  parseU63,
  proveConsistency,
  proveInclusion,
  proveSubtreeConsistency,
  readEdge,
  subtreeRoot,
  verifyConsistency,
  verifyInclusion,
  verifySubtreeConsistency,
  verifySubtreeInclusion,
} from "./tree.ts"

const sha = (...parts: Uint8Array[]) => new Uint8Array(nodeCrypto.sha256(concat(...parts)))

/** MTH(D[n]) exactly as RFC 6962 §2.1 writes it. */
function mth(entries: readonly Uint8Array[]): Uint8Array {
  const [only] = entries
  if (!only) return sha()
  if (entries.length === 1) return sha(Uint8Array.of(0), only)
  const split = half(entries.length)
  return sha(Uint8Array.of(1), mth(entries.slice(0, split)), mth(entries.slice(split)))
}

/** The largest power of two below n. */
function half(n: number): number {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}

/** PATH(m, D[n]) of RFC 6962 §2.1.1. */
function path(m: number, entries: readonly Uint8Array[]): Uint8Array[] {
  if (entries.length <= 1) return []
  const k = half(entries.length)
  const [left, right] = [entries.slice(0, k), entries.slice(k)]
  return m < k ? [...path(m, left), mth(right)] : [...path(m - k, right), mth(left)]
}

/** SUBPROOF(m, D[n], b) of RFC 6962 §2.1.2. */
function subproof(m: number, entries: readonly Uint8Array[], known: boolean): Uint8Array[] {
  if (m === entries.length) return known ? [] : [mth(entries)]
  const k = half(entries.length)
  const [left, right] = [entries.slice(0, k), entries.slice(k)]
  return m <= k ? [...subproof(m, left, known), mth(right)] : [...subproof(m - k, right, false), mth(left)]
}

/** Whether the draft's recursion, followed leaf by leaf, ever arrives at [start, end) as a tree of its own shape. */
function hasSubtreeShape(start: number, end: number): boolean {
  let width = 1
  while (width < end - start) width *= 2
  return start % width === 0
}

const entriesOf = (count: number) => Array.from({ length: count }, (_, i) => utf8(`entry ${i}`))
const hexes = (hashes: readonly Uint8Array[]) => hashes.map(hex)

test("the root of a tree is RFC 6962's, however the tree was grown", async () => {
  assert.equal(hex(emptyRoot(nodeCrypto)), hex(mth([])))
  for (let size = 1; size <= 40; size++) {
    const entries = entriesOf(size)
    const cut = (size * 7) % (size + 1)
    const { head, edge, read } = memoryTree([entries.slice(0, cut), entries.slice(cut)])
    assert.equal(hex(head.root), hex(mth(entries)))
    assert.equal(hex(await subtreeRoot(nodeCrypto, 0n, BigInt(size), read)), hex(head.root))
    assert.deepEqual(await readEdge(BigInt(size), read), edge)
  }
})

test("a tree grows one leaf at a time, all at once, or in any batches into the same edge", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(70), { maxLength: 6 }), (batches) => {
      const all = entriesOf(batches.reduce((sum, batch) => sum + batch, 0))
      let at = 0
      const parts = batches.map((batch) => {
        at += batch
        return all.slice(at - batch, at)
      })
      const grown = memoryTree(parts)
      assert.deepEqual(grown.edge, memoryTree([all]).edge)
      assert.equal(hex(grown.head.root), hex(mth(all)))
    }),
    runs(20),
  )
})

test("growing a tree names every complete subtree once, with its root", () => {
  const entries = entriesOf(37)
  const leaves = entries.map((entry) => leafHash(nodeCrypto, entry))
  const first = appendLeaves(nodeCrypto, { size: 0n, hashes: [] }, leaves.slice(0, 13))
  const second = appendLeaves(nodeCrypto, first.edge, leaves.slice(13))
  const completed = [...first.completed, ...second.completed]
  const expected: string[] = []
  for (let level = 0; 1 << level <= 37; level++) {
    for (let i = 0; (i + 1) << level <= 37; i++)
      expected.push(`${level}/${i} ${hex(mth(entries.slice(i << level, (i + 1) << level)))}`)
  }
  assert.deepEqual(completed.map(({ level, index, hash }) => `${level}/${index} ${hex(hash)}`).sort(), expected.sort())
  assert.equal(hex(edgeRoot(nodeCrypto, second.edge)), hex(mth(entries)))
})

test("inclusion and consistency proofs are RFC 6962's for every size up to 20, and verify", async () => {
  for (let n = 1; n <= 20; n++) {
    const entries = entriesOf(n)
    const { head, read } = memoryTree([entries])
    for (let m = 0; m < n; m++) {
      const inclusion = await proveInclusion(nodeCrypto, BigInt(m), head.size, read)
      assert.deepEqual(hexes(inclusion), hexes(path(m, entries)))
      verifyInclusion(nodeCrypto, BigInt(m), mth(entries.slice(m, m + 1)), head, inclusion)
      const old = { size: BigInt(m + 1), root: mth(entries.slice(0, m + 1)) }
      const consistency = await proveConsistency(nodeCrypto, old.size, head.size, read)
      assert.deepEqual(hexes(consistency), hexes(subproof(m + 1, entries, true)))
      verifyConsistency(nodeCrypto, old, head, consistency)
    }
  }
})

test("every subtree of every tree up to 18 leaves proves its place, and each leaf its place in it", async () => {
  for (let n = 1; n <= 18; n++) {
    const entries = entriesOf(n)
    const { head, read } = memoryTree([entries])
    for (let start = 0; start < n; start++) {
      for (let end = start + 1; end <= n; end++) {
        assert.equal(isSubtree(BigInt(start), BigInt(end)), hasSubtreeShape(start, end))
        const range = [BigInt(start), BigInt(end)] as const
        if (!hasSubtreeShape(start, end)) {
          await assert.rejects(proveSubtreeConsistency(nodeCrypto, ...range, head.size, read), rejection("tree.size"))
          continue
        }
        const within = entries.slice(start, end)
        const proof = await proveSubtreeConsistency(nodeCrypto, ...range, head.size, read)
        verifySubtreeConsistency(nodeCrypto, ...range, mth(within), head, proof)
        const index = start + Math.floor((end - start) / 2)
        const subtree = { start: range[0], end: range[1], root: mth(within) }
        const leaf = leafHash(nodeCrypto, entries[index] ?? utf8(""))
        verifySubtreeInclusion(nodeCrypto, BigInt(index), leaf, subtree, path(index - start, within))
      }
    }
  }
})

test("no proof survives a flipped bit, a lost, doubled or swapped hash, or another index or size", async () => {
  const sizes = fc
    .integer({ min: 2, max: 300 })
    .chain((n) => fc.tuple(fc.constant(n), fc.integer({ min: 1, max: n - 1 })))
  await fc.assert(
    fc.asyncProperty(sizes, fc.nat(), async ([n, m], random) => {
      const entries = entriesOf(n)
      const { head, read } = memoryTree([entries])
      const leaf = leafHash(nodeCrypto, entries[m] ?? utf8(""))
      const old = { size: BigInt(m), root: mth(entries.slice(0, m)) }
      const inclusion = await proveInclusion(nodeCrypto, BigInt(m), head.size, read)
      const consistency = await proveConsistency(nodeCrypto, old.size, head.size, read)
      verifyInclusion(nodeCrypto, BigInt(m), leaf, head, inclusion)
      verifyConsistency(nodeCrypto, old, head, consistency)
      for (const spoilt of spoil(inclusion, random))
        assert.throws(() => verifyInclusion(nodeCrypto, BigInt(m), leaf, head, spoilt), rejection("tree.proof"))
      for (const spoilt of spoil(consistency, random))
        assert.throws(() => verifyConsistency(nodeCrypto, old, head, spoilt), rejection("tree.proof"))
      const flip = (hash: Uint8Array) => flipBit(hash, random % 256)
      const refused = [
        () => verifyInclusion(nodeCrypto, BigInt(m), flip(leaf), head, inclusion),
        () => verifyInclusion(nodeCrypto, BigInt(m), leaf, { ...head, root: flip(head.root) }, inclusion),
        () => verifyInclusion(nodeCrypto, BigInt(m - 1), leaf, head, inclusion),
        () => verifyInclusion(nodeCrypto, head.size, leaf, head, inclusion),
        () => verifyInclusion(nodeCrypto, -1n, leaf, head, inclusion),
        () => verifyConsistency(nodeCrypto, { ...old, root: flip(old.root) }, head, consistency),
        () => verifyConsistency(nodeCrypto, old, { ...head, root: flip(head.root) }, consistency),
        () => verifyConsistency(nodeCrypto, { ...old, size: old.size + 1n }, head, consistency),
        () => verifyConsistency(nodeCrypto, head, old, consistency),
      ]
      for (const attempt of refused) assert.throws(attempt, rejection("tree.proof", "tree.size"))
    }),
    runs(25),
  )
})

function spoil(proof: readonly Uint8Array[], random: number): Uint8Array[][] {
  const at = random % Math.max(1, proof.length)
  const one = proof[at]
  const spoilt = [[...proof, new Uint8Array(32)]]
  if (!one) return spoilt
  spoilt.push(proof.toSpliced(at, 1), proof.toSpliced(at, 0, one), proof.toSpliced(at, 1, one.slice(0, 31)))
  for (let bit = 0; bit < 256; bit++) spoilt.push(proof.toSpliced(at, 1, flipBit(one, bit)))
  if (proof.length > 1) spoilt.push(proof.toReversed())
  return spoilt
}

test("a tree of 2^62 leaves is proven without rounding a number", async () => {
  // All leaves equal, so that the root of a complete subtree depends on its level alone.
  const roots = [leafHash(nodeCrypto, utf8("same"))]
  const rootAt = (level: number): Uint8Array => {
    roots[level] ??= sha(Uint8Array.of(1), rootAt(level - 1), rootAt(level - 1))
    return roots[level]
  }
  const read = async (level: number, index: bigint) => {
    assert.ok((index + 1n) << BigInt(level) <= size)
    return rootAt(level)
  }
  const size = (1n << 62n) + 12_345n
  const head = { size, root: await subtreeRoot(nodeCrypto, 0n, size, read) }
  for (const index of [0n, (1n << 53n) + 1n, (1n << 62n) - 1n, 1n << 62n, size - 1n]) {
    const proof = await proveInclusion(nodeCrypto, index, size, read)
    verifyInclusion(nodeCrypto, index, rootAt(0), head, proof)
  }
  const old = { size: (1n << 61n) + 3n, root: await subtreeRoot(nodeCrypto, 0n, (1n << 61n) + 3n, read) }
  verifyConsistency(nodeCrypto, old, head, await proveConsistency(nodeCrypto, old.size, size, read))
  const over = { size: 1n << 63n, root: head.root }
  assert.throws(() => verifyConsistency(nodeCrypto, old, over, []), rejection("tree.size"))
})

test("a tree without leaves proves nothing: a witness starts at 0 by itself", async () => {
  const { head, read } = memoryTree([entriesOf(3)])
  const none = { size: 0n, root: emptyRoot(nodeCrypto) }
  assert.throws(() => verifyConsistency(nodeCrypto, none, head, []), rejection("tree.size"))
  assert.throws(() => verifyConsistency(nodeCrypto, none, none, []), rejection("tree.size"))
  await assert.rejects(proveConsistency(nodeCrypto, 0n, 3n, read), rejection("tree.size"))
  assert.throws(() => verifyInclusion(nodeCrypto, 0n, none.root, none, []), rejection("tree.size"))
})

test("numbers of the register are decimal, below 2^63 and written in one way", () => {
  assert.equal(parseU63("9223372036854775807", "tree.size"), (1n << 63n) - 1n)
  for (const text of ["", "00", "01", "+1", "-1", "1e3", " 1", "1\n", "0x1", "9223372036854775808", "9".repeat(40)])
    assert.throws(() => parseU63(text, "tree.size"), rejection("tree.size"))
})

const vectors = new URL("../../../shared/data/vectors-merkle/cases.ndjson.gz", import.meta.url)
const skip = existsSync(vectors) ? false : "vectors-merkle is not beside the project"

type Case = Record<"size1" | "size2" | "leafIdx" | "treeSize" | "start" | "end" | "size", number> &
  Record<"root" | "root1" | "root2" | "leafHash", string> & { proof: string[] | null; wantErr: boolean }

const checks: Record<string, (of: Case, proof: Uint8Array[]) => void> = {
  consistency: (of, proof) =>
    verifyConsistency(
      nodeCrypto,
      { size: BigInt(of.size1), root: fromBase64(of.root1) },
      { size: BigInt(of.size2), root: fromBase64(of.root2) },
      proof,
    ),
  inclusion: (of, proof) =>
    verifyInclusion(
      nodeCrypto,
      BigInt(of.leafIdx),
      fromBase64(of.leafHash),
      { size: BigInt(of.treeSize), root: fromBase64(of.root) },
      proof,
    ),
  subtreeconsistency: (of, proof) =>
    verifySubtreeConsistency(
      nodeCrypto,
      BigInt(of.start),
      BigInt(of.end),
      fromBase64(of.root1),
      { size: BigInt(of.size), root: fromBase64(of.root2) },
      proof,
    ),
  subtreeinclusion: (of, proof) =>
    verifySubtreeInclusion(
      nodeCrypto,
      BigInt(of.leafIdx),
      fromBase64(of.leafHash),
      { start: BigInt(of.start), end: BigInt(of.end), root: fromBase64(of.root) },
      proof,
    ),
}

test("every published Merkle vector is judged as it must be", { skip }, () => {
  const lines = gunzipSync(readFileSync(vectors)).toString().trim().split("\n")
  for (const line of lines) {
    const { path: name, case: of } = JSON.parse(line) as { path: string; case: Case }
    const check = checks[name.split("/")[1] ?? ""]
    assert.ok(check, name)
    const attempt = () => check(of, (of.proof ?? []).map(fromBase64))
    if (of.wantErr) assert.throws(attempt, rejection("tree.size", "tree.proof", "encoding"), name)
    else assert.doesNotThrow(attempt, name)
  }
  assert.equal(lines.length, 372)
})

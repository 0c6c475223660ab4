import { fromBase64, sameBytes } from "./bytes.ts"
import type { Crypto } from "./crypto.ts"
import { type VerificationCode, VerificationError } from "./error.ts"

/** The root of the complete subtree `number index` of 2^level leaves: leaves [index·2^level, (index+1)·2^level). */
export type HashReader = (level: number, index: bigint) => Promise<Uint8Array>

/** One complete subtree and its root (32 bytes). */
export type CompleteSubtree = { level: number; index: bigint; hash: Uint8Array }

/** What a tree needs to grow: its size and the roots of the complete subtrees at its right edge, largest first. */
export type Edge = { size: bigint; hashes: readonly Uint8Array[] }

/** A tree's size and root, as a checkpoint states them. */
export type TreeHead = { size: bigint; root: Uint8Array }

/** Bytes of every hash of the tree. */
export const HASH_BYTES = 32
/** Sizes and indices are below 2^63 (C2SP tlog-cosignature: u63). */
export const SIZE_LIMIT = 1n << 63n

type Range = { start: bigint; end: bigint }
/** One value of a proof: the sibling range, its side, and whether it is a part of the proven subtree as well. */
type Step = { sibling: Range; side: "left" | "right"; within: boolean }
type Plan = { base: Range | undefined; steps: Step[] }

// Filled again for every hash, which costs a tenth of a new array: hashing is synchronous and keeps nothing of them.
const leafInput = new Uint8Array(256)
const nodeInput = Uint8Array.of(0x01, ...new Uint8Array(2 * HASH_BYTES))

/** `SHA-256(0x00 || entry)` (RFC 6962 §2.1). */
export function leafHash(crypto: Crypto, entry: Uint8Array): Uint8Array {
  const length = entry.length + 1
  const input = length <= leafInput.length ? leafInput.subarray(0, length) : new Uint8Array(length)
  input.set(entry, 1)
  return crypto.sha256(input)
}

/** `SHA-256(0x01 || left || right)` (RFC 6962 §2.1). */
export function nodeHash(crypto: Crypto, left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length !== HASH_BYTES || right.length !== HASH_BYTES) throw new Error("a node's children are not hashes")
  nodeInput.set(left, 1)
  nodeInput.set(right, 1 + HASH_BYTES)
  return crypto.sha256(nodeInput)
}

/** The root of the tree without leaves: `SHA-256("")`. */
export function emptyRoot(crypto: Crypto): Uint8Array {
  return crypto.sha256(new Uint8Array(0))
}

/** A decimal number below 2^63 without leading zeros; throws `code` for any other text. */
export function parseU63(text: string, code: VerificationCode): bigint {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) throw new VerificationError(code, "not a decimal number")
  const value = BigInt(text)
  if (value >= SIZE_LIMIT) throw new VerificationError(code, "a number beyond 63 bits")
  return value
}

/** One hash in base64, as checkpoints, proofs and requests write it; throws `code` for anything else. */
export function parseHash(text: string, code: VerificationCode): Uint8Array {
  let hash: Uint8Array | undefined
  try {
    hash = fromBase64(text)
  } catch (cause) {
    throw new VerificationError(code, "not a hash", { cause })
  }
  // 44 letters may stand for 31 to 33 bytes.
  if (hash.length !== HASH_BYTES) throw new VerificationError(code, "not a hash")
  return hash
}

/**
 * Whether the leaves [start, end) are a subtree (draft-ietf-plants-merkle-tree-certs, "Subtrees"): not empty, and
 * `start` a multiple of the smallest power of two that is at least `end - start`.
 */
export function isSubtree(start: bigint, end: bigint): boolean {
  if (start < 0n || start >= end || end >= SIZE_LIMIT) return false
  return start % (1n << BigInt(bitLength(end - start - 1n))) === 0n
}

/** The complete subtrees that make up the subtree [start, end), largest first; their hashes are still to be read. */
export function completeSubtrees(start: bigint, end: bigint): { level: number; index: bigint }[] {
  const parts: { level: number; index: bigint }[] = []
  for (let at = start; at < end; ) {
    const level = bitLength(end - at) - 1
    parts.push({ level, index: at >> BigInt(level) })
    at += 1n << BigInt(level)
  }
  return parts
}

/** The root of the subtree [start, end). Throws `tree.size` where that is none. */
export async function subtreeRoot(crypto: Crypto, start: bigint, end: bigint, read: HashReader): Promise<Uint8Array> {
  if (!isSubtree(start, end)) throw new VerificationError("tree.size", "not a subtree")
  const hashes = await Promise.all(completeSubtrees(start, end).map((part) => read(part.level, part.index)))
  return joinEdge(crypto, hashes)
}

/** The right edge of the tree of `size` leaves, from which it can grow. */
export async function readEdge(size: bigint, read: HashReader): Promise<Edge> {
  const hashes = await Promise.all(completeSubtrees(0n, size).map((part) => read(part.level, part.index)))
  return { size, hashes }
}

/** The root of the tree that ends at this edge. */
export function edgeRoot(crypto: Crypto, edge: Edge): Uint8Array {
  return joinEdge(crypto, edge.hashes)
}

/** The tree grown by these leaf hashes, and every complete subtree it gained, in the order in which they filled. */
export function appendLeaves(
  crypto: Crypto,
  edge: Edge,
  leafHashes: Iterable<Uint8Array>,
): { edge: Edge; completed: CompleteSubtree[] } {
  const parts = completeSubtrees(0n, edge.size)
  const levels = parts.map((part) => part.level)
  const hashes = [...edge.hashes]
  if (levels.length !== hashes.length) throw new Error("an edge's hashes do not fit its size")
  const completed: CompleteSubtree[] = []
  let size = edge.size
  for (const leaf of leafHashes) {
    let part: CompleteSubtree = { level: 0, index: size, hash: leaf }
    completed.push(part)
    // A left neighbour of the same height fills their parent, exactly as a carry runs through a binary counter.
    while (levels.at(-1) === part.level) {
      const left = hashes.pop()
      levels.pop()
      if (!left) throw new Error("an edge has lost a hash")
      part = { level: part.level + 1, index: part.index >> 1n, hash: nodeHash(crypto, left, part.hash) }
      completed.push(part)
    }
    levels.push(part.level)
    hashes.push(part.hash)
    size += 1n
  }
  return { edge: { size, hashes }, completed }
}

/** The inclusion proof of leaf `index` in the tree of `size` leaves (RFC 6962 §2.1.1). Throws `tree.size`. */
export function proveInclusion(crypto: Crypto, index: bigint, size: bigint, read: HashReader): Promise<Uint8Array[]> {
  return proveSubtreeConsistency(crypto, index, index + 1n, size, read)
}

/** The proof that the tree of `size` continues that of `oldSize` ≥ 1 (RFC 6962 §2.1.2). Throws `tree.size`. */
export function proveConsistency(
  crypto: Crypto,
  oldSize: bigint,
  size: bigint,
  read: HashReader,
): Promise<Uint8Array[]> {
  return proveSubtreeConsistency(crypto, 0n, oldSize, size, read)
}

/** The proof that the subtree [start, end) is a part of the tree of `size`. Throws `tree.size`. */
export async function proveSubtreeConsistency(
  crypto: Crypto,
  start: bigint,
  end: bigint,
  size: bigint,
  read: HashReader,
): Promise<Uint8Array[]> {
  const { base, steps } = plan(start, end, size)
  const ranges = steps.map((step) => step.sibling)
  if (base) ranges.unshift(base)
  return Promise.all(ranges.map((range) => subtreeRoot(crypto, range.start, range.end, read)))
}

/** That `leaf` (its hash) is leaf `index` under this head (RFC 6962 §2.1.1). Throws `tree.size`, `tree.proof`. */
export function verifyInclusion(
  crypto: Crypto,
  index: bigint,
  leaf: Uint8Array,
  head: TreeHead,
  proof: readonly Uint8Array[],
): void {
  if (leaf.length !== HASH_BYTES) throw new VerificationError("tree.proof", "a hash has the wrong length")
  verifySubtreeConsistency(crypto, index, index + 1n, leaf, head, proof)
}

/** That `head` continues `old`, of at least one leaf (RFC 6962 §2.1.2). Throws `tree.size`, `tree.proof`. */
export function verifyConsistency(crypto: Crypto, old: TreeHead, head: TreeHead, proof: readonly Uint8Array[]): void {
  // Every tree continues the empty one: that shows nothing, and a witness that starts there must know it does.
  if (old.size < 1n) throw new VerificationError("tree.size", "the empty tree proves nothing")
  verifySubtreeConsistency(crypto, 0n, old.size, old.root, head, proof)
}

/** That `leaf` is leaf `index` of the whole tree in the subtree [start, end) with this root. */
export function verifySubtreeInclusion(
  crypto: Crypto,
  index: bigint,
  leaf: Uint8Array,
  subtree: { start: bigint; end: bigint; root: Uint8Array },
  proof: readonly Uint8Array[],
): void {
  const { start, end, root } = subtree
  if (!isSubtree(start, end)) throw new VerificationError("tree.size", "not a subtree")
  verifyInclusion(crypto, index - start, leaf, { size: end - start, root }, proof)
}

/**
 * That the subtree [start, end) with root `subtree` is a part of the tree of this head
 * (draft-ietf-plants-merkle-tree-certs, "Subtree Consistency Proofs"). An inclusion proof is this for one leaf, a
 * consistency proof is this from leaf 0. An attacker controls every argument; an empty range has the empty root and an
 * empty proof. Throws `tree.size`, `tree.proof`.
 */
export function verifySubtreeConsistency(
  crypto: Crypto,
  start: bigint,
  end: bigint,
  subtree: Uint8Array,
  head: TreeHead,
  proof: readonly Uint8Array[],
): void {
  // Nothing lies in an empty range, so every tree that reaches it contains it.
  if (start === end && start >= 0n && start <= head.size && proof.length === 0) {
    if (!sameBytes(subtree, emptyRoot(crypto))) throw new VerificationError("tree.proof", "not the empty root")
    return
  }
  const { base, steps } = plan(start, end, head.size)
  if (proof.length !== steps.length + (base ? 1 : 0))
    throw new VerificationError("tree.proof", "a proof has the wrong number of hashes")
  const hashed = steps.length > 0 ? [subtree, ...proof] : proof
  if (hashed.some((hash) => hash.length !== HASH_BYTES))
    throw new VerificationError("tree.proof", "a hash has the wrong length")
  const [first = subtree, ...siblings] = base ? proof : [subtree, ...proof]
  let part = first
  let whole = first
  steps.forEach(({ side, within }, i) => {
    const sibling = siblings[i]
    if (!sibling) throw new VerificationError("tree.proof", "a proof lacks a hash")
    if (within) part = nodeHash(crypto, sibling, part)
    whole = side === "left" ? nodeHash(crypto, sibling, whole) : nodeHash(crypto, whole, sibling)
  })
  if (!sameBytes(part, subtree) || !sameBytes(whole, head.root))
    throw new VerificationError("tree.proof", "a proof does not lead to the root")
}

/**
 * What the proof of [start, end) in a tree of `size` consists of, from the leaves up. `base` is there where the
 * subtree is none of the tree's own nodes: then the proof begins with the largest right part of it that is one.
 */
function plan(start: bigint, end: bigint, size: bigint): Plan {
  if (!isSubtree(start, end) || end > size || size >= SIZE_LIMIT)
    throw new VerificationError("tree.size", "sizes or indices do not fit each other")
  let [from, low, high] = [start, 0n, size]
  const steps: Step[] = []
  while (from !== low || end !== high) {
    const middle = low + (1n << BigInt(bitLength(high - low - 1n) - 1))
    if (end <= middle) {
      steps.push({ sibling: { start: middle, end: high }, side: "right", within: false })
      high = middle
    } else {
      // A subtree that crosses the middle begins at `low`, or it would not be one: its left half is whole.
      const within = from < middle
      steps.push({ sibling: { start: low, end: middle }, side: "left", within })
      low = middle
      if (within) from = middle
    }
  }
  return { base: from === start ? undefined : { start: low, end: high }, steps: steps.reverse() }
}

/** The root over neighbouring complete subtrees, largest first; of none, the empty tree's. */
function joinEdge(crypto: Crypto, hashes: readonly Uint8Array[]): Uint8Array {
  if (hashes.length === 0) return emptyRoot(crypto)
  return hashes.reduceRight((right, left) => nodeHash(crypto, left, right))
}

/** Bits of a number that is not negative; 0 has none. */
function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length
}

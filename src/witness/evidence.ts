import { existsSync, mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { base64, hex, sameBytes, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { parseNote } from "#register/note.ts"
import { nodeHash, type TreeHead } from "#register/tree.ts"
import { syncFolder } from "./key.ts"

/**
 * Two checkpoints signed by one log that no honest log can both have signed. `first` is the one that was cosigned;
 * `proof` is the consistency proof that leads to the second's root from another old tree, or empty for one size.
 */
export type Evidence = {
  kind: "one size, two roots" | "not a continuation"
  proof: readonly Uint8Array[]
  first: string
  second: string
}

// One file convicts; a log that signs without end must not fill the disk.
const MAX_FILES = 100

/**
 * Keeps evidence as `<hex>.txt` in `folder`, on disk when this returns: readable lines, an empty line, then the two
 * notes of the lengths stated. The same pair of texts is kept once. Answers the path, or nothing where the folder is
 * full.
 */
export function keepEvidence(crypto: Crypto, folder: string, evidence: Evidence): string | undefined {
  const { kind, proof, first, second } = evidence
  const head = [
    "iod.evidence/v1",
    `kind ${kind}`,
    ...proof.map((hash) => `proof ${base64(hash)}`),
    `first ${utf8(first).length}`,
    `second ${utf8(second).length}`,
  ].join("\n")
  const texts = [first, second].map((note) => parseNote(note).text)
  const path = join(folder, `${hex(crypto.sha256(utf8(`${kind}\n${texts.join("\n")}`)))}.txt`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (existsSync(path)) return path
  if (readdirSync(folder).length >= MAX_FILES) return undefined
  writeFileSync(`${path}.new`, `${head}\n\n${first}${second}`, { mode: 0o600, flush: true })
  renameSync(`${path}.new`, path)
  syncFolder(folder)
  return path
}

/**
 * The root that the tree of `head` had at `old` leaves, as far as `proof` shows it; nothing where the proof does not
 * lead to `head` or does not contain that root. Together with a cosigned checkpoint of `old` leaves and another root
 * it convicts the log: both trees are under its signature.
 */
export function provenOldRoot(
  crypto: Crypto,
  old: bigint,
  head: TreeHead,
  proof: readonly Uint8Array[],
): Uint8Array | undefined {
  // A power of two is a node of every later tree: the proof begins above it, with the old root that one brings along.
  if (old < 1n || old >= head.size || (old & (old - 1n)) === 0n) return undefined
  const rest = [...proof]
  const roots = climb(crypto, old, head.size, rest)
  return roots && rest.length === 0 && sameBytes(roots.root, head.root) ? roots.oldRoot : undefined
}

/** The roots of a tree at `old` and at `size` leaves from a proof (RFC 6962 §2.1.2 SUBPROOF), which is used up from its front. */
function climb(
  crypto: Crypto,
  old: bigint,
  size: bigint,
  proof: Uint8Array[],
): { oldRoot: Uint8Array; root: Uint8Array } | undefined {
  if (old === size) {
    const node = proof.shift()
    return node && { oldRoot: node, root: node }
  }
  const left = 1n << BigInt((size - 1n).toString(2).length - 1)
  const below = old <= left ? climb(crypto, old, left, proof) : climb(crypto, old - left, size - left, proof)
  const sibling = proof.shift()
  if (!below || !sibling) return undefined
  const { oldRoot, root } = below
  if (old <= left) return { oldRoot, root: nodeHash(crypto, root, sibling) }
  return { oldRoot: nodeHash(crypto, sibling, oldRoot), root: nodeHash(crypto, sibling, root) }
}

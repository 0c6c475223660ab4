import { createPrivateKey, createPublicKey, sign } from "node:crypto"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { VerificationError } from "./error.ts"
import { type KeyType, type Signer, verifierKey } from "./note.ts"
import { appendLeaves, type Edge, edgeRoot, type HashReader, leafHash, type TreeHead } from "./tree.ts"

/** Runs of a property: a hundred times as many when the slow tests are asked for. */
export const runs = (count: number): { numRuns: number } => ({
  numRuns: process.env.SLOW === "1" ? count * 100 : count,
})

/** A fictional signer whose seed is one byte 32 times, as in the worked example. */
export function signer(name: string, type: KeyType, seed: number | Uint8Array): Signer {
  const algorithm = ({ "ed25519-cosignature": "ed25519", "ml-dsa-44-cosignature": "ml-dsa-44" } as const)[
    type as string
  ]
  const asymmetricKeyType = algorithm ?? (type as "ed25519" | "ml-dsa-65")
  const format = asymmetricKeyType === "ed25519" ? "raw-private" : "raw-seed"
  const bytes = typeof seed === "number" ? Buffer.alloc(32, seed) : Buffer.from(seed)
  const privateKey = createPrivateKey({ key: bytes, format, asymmetricKeyType })
  const publicKey = createPublicKey(privateKey).export({ format: "raw-public" })
  const key = verifierKey(nodeCrypto, name, type, new Uint8Array(publicKey))
  return { key, sign: (message) => new Uint8Array(sign(null, message, privateKey)) }
}

/** A tree in memory, grown one append after the other. */
export function memoryTree(batches: readonly (readonly Uint8Array[])[]): {
  head: TreeHead
  edge: Edge
  read: HashReader
} {
  const nodes = new Map<string, Uint8Array>()
  let edge: Edge = { size: 0n, hashes: [] }
  for (const entries of batches) {
    const grown = appendLeaves(
      nodeCrypto,
      edge,
      entries.map((entry) => leafHash(nodeCrypto, entry)),
    )
    for (const { level, index, hash } of grown.completed) nodes.set(`${level}/${index}`, hash)
    edge = grown.edge
  }
  const read: HashReader = async (level, index) => {
    const hash = nodes.get(`${level}/${index}`)
    if (!hash) throw new Error(`the tree has no ${level}/${index}`)
    return hash
  }
  return { head: { size: edge.size, root: edgeRoot(nodeCrypto, edge) }, edge, read }
}

/** Whether this is the rejection with that code: for assert.throws and assert.rejects. */
export function rejection(...codes: string[]): (error: unknown) => boolean {
  return (error) => error instanceof VerificationError && (codes.length === 0 || codes.includes(error.code))
}

/** The bytes with one bit of them flipped. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const flipped = new Uint8Array(bytes)
  flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
  return flipped
}

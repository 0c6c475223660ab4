import { createHash, type Hash } from "node:crypto"

/**
 * Hashes of files as they arrive, so that a file is not read again at its end. They live in memory only: one that is
 * not known for the whole file is computed from what is on disk.
 */
export type FileHashes = {
  /** A piece was stored at `at`. */
  went(file: string, at: number, piece: Uint8Array): void
  /** The hash of the whole file and nothing else, in hex; it is forgotten here. */
  digest(file: string, length: number): string | undefined
}

const KEPT = 64

/** Opens an empty set of hashes. */
export function openFileHashes(): FileHashes {
  const hashes = new Map<string, { hash: Hash; at: number }>()
  return {
    went(file, at, piece) {
      const known = at === 0 ? { hash: createHash("sha256"), at } : hashes.get(file)
      hashes.delete(file)
      if (known?.at !== at) return
      known.hash.update(piece)
      if (hashes.size >= KEPT) hashes.delete(hashes.keys().next().value ?? "")
      hashes.set(file, { hash: known.hash, at: at + piece.length })
    },
    digest(file, length) {
      const known = hashes.get(file)
      hashes.delete(file)
      return known?.at === length ? known.hash.digest("hex") : undefined
    },
  }
}

import { sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { type HashReader, proveConsistency, type TreeHead, verifyConsistency } from "#register/tree.ts"
import type { Archive } from "./archive.ts"
import { checkpointOf, type HeldCheckpoint, lastCheckpoint } from "./checkpoints.ts"

/** A register that this desk verified as far as `head`, with what reads its tiles. */
export type Known = { head: TreeHead; reader: HashReader }

/** What the register's key signed that cannot both be: a code, and the notes that show it to anyone. */
export type Contradiction = { code: "split-view" | "changed-history"; notes: string }

/**
 * Whether a checkpoint contradicts what this desk holds: another root of one size, or a smaller register through which
 * `known` never grew. An older checkpoint as such may only be late.
 */
export async function contradiction(
  archive: Archive,
  crypto: Crypto,
  offered: HeldCheckpoint,
  known: Known | undefined,
): Promise<Contradiction | undefined> {
  const twin = checkpointOf(archive, offered.size)
  if (twin) {
    if (sameBytes(offered.root, twin.root)) return undefined
    return { code: "split-view", notes: `${twin.note}\n${offered.note}` }
  }
  if (!known || offered.size >= known.head.size || (await grewFrom(crypto, offered, known))) return undefined
  return { code: "changed-history", notes: `${lastCheckpoint(archive)?.note ?? ""}\n${offered.note}` }
}

/** Whether the register had this root when it had this size. */
export async function grewFrom(crypto: Crypto, old: TreeHead, { head, reader }: Known): Promise<boolean> {
  const proof = await proveConsistency(crypto, old.size, head.size, reader)
  try {
    verifyConsistency(crypto, old, head, proof)
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

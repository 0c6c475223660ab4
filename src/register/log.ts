import { type Checkpoint, parseCheckpoint } from "./checkpoint.ts"
import { verifiedCosigners } from "./cosignature.ts"
import type { Crypto } from "./crypto.ts"
import { VerificationError } from "./error.ts"
import { type Note, parseNote, type VerifierKey, verifiedKeys } from "./note.ts"

/** A log as the charter names it: the origin of its checkpoints, and its keys, each under that origin as its name. */
export type Log = { origin: string; keys: readonly VerifierKey[] }

/** A checkpoint that its log signed, and the note it came in, with whatever cosignatures that carries. */
export type OpenCheckpoint = Checkpoint & { note: Note }

/**
 * Opens the checkpoint of a log: every one of its keys must have signed it, since of a hybrid pair both
 * count or none. Ed25519 keys sign the note, ML-DSA-44 keys cosign it under the origin as their name (C2SP
 * tlog-checkpoint, "Signatures"). Throws `note.*`, `checkpoint.malformed`, `checkpoint.origin`.
 */
export async function openCheckpoint(crypto: Crypto, bytes: string | Uint8Array, log: Log): Promise<OpenCheckpoint> {
  const { origin, keys } = log
  if (keys.length === 0) throw new Error("a checkpoint is opened with a log's key")
  const note = parseNote(bytes)
  const checkpoint = parseCheckpoint(note.text)
  // The log that is asked chooses what it answers: another log's checkpoint, well signed, is not this one's.
  if (checkpoint.origin !== origin || keys.some((key) => key.name !== origin))
    throw new VerificationError("checkpoint.origin", "a checkpoint of another log")
  const plain = keys.filter((key) => key.type === "ed25519")
  const cosigning = keys.filter((key) => key.type !== "ed25519")
  const signed = [
    ...(await verifiedKeys(crypto, note, plain)),
    ...(await verifiedCosigners(crypto, note, cosigning)).map((cosigner) => cosigner.key),
  ]
  if (keys.some((key) => !signed.includes(key)))
    throw new VerificationError("note.unsigned", "a checkpoint lacks a signature of its log")
  return { ...checkpoint, note }
}

import { concat, readU64be, sameBytes, u64be, utf8 } from "./bytes.ts"
import { parseCheckpoint } from "./checkpoint.ts"
import type { Crypto, SignatureAlgorithm } from "./crypto.ts"
import { VerificationError } from "./error.ts"
import type { Note, NoteSignature, VerifierKey } from "./note.ts"
import { SIZE_LIMIT } from "./tree.ts"

/** A key whose cosignature on a note verified, and the POSIX second that it states; 0 says nothing about time. */
export type Cosigner = { key: VerifierKey; time: bigint }

/** What an ML-DSA-44 cosigner states: the root of the leaves [start, end) of a log; a checkpoint starts at 0. */
export type SubtreeStatement = { origin: string; start: bigint; end: bigint; root: Uint8Array }

const TIME_BYTES = 8
const SUBTREE_LABEL = utf8("subtree/v1\n\0")
const SIGNATURES: Record<string, { algorithm: SignatureAlgorithm; length: number }> = {
  "ed25519-cosignature": { algorithm: "ed25519", length: 64 },
  "ml-dsa-44-cosignature": { algorithm: "ml-dsa-44", length: 2420 },
}

/** The message of an Ed25519 cosignature: two lines, then the checkpoint's whole text (C2SP tlog-cosignature). */
export function ed25519Message(text: string, time: bigint): Uint8Array {
  return utf8(`cosignature/v1\ntime ${time}\n${text}`)
}

/**
 * The `cosigned_message` of an ML-DSA-44 cosignature (C2SP tlog-cosignature). Throws `cosignature.malformed` where a
 * name does not fit its one length byte or a subtree that does not start at 0 states a time.
 */
export function subtreeMessage(cosigner: string, time: bigint, statement: SubtreeStatement): Uint8Array {
  const { origin, start, end, root } = statement
  if (start !== 0n && time !== 0n)
    throw new VerificationError("cosignature.malformed", "a subtree inside the tree states no time")
  return concat(SUBTREE_LABEL, named(cosigner), u64be(time), named(origin), u64be(start), u64be(end), root)
}

function named(name: string): Uint8Array {
  const bytes = utf8(name)
  if (bytes.length === 0 || bytes.length > 255)
    throw new VerificationError("cosignature.malformed", "a name does not fit a cosignature")
  return concat(Uint8Array.of(bytes.length), bytes)
}

/**
 * The bytes that `key` signs to cosign the checkpoint `text` at `time` (POSIX seconds). Extension lines are covered by
 * Ed25519 only. Throws `checkpoint.malformed`, `cosignature.malformed`, and `key.malformed` for a key of another type.
 */
export function cosignedMessage(key: VerifierKey, text: string, time: bigint): Uint8Array {
  const { origin, size, root } = parseCheckpoint(text)
  if (time < 0n || time >= SIZE_LIMIT) throw new VerificationError("cosignature.malformed", "a time beyond 63 bits")
  if (signatureForm(key).algorithm === "ed25519") return ed25519Message(text, time)
  return subtreeMessage(key.name, time, { origin, start: 0n, end: size, root })
}

/** Cosigns the checkpoint `text` at `time`; `sign` is the raw signature by the private half of `key`. */
export function cosign(
  key: VerifierKey,
  sign: (message: Uint8Array) => Uint8Array,
  text: string,
  time: bigint,
): NoteSignature {
  const signature = concat(u64be(time), sign(cosignedMessage(key, text, time)))
  return { name: key.name, id: key.id, signature }
}

/** The time that this line by `key` states. Throws `cosignature.malformed`, `note.signature`. */
export async function verifyCosignature(
  crypto: Crypto,
  key: VerifierKey,
  text: string,
  line: NoteSignature,
): Promise<bigint> {
  const { algorithm, length } = signatureForm(key)
  if (line.name !== key.name || !sameBytes(line.id, key.id))
    throw new VerificationError("note.signature", "a cosignature is not by the key it must be")
  if (line.signature.length !== TIME_BYTES + length)
    throw new VerificationError("cosignature.malformed", "a cosignature has the wrong length")
  const time = readU64be(line.signature)
  const message = cosignedMessage(key, text, time)
  if (!(await crypto.verify(algorithm, key.publicKey, message, line.signature.subarray(TIME_BYTES))))
    throw new VerificationError("note.signature", "a cosignature does not verify")
  return time
}

/**
 * Which of `keys` cosigned this checkpoint, and when; of several lines by one key the earliest, which is a true
 * statement as much as the others. Lines of unknown keys are passed over; a line by a known key that does not verify
 * rejects the whole note (C2SP signed-note). Throws `note.signature`, `cosignature.malformed`.
 */
export async function verifiedCosigners(crypto: Crypto, note: Note, keys: readonly VerifierKey[]): Promise<Cosigner[]> {
  const checks = keys.flatMap((key) =>
    note.signatures
      .filter((line) => line.name === key.name && sameBytes(line.id, key.id))
      .map(async (line) => ({ key, time: await verifyCosignature(crypto, key, note.text, line) })),
  )
  const earliest = new Map<VerifierKey, bigint>()
  for (const { key, time } of await Promise.all(checks)) {
    const known = earliest.get(key)
    if (known === undefined || time < known) earliest.set(key, time)
  }
  return [...earliest].map(([key, time]) => ({ key, time }))
}

function signatureForm(key: VerifierKey): { algorithm: SignatureAlgorithm; length: number } {
  const form = SIGNATURES[key.type]
  if (!form) throw new VerificationError("key.malformed", "a key that does not cosign")
  return form
}

import { base64, fromBase64, fromUtf8 } from "./bytes.ts"
import { parseCheckpoint } from "./checkpoint.ts"
import type { Crypto } from "./crypto.ts"
import { VerificationError } from "./error.ts"
import { type Log, type OpenCheckpoint, openCheckpoint } from "./log.ts"
import { parseNote } from "./note.ts"
import { evaluatePolicy, type Policy, type Quorum } from "./policy.ts"
import { leafHash, parseHash, parseU63, verifyInclusion } from "./tree.ts"

/** A C2SP tlog-proof: where the entry is, how it leads to the root, and the checkpoint's note exactly as it came. */
export type TlogProof = { index: bigint; hashes: readonly Uint8Array[]; checkpoint: string; extra?: Uint8Array }

/** What a proof shows: the entry was number `index` under this checkpoint, behind which this quorum stands. */
export type ProvenEntry = { index: bigint; checkpoint: OpenCheckpoint; quorum: Quorum }

const FIRST_LINE = "c2sp.org/tlog-proof@v1"
// No tree below 2^63 leaves needs more; an attacker chooses the number of lines.
const MAX_HASHES = 63
const MAX_PROOF_BYTES = 2 << 20

/** Writes a proof as C2SP tlog-proof has it. */
export function formatProof(proof: TlogProof): string {
  const extra = proof.extra && proof.extra.length > 0 ? [`extra ${base64(proof.extra)}`] : []
  const lines = [FIRST_LINE, ...extra, `index ${proof.index}`, ...proof.hashes.map(base64)]
  return `${lines.join("\n")}\n\n${proof.checkpoint}`
}

/**
 * Reads a proof, of which an attacker controls every byte; nothing is verified yet, and `extra` never is. Throws
 * `proof.malformed`, `encoding`, and `note.malformed` or `checkpoint.malformed` for the checkpoint in it.
 */
export function parseProof(input: string | Uint8Array): TlogProof {
  if (input.length > MAX_PROOF_BYTES) throw new VerificationError("proof.malformed", "a proof is too long")
  const text = typeof input === "string" ? input : fromUtf8(input)
  // The checkpoint has an empty line of its own, so it is the first that separates.
  const split = text.indexOf("\n\n")
  if (split < 0) throw new VerificationError("proof.malformed", "a proof has no checkpoint")
  const [first, ...lines] = text.slice(0, split).split("\n")
  if (first !== FIRST_LINE) throw new VerificationError("proof.malformed", "not a proof of a known version")
  const extra = lines[0]?.startsWith("extra ") ? fromBase64(lines.shift()?.slice("extra ".length) ?? "") : undefined
  const index = lines.shift()
  if (extra?.length === 0 || !index?.startsWith("index ") || lines.length > MAX_HASHES)
    throw new VerificationError("proof.malformed", "a proof's lines are malformed")
  const checkpoint = text.slice(split + 2)
  parseCheckpoint(parseNote(checkpoint).text)
  return {
    index: parseU63(index.slice("index ".length), "proof.malformed"),
    hashes: lines.map((line) => parseHash(line, "proof.malformed")),
    checkpoint,
    ...(extra && { extra }),
  }
}

/**
 * That `entry` is in the register and the policy's quorum stands behind the checkpoint that has it. The log's keys as in
 * `openCheckpoint`; the policy's own `log` lines are not read. Throws what the parts throw, and
 * `checkpoint.unwitnessed` without the quorum.
 */
export async function verifyProof(
  crypto: Crypto,
  proof: TlogProof,
  entry: Uint8Array,
  log: Log,
  policy: Policy,
): Promise<ProvenEntry> {
  const checkpoint = await openCheckpoint(crypto, proof.checkpoint, log)
  verifyInclusion(crypto, proof.index, leafHash(crypto, entry), checkpoint, proof.hashes)
  const quorum = await evaluatePolicy(crypto, policy, checkpoint.note)
  if (!quorum.holds) throw new VerificationError("checkpoint.unwitnessed", "a checkpoint lacks its quorum")
  return { index: proof.index, checkpoint, quorum }
}

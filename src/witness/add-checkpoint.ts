import { fromUtf8, sameBytes } from "#register/bytes.ts"
import { parseCheckpoint } from "#register/checkpoint.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { type Log, type OpenCheckpoint, openCheckpoint } from "#register/log.ts"
import { formatNote, type NoteSignature, parseNote } from "#register/note.ts"
import { emptyRoot, parseHash, parseU63, verifyConsistency } from "#register/tree.ts"
import { type Evidence, provenOldRoot } from "./evidence.ts"
import type { Cosigner } from "./key.ts"
import type { Latest, Store } from "./store.ts"

/**
 * Why a witness does not cosign; with `size`, the size of the last checkpoint that it cosigned, from which the caller
 * tries again.
 */
export type AddRefusal =
  | { refused: "witness.malformed" | "witness.old-beyond-size" | "witness.unsigned" | "witness.unknown-log" }
  | { refused: "witness.bad-proof" }
  | { refused: "witness.stale" | "witness.split-view"; size: bigint }

/** A witness as the rules see it. `accuse` keeps evidence against a log for good before it returns. */
export type Witness = {
  crypto: Crypto
  logs: ReadonlyMap<string, Log>
  cosigners: readonly Cosigner[]
  store: Store
  clock: { now(): number }
  accuse(evidence: Evidence): void
}

/** What is asked of a witness: to go from the tree of `old` leaves to the one in the note, by `proof`. */
type Request = { old: bigint; proof: Uint8Array[]; note: string }

// C2SP tlog-witness "add-checkpoint".
const MAX_PROOF = 63

/**
 * C2SP tlog-witness `add-checkpoint`: the cosignatures by every key of the witness, once the checkpoint is stored as
 * the log's last, or why not. Holds all the rules. Whoever sent `body` controls every byte of it. Throws only faults.
 */
export async function processAddCheckpoint(witness: Witness, body: Uint8Array): Promise<NoteSignature[] | AddRefusal> {
  const opened = await openRequest(witness, body)
  if ("refused" in opened) return opened
  const { request, checkpoint, log } = opened
  if (request.old > checkpoint.size) return { refused: "witness.old-beyond-size" }

  const judgement = witness.store.compareAndStore(log.origin, (latest): { next?: Latest; verdict: Judgement } => {
    const next = { size: checkpoint.size, root: checkpoint.root, note: ownNote(checkpoint, log) }
    const verdict = judge(witness.crypto, latest, request, next)
    return verdict === "permitted" ? { next, verdict } : { verdict }
  })
  if (judgement !== "permitted") {
    if (judgement.evidence) witness.accuse(judgement.evidence)
    return judgement.refusal
  }

  // Stored but not yet answered: after a crash here the log asks again from this size to this size and is answered.
  const time = BigInt(Math.floor(witness.clock.now() / 1000))
  return witness.cosigners.map((cosigner) => cosigner.cosign(checkpoint.note.text, time))
}

async function openRequest(
  { crypto, logs }: Witness,
  body: Uint8Array,
): Promise<AddRefusal | { request: Request; checkpoint: OpenCheckpoint; log: Log }> {
  try {
    const request = parseRequest(body)
    const log = logs.get(parseCheckpoint(parseNote(request.note).text).origin)
    if (!log) return { refused: "witness.unknown-log" }
    return { request, checkpoint: await openCheckpoint(crypto, request.note, log), log }
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    const unsigned = ["note.unsigned", "note.signature", "cosignature.malformed"].includes(error.code)
    return { refused: unsigned ? "witness.unsigned" : "witness.malformed" }
  }
}

/** Splits a request at its first empty line. Throws `proof.malformed`. */
function parseRequest(body: Uint8Array): Request {
  const text = fromUtf8(body)
  const end = text.indexOf("\n\n")
  const [first = "", ...proof] = text.slice(0, Math.max(0, end)).split("\n")
  if (!first.startsWith("old ") || proof.length > MAX_PROOF)
    throw new VerificationError("proof.malformed", "not a request to add a checkpoint")
  return {
    old: parseU63(first.slice("old ".length), "proof.malformed"),
    proof: proof.map((line) => parseHash(line, "proof.malformed")),
    note: text.slice(end + 2),
  }
}

type Judgement = "permitted" | { refusal: AddRefusal; evidence?: Evidence }

function judge(crypto: Crypto, latest: Latest | undefined, { old, proof }: Request, next: Latest): Judgement {
  const size = latest?.size ?? 0n
  // Before the question whether `old` fits: what the log signed convicts it whatever else stands in the request.
  if (latest && next.size === size && !sameBytes(next.root, latest.root)) {
    const evidence: Evidence = { kind: "one size, two roots", proof: [], first: latest.note, second: next.note }
    return { refusal: { refused: "witness.split-view", size }, evidence }
  }
  if (old !== size) return { refusal: { refused: "witness.stale", size } }
  const refusal: AddRefusal = { refused: "witness.bad-proof" }
  if (!latest || old === 0n) return continuesNothing(crypto, next, proof) ? "permitted" : { refusal }
  if (continues(crypto, latest, next, proof)) return "permitted"
  const told = provenOldRoot(crypto, old, next, proof)
  if (!told || sameBytes(told, latest.root)) return { refusal }
  return { refusal, evidence: { kind: "not a continuation", proof, first: latest.note, second: next.note } }
}

function continues(crypto: Crypto, latest: Latest, next: Latest, proof: Uint8Array[]): boolean {
  try {
    verifyConsistency(crypto, latest, next, proof)
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

/** Any tree continues the empty one, by a proof of nothing; the empty tree itself has one root. */
function continuesNothing(crypto: Crypto, next: Latest, proof: Uint8Array[]): boolean {
  return proof.length === 0 && (next.size > 0n || sameBytes(next.root, emptyRoot(crypto)))
}

/** The note with the log's own lines only: the rest is whatever the sender chose to add. */
function ownNote({ note }: OpenCheckpoint, log: Log): string {
  const own = ({ name, id }: NoteSignature) => log.keys.some((key) => key.name === name && sameBytes(key.id, id))
  return formatNote({ text: note.text, signatures: note.signatures.filter(own) })
}

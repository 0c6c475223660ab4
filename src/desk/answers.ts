import { VerificationError } from "#register/error.ts"
import type { VerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openRefusal, openStamp, type RegistryRefusalCode } from "#seal/stamp.ts"
import type { Outbox } from "./outbox.ts"
import type { Sealed } from "./sealing.ts"

export type AnswersParts = {
  outbox: Outbox
  registryKey: VerifierKey
  /** Told when an answer settled an envelope. */
  settled(sealed: Sealed, outcome: "stamped" | "refused" | "mended", code?: string): void
  /** Told when the registry's key signed what does not fit. */
  convict(code: string, evidence: string): void
  log(message: string): void
}

/** Refusals that the desk mends by itself: the same act sealed anew, with today's keys or on the chain as it is now. */
const MENDED: readonly RegistryRefusalCode[] = ["sealing-key", "serial", "prev"]
// Sealing anew at once would loop where chain and roll have not caught up yet.
const MEND_MS = 200
const DOUBTFUL_MS = 15_000

export type Answered = { sealed: Sealed; answer: string }

/**
 * Takes the registry's answers to envelopes: each a stamp, a refusal, or what convicts it. Answers for how many
 * milliseconds nothing more goes on the line of each; undefined where the next one may at once. Whoever carried an
 * answer may have changed or exchanged it: one that does not verify, or is of another header, accuses nobody, and the
 * same bytes go again.
 */
export async function settle(parts: AnswersParts, answered: readonly Answered[]): Promise<(number | undefined)[]> {
  const stamped: { sealed: Sealed; note: string; index: bigint }[] = []
  const holds: (number | undefined)[] = []
  for (const one of answered) {
    const taken = await takeAnswer(parts, one)
    if (typeof taken === "object") stamped.push({ sealed: one.sealed, ...taken })
    holds.push(typeof taken === "object" ? undefined : taken)
  }
  if (stamped.length > 0)
    parts.outbox.stamped(stamped.map(({ sealed: { hash }, note, index }) => ({ hash, note, index })))
  for (const { sealed } of stamped) parts.settled(sealed, "stamped")
  return holds
}

type Stamped = { note: string; index: bigint }

/** A stamp that is still to be kept, or what `settle` answers of it. */
async function takeAnswer(parts: AnswersParts, { sealed, answer }: Answered): Promise<Stamped | number | undefined> {
  try {
    if (answer.startsWith("iod.stamp/v1\n")) return await takeStamp(parts, sealed, answer)
    return await takeRefusal(parts, sealed, answer)
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    parts.log(`an answer of the registry was not taken: ${error.message}`)
    return DOUBTFUL_MS
  }
}

async function takeStamp(parts: AnswersParts, sealed: Sealed, note: string): Promise<Stamped | number> {
  const stamp = await openStamp(nodeCrypto, note, parts.registryKey)
  if (stamp.header !== sealed.hash) throw new VerificationError("stamp.mismatch", "a stamp of another header")
  if (stamp.line === sealed.line) return { note, index: stamp.index }
  parts.convict("stamp.mismatch", `${sealed.header}\n${note}`)
  return DOUBTFUL_MS
}

async function takeRefusal(parts: AnswersParts, sealed: Sealed, answer: string): Promise<number | undefined> {
  const refusal = await openRefusal(nodeCrypto, answer, parts.registryKey)
  if (refusal.header !== sealed.hash) throw new VerificationError("refusal.malformed", "a refusal of another header")
  if (refusal.kind === "wait") return refusal.again
  const mend = MENDED.includes(refusal.code)
  const stamp = parts.outbox.refused({ hash: sealed.hash, code: refusal.code, note: answer }, mend)
  if (stamp !== undefined) {
    parts.convict("stamp-and-refusal", `${stamp}\n${answer}`)
    return undefined
  }
  parts.settled(sealed, mend ? "mended" : "refused", refusal.code)
  return mend ? MEND_MS : undefined
}

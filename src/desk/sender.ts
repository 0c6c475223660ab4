import { VerificationError } from "#register/error.ts"
import type { VerifierKey } from "#register/note.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openRefusal, openStamp, type RegistryRefusalCode } from "#seal/stamp.ts"
import { formatPosted, parseAnswers } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import type { Outbox, Sealed } from "./outbox.ts"

/** Carries the outbox to the registry whenever there is something to carry and the registry can be reached. */
export type Sender = {
  /** Something was submitted, or the registry is back. */
  wake(): void
  /** Whether the last attempt reached the registry. */
  reached(): boolean
  close(): Promise<void>
}

export type SenderParts = {
  clock: Clock
  outbox: Outbox
  registry: string
  registryKey: VerifierKey
  /** Told when an answer settled an envelope. */
  settled(sealed: Sealed, outcome: "stamped" | "refused" | "mended", code?: string): void
  /** Told when the registry answered with something that its key did not sign or that does not fit. */
  convict(code: string, evidence: string): void
  log(message: string): void
}

/** Refusals that the desk mends by itself: the same act sealed anew, with today's keys or on the chain as it is now. */
const MENDED: readonly RegistryRefusalCode[] = ["sealing-key", "serial", "prev"]
const FIRST_RETRY = 250
const LAST_RETRY = 15_000
// Envelopes of different lines that travel in one request.
const TOGETHER = 32

/** Opens the sender of a desk. */
export function openSender(parts: SenderParts): Sender {
  const { clock, outbox } = parts
  const held = new Set<string>()
  const bells = new Set<Disposable>()
  let running: Promise<void> | undefined
  let again = false
  let closed = false
  let retry = FIRST_RETRY
  let reached = false
  const stopping = new AbortController()

  function later(ms: number, ring: () => void): void {
    const bell = clock.after(ms, () => {
      bells.delete(bell)
      ring()
    })
    bells.add(bell)
  }

  function hold(line: string, ms: number): void {
    held.add(line)
    later(ms, () => {
      held.delete(line)
      wake()
    })
  }

  function wake(): void {
    again = true
    // Never at once: whoever wakes may be inside a transaction, and no byte leaves before that is on disk.
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined
        if (again && !closed) wake()
      })
  }

  async function run(): Promise<void> {
    while (again && !closed) {
      again = false
      if (await sendAll()) continue
      later(retry, wake)
      retry = Math.min(retry * 2, LAST_RETRY)
      return
    }
  }

  /** False when the registry could not be reached, or the archive not be written: what is left goes later. */
  async function sendAll(): Promise<boolean> {
    try {
      for (let batch = take(); batch.length > 0 && !closed; batch = take()) if (!(await post(batch))) return false
      return true
    } catch (error) {
      parts.log(`the outbox waits: ${error instanceof Error ? error.message : ""}`)
      return false
    }
  }

  function take(): Sealed[] {
    const batch: Sealed[] = []
    const busy = new Set(held)
    while (batch.length < TOGETHER) {
      const sealed = outbox.next(busy)
      if (!sealed) break
      batch.push(sealed)
      busy.add(sealed.line)
    }
    return batch
  }

  /** False when the registry could not be reached: the same bytes go again later. */
  async function post(batch: readonly Sealed[]): Promise<boolean> {
    let answers: string[]
    try {
      const response = await fetch(`${parts.registry}/desk/envelopes`, {
        method: "POST",
        body: formatPosted(batch),
        signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(30_000)]),
      })
      if (!response.ok) throw new Error(`the registry answered ${response.status}`)
      answers = parseAnswers(new Uint8Array(await response.arrayBuffer()))
    } catch (error) {
      if (!closed && reached)
        parts.log(`the registry cannot be reached: ${error instanceof Error ? error.message : ""}`)
      reached = false
      return false
    }
    reached = true
    retry = FIRST_RETRY
    for (const [i, sealed] of batch.entries()) await settle(sealed, answers[i] ?? "")
    return true
  }

  async function settle(sealed: Sealed, answer: string): Promise<void> {
    try {
      if (answer.startsWith("iod.stamp/v1\n")) {
        const stamp = await openStamp(nodeCrypto, answer, parts.registryKey)
        if (stamp.header !== sealed.hash || stamp.line !== sealed.line)
          throw new VerificationError("stamp.mismatch", "a stamp for another header")
        outbox.stamped(sealed.hash)
        return parts.settled(sealed, "stamped")
      }
      const refusal = await openRefusal(nodeCrypto, answer, parts.registryKey)
      if (refusal.kind === "wait") return hold(sealed.line, refusal.again)
      if (refusal.header !== sealed.hash)
        throw new VerificationError("refusal.malformed", "a refusal of another header")
      const mend = MENDED.includes(refusal.code)
      const stamp = outbox.refused({ hash: sealed.hash, code: refusal.code, note: answer }, mend)
      if (stamp !== undefined) return parts.convict("stamp-and-refusal", `${stamp}\n${answer}`)
      parts.settled(sealed, mend ? "mended" : "refused", refusal.code)
      // Sealing anew at once would loop where chain and roll have not caught up yet.
      if (mend) hold(sealed.line, 200)
    } catch (error) {
      if (!(error instanceof VerificationError)) throw error
      parts.convict(error.code, answer)
      hold(sealed.line, LAST_RETRY)
    }
  }

  return {
    wake,
    reached: () => reached,
    async close() {
      closed = true
      stopping.abort()
      for (const bell of bells) bell[Symbol.dispose]()
      await running
    },
  }
}

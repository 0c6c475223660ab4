import { formatPosted, parseAnswers } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { type AnswersParts, settle } from "./answers.ts"
import type { Sealed } from "./sealing.ts"

/** Carries the outbox to the registry whenever there is something to carry and the registry can be reached. */
export type Sender = {
  /** Something was submitted, or the registry is back. */
  wake(): void
  /** Whether the last attempt reached the registry. */
  reached(): boolean
  close(): Promise<void>
}

export type SenderParts = AnswersParts & { clock: Clock; registry: string }

const FIRST_RETRY = 250
const LAST_RETRY = 15_000
const ANSWER_MS = 30_000
// Envelopes of different lines that travel in one request.
const TOGETHER = 32

/** Opens the sender of a desk. */
export function openSender(parts: SenderParts): Sender {
  const bells = openBells(parts.clock)
  const stopping = new AbortController()
  const stopped = stopping.signal
  const rounds = openRounds(parts, stopped, bells.after, wake)
  let running: Promise<void> | undefined
  let again = false
  let retry = FIRST_RETRY

  function wake(): void {
    again = true
    // Never at once: whoever wakes may be inside a transaction, and no byte leaves before that is on disk.
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined
        if (again && !stopped.aborted) wake()
      })
  }

  async function run(): Promise<void> {
    while (again && !stopped.aborted) {
      again = false
      const went = await rounds.sendAll()
      if (went !== "nothing") retry = FIRST_RETRY
      if (went === "everything") continue
      bells.after(retry, wake)
      retry = Math.min(retry * 2, LAST_RETRY)
      return
    }
  }

  return {
    wake,
    reached: rounds.reached,
    async close() {
      stopping.abort()
      bells.close()
      await running
    },
  }
}

/** Batches of envelopes, of each line one at a time, until nothing more can go. */
function openRounds(
  parts: SenderParts,
  stopped: AbortSignal,
  after: (ms: number, ring: () => void) => void,
  wake: () => void,
) {
  const held = new Set<string>()
  let reached = false
  let lost = false

  // What is sealed has the keys of its day and goes as it is: while nobody hears, what waits is left unsealed. The
  // attempt that failed left at least one sealed, which goes again until somebody does.
  const take = () => parts.outbox.next(held, !lost, TOGETHER)

  /** False when the registry could not be reached: the same bytes go again later. */
  async function send(batch: readonly Sealed[]): Promise<boolean> {
    const answers = await post(parts.registry, batch, stopped)
    if (answers instanceof Error) {
      if (!stopped.aborted && reached) parts.log(`the registry cannot be reached: ${answers.message}`)
      reached = false
      lost = true
      return false
    }
    reached = true
    lost = false
    const holds = await settle(
      parts,
      batch.map((sealed, i) => ({ sealed, answer: answers[i] ?? "" })),
    )
    for (const [i, sealed] of batch.entries()) hold(sealed.line, holds[i])
    return true
  }

  function hold(line: string, ms: number | undefined): void {
    if (ms === undefined) return
    held.add(line)
    after(ms, () => {
      held.delete(line)
      wake()
    })
  }

  return {
    reached: () => reached,
    /** Less than everything went where the registry could not be reached, or the archive not be written. */
    async sendAll(): Promise<"everything" | "something" | "nothing"> {
      let went: "something" | "nothing" = "nothing"
      try {
        for (let batch = take(); batch.length > 0 && !stopped.aborted; batch = take()) {
          if (!(await send(batch))) return went
          went = "something"
        }
        return "everything"
      } catch (error) {
        parts.log(`the outbox waits: ${error instanceof Error ? error.message : ""}`)
        return went
      }
    },
  }
}

/** One request; answers the registry's notes in the order of `batch`, or why it could not be reached. */
async function post(registry: string, batch: readonly Sealed[], stopped: AbortSignal): Promise<string[] | Error> {
  try {
    const response = await fetch(`${registry}/desk/envelopes`, {
      method: "POST",
      body: formatPosted(batch),
      signal: AbortSignal.any([stopped, AbortSignal.timeout(ANSWER_MS)]),
    })
    if (!response.ok) return new Error(`the registry answered ${response.status}`)
    return parseAnswers(new Uint8Array(await response.arrayBuffer()))
  } catch (error) {
    return error instanceof Error ? error : new Error("")
  }
}

/** Bells that a closed sender no longer hears. */
function openBells(clock: Clock) {
  const bells = new Set<Disposable>()
  let closed = false
  return {
    after(ms: number, ring: () => void): void {
      if (closed) return
      const bell = clock.after(ms, () => {
        bells.delete(bell)
        ring()
      })
      bells.add(bell)
    },
    close(): void {
      closed = true
      for (const bell of bells) bell[Symbol.dispose]()
    },
  }
}

import { z } from "zod"
import type { Crypto } from "#register/crypto.ts"
import { type Frame, formatFrame } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import type { Archive } from "./archive.ts"
import { furthest, heldBetween, knownSize } from "./held.ts"

/**
 * Hands back to the registry what it stamped and lost: header and stamp of each envelope that this desk holds, from
 * which entry, place and chain are made again. Bodies of sealed acts are gone here once they were opened, except its own
 * that a member may still lack; a public act's is made again from the act. Nothing of it is secret from the registry: it
 * had all of it.
 */
export type Returning = {
  /** The registry said how many entries it holds. Where this desk holds later ones, it hands them back. */
  offer(size: bigint): void
  close(): Promise<void>
}

export type ReturningParts = {
  archive: Archive
  clock: Clock
  crypto: Crypto
  registry: string
  log(message: string): void
}

const answer = z.strictObject({
  next: z.string().regex(/^\d{1,19}$/),
  until: z.string().regex(/^\d{1,19}$/),
  behind: z.boolean(),
})
type Wanted = { next: number; until: number; behind: boolean }

// Others hand back what this desk does not hold; until they have, there is nothing to send.
const PAUSE_MS = 1000
const ANSWER_MS = 30_000

/** Opens the returning of a desk. */
export function openReturning(parts: ReturningParts): Returning {
  const { archive, clock, crypto, registry, log } = parts
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let anew = false

  async function handBack(): Promise<void> {
    let wanted: Wanted = { next: 0, until: 0, behind: true }
    let sent = 0
    while (wanted.behind && !stopping.signal.aborted) {
      if (anew) {
        anew = false
        wanted = await post(furthest(archive, crypto))
        sent = wanted.next
        // Not where a stamp was on its way while the mail was opened.
        if (wanted.behind) log(`the registry lost entries from ${sent} on: handing back what this desk holds`)
        continue
      }
      const { frames, end } = heldBetween(archive, crypto, wanted, sent)
      const waits = wanted.next
      wanted = await post(frames)
      if (end <= sent && wanted.next === waits) await pause()
      sent = Math.max(sent, end)
    }
  }

  async function post(frames: readonly Frame[]): Promise<Wanted> {
    const response = await fetch(`${registry}/desk/returned`, {
      method: "POST",
      body: Buffer.concat(frames.map(formatFrame)),
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    if (!response.ok) throw new Error(`the registry answered ${response.status}`)
    const { next, until, behind } = answer.parse(await response.json())
    return { next: Number(next), until: Number(until), behind }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const bell = clock.after(PAUSE_MS, resolve)
      stopping.signal.addEventListener("abort", () => {
        bell[Symbol.dispose]()
        resolve()
      })
    })
  }

  return {
    offer(size) {
      if (size >= knownSize(archive)) return
      // A registry that was opened again knows nothing of what it was sent before.
      anew = true
      if (running) return
      running = handBack()
        // The registry is away again, or a stranger answers: the next opening of the mail begins anew.
        .catch((error: unknown) => {
          if (!stopping.signal.aborted)
            log(`handing back was interrupted: ${error instanceof Error ? error.message : ""}`)
        })
        .finally(() => {
          running = undefined
        })
    },
    async close() {
      stopping.abort()
      await running
    },
  }
}

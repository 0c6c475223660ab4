import type { Clock } from "../clock.ts"
import type { Ledger } from "./ledger.ts"

const HOUR = 3_600_000
/** A body or a file is kept for a member that has not taken it in for at most this long. */
export const LONGEST_KEPT = 30 * 24 * HOUR

/** Deletes sealed bodies that nobody needs any more, now and every hour; headers, stamps and entries stay. */
export function openForgetting(clock: Clock, ledger: Ledger, log: (message: string) => void): Disposable {
  let bell: Disposable | undefined
  let closed = false
  const look = () => {
    forget(clock, ledger)
      .catch((error: unknown) => log(`bodies were not deleted: ${error instanceof Error ? error.message : ""}`))
      .finally(() => {
        if (!closed) bell = clock.after(HOUR, look)
      })
  }
  bell = clock.after(HOUR, look)
  return {
    [Symbol.dispose]() {
      closed = true
      bell?.[Symbol.dispose]()
    },
  }
}

/** Deletes what every member has taken in, and all that is older than the records policy keeps; answers how many. */
export async function forget(clock: Clock, ledger: Ledger): Promise<number> {
  return ledger.forgetBodies(await firstSince(ledger, new Date(clock.now() - LONGEST_KEPT).toISOString()))
}

/** The first index whose stamp is not before `since`: stamps never go back in time, so halving finds it. */
async function firstSince(ledger: Ledger, since: string): Promise<bigint> {
  let low = 0n
  let high = await ledger.size()
  while (low < high) {
    const middle = (low + high) / 2n
    if ((await ledger.stampedAt(middle)) < since) low = middle + 1n
    else high = middle
  }
  return low
}

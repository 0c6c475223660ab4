import type { Clock } from "../clock.ts"

/** The pauses between attempts at what may be away for long. */
export type Patience = {
  /** Waits twice as long as the last time, 250 ms at first and 15 s at most, or until `wake`. */
  wait(): Promise<void>
  /** Ends the pause under way. */
  wake(): void
  /** An attempt went well: the next pause is a short one. */
  renew(): void
}

const FIRST_MS = 250
const LONGEST_MS = 15_000

/** Opens the pauses of one thing that is attempted again and again. */
export function openPatience(clock: Clock): Patience {
  let pause = FIRST_MS
  let wake = () => {}
  return {
    wait: () =>
      new Promise((resolve) => {
        const bell = clock.after(pause, resolve)
        pause = Math.min(pause * 2, LONGEST_MS)
        wake = () => {
          bell[Symbol.dispose]()
          resolve()
        }
      }),
    wake: () => wake(),
    renew() {
      pause = FIRST_MS
    },
  }
}

import type { Clock } from "../../clock.ts"
import { openPatience } from "../patience.ts"

/** Errands to the registry, one after the other, for as long as there is one. */
export type Errands = {
  /** Something may be to do now, or the registry is back. */
  wake(): void
  /** Passes over what has this key for so many milliseconds. */
  hold(key: string, ms: number): void
  close(): Promise<void>
}

export type ErrandsParts = {
  clock: Clock
  /** The next errand among those that are not held; what it throws is tried again after a pause. */
  next(held: ReadonlySet<string>): (() => Promise<void>) | undefined
  /** `first`: the one before went well. */
  failed(error: unknown, first: boolean): void
}

/** Opens errands; nothing is done before the first `wake`. */
export function openErrands({ clock, next, failed }: ErrandsParts): Errands {
  const patience = openPatience(clock)
  const held = new Map<string, Disposable>()
  let running: Promise<void> | undefined
  let again = false
  let closed = false
  let well = true

  async function run(): Promise<void> {
    while (again && !closed) {
      again = false
      await doAll()
    }
  }

  async function doAll(): Promise<void> {
    const keys: ReadonlySet<string> = new Set(held.keys())
    for (let errand = next(keys); errand && !closed; errand = next(new Set(held.keys()))) {
      try {
        await errand()
        patience.renew()
        well = true
      } catch (error) {
        if (closed) return
        failed(error, well)
        well = false
        await patience.wait()
      }
    }
  }

  function wake(): void {
    again = true
    patience.wake()
    // Never at once: whoever wakes may be inside a transaction, and no byte leaves before that is on disk.
    running ??= Promise.resolve()
      .then(run)
      .finally(() => {
        running = undefined
        if (again && !closed) wake()
      })
  }

  return {
    wake,
    hold(key, ms) {
      held.get(key)?.[Symbol.dispose]()
      const bell = clock.after(ms, () => {
        held.delete(key)
        wake()
      })
      held.set(key, bell)
    },
    async close() {
      closed = true
      for (const bell of held.values()) bell[Symbol.dispose]()
      patience.wake()
      await running
    },
  }
}

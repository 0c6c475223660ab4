import type { LiveEvent } from "#offices/joins/screen.ts"
import type { Clock } from "../clock.ts"

export type Live = {
  tell(event: LiveEvent): void
  /** Watches until `signal` aborts; `hear` gets every event from now on. */
  watch(hear: (event: LiveEvent) => void, signal: AbortSignal): void
  /** Whether a screen watches now, or did within the last minute. */
  attended(): boolean
}

const ATTENDED_MS = 60_000

/** Opens a desk's live events. */
export function openLive(clock: Clock): Live {
  const watchers = new Set<(event: LiveEvent) => void>()
  let left = Number.NEGATIVE_INFINITY
  return {
    tell(event) {
      for (const hear of watchers) hear(event)
    },
    watch(hear, signal) {
      watchers.add(hear)
      signal.addEventListener("abort", () => {
        watchers.delete(hear)
        left = clock.now()
      })
    },
    attended: () => watchers.size > 0 || clock.now() - left < ATTENDED_MS,
  }
}

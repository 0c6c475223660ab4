/**
 * The one source of time of every program. Only an exercise may set, shift or speed it up; tests advance it by hand and
 * nothing sleeps. SQL never asks for the time.
 */
export interface Clock {
  /** Milliseconds since 1970, UTC. */
  now(): number
  /** Calls `ring` once, `ms` of this clock's milliseconds from now, unless disposed before. */
  after(ms: number, ring: () => void): Disposable
}

/** `clock`'s instant, UTC with milliseconds: the form of every instant that is signed. */
export function instantOf(clock: Clock): string {
  return new Date(clock.now()).toISOString()
}

// Longest delay that a Node timer takes; a longer one would ring at once.
const LONGEST_DELAY = 2 ** 31 - 1

/** The machine's time, shifted by `shift` ms and running `speed` times as fast; an office that is no exercise runs it plain. */
export function systemClock(shift = 0, speed = 1): Clock {
  const started = Date.now()
  return {
    now: () => Math.floor(started + shift + (Date.now() - started) * speed),
    after(ms, ring) {
      const timer = setTimeout(ring, Math.min(Math.max(0, ms / speed), LONGEST_DELAY))
      return { [Symbol.dispose]: () => clearTimeout(timer) }
    },
  }
}

/** A clock that stands still until it is told: `advance` rings whatever falls due, in order. */
export type ManualClock = Clock & { advance(ms: number): void; set(ms: number): void }

/** Opens a manual clock at `start` (milliseconds since 1970). */
export function manualClock(start: number): ManualClock {
  let now = start
  const bells = new Set<{ due: number; ring: () => void }>()
  return {
    now: () => now,
    after(ms, ring) {
      const bell = { due: now + Math.max(0, ms), ring }
      bells.add(bell)
      return { [Symbol.dispose]: () => void bells.delete(bell) }
    },
    advance(ms) {
      const until = now + ms
      for (;;) {
        const next = [...bells].filter((b) => b.due <= until).sort((a, b) => a.due - b.due)[0]
        if (!next) break
        bells.delete(next)
        now = Math.max(now, next.due)
        next.ring()
      }
      now = until
    },
    set(ms) {
      now = ms
    },
  }
}

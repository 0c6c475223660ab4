import { type Clock, systemClock } from "../src/clock.ts"

/**
 * The machine's clock, with two ways to go wrong. `jump` is somebody setting it: timers that run are not touched.
 * `pass` is time that goes by: whatever falls due rings.
 */
export type JumpingClock = Clock & { jump(ms: number): void; pass(ms: number): void }

/** Opens one at the present. */
export function jumpingClock(): JumpingClock {
  const machine = systemClock()
  let shift = 0
  let passed = 0
  const bells = new Set<{ due: number; ring: () => void; timer: Disposable }>()
  const gone = () => machine.now() + passed
  return {
    now: () => gone() + shift,
    after(ms, ring) {
      const rung = () => {
        bells.delete(bell)
        ring()
      }
      const bell = { due: gone() + ms, ring: rung, timer: machine.after(ms, rung) }
      bells.add(bell)
      return {
        [Symbol.dispose]() {
          bell.timer[Symbol.dispose]()
          bells.delete(bell)
        },
      }
    },
    jump(ms) {
      shift += ms
    },
    pass(ms) {
      passed += ms
      for (const bell of [...bells].filter((b) => b.due <= gone()).sort((a, b) => a.due - b.due)) {
        bell.timer[Symbol.dispose]()
        if (bells.has(bell)) bell.ring()
      }
    },
  }
}

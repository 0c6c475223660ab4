import type { Clock } from "../../clock.ts"

/** How often whoever comes from an address may fail to sign in before he has to wait. */
export type Tries = {
  /** False while this address has failed too often. */
  mayTry(address: string): boolean
  failed(address: string): void
}

const MOST = 20
const WINDOW_MS = 60_000
// Addresses cost an attacker little: the oldest are forgotten first.
const MOST_ADDRESSES = 10_000

/** Opens the count of failed tries. Words of 256 bits are not guessed; this keeps the desk free while somebody tries. */
export function openTries(clock: Clock): Tries {
  const failures = new Map<string, { count: number; until: number }>()
  const of = (address: string) => {
    const known = failures.get(address)
    return known && clock.now() < known.until ? known : undefined
  }
  return {
    mayTry: (address) => (of(address)?.count ?? 0) < MOST,
    failed(address) {
      const { count, until } = of(address) ?? { count: 0, until: clock.now() + WINDOW_MS }
      failures.delete(address)
      failures.set(address, { count: count + 1, until })
      for (const oldest of failures.keys()) {
        if (failures.size <= MOST_ADDRESSES) break
        failures.delete(oldest)
      }
    },
  }
}

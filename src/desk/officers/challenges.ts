import { randomBytes } from "node:crypto"
import type { Clock } from "../../clock.ts"

/** Challenges for passkeys: each good once, for one purpose, for a few minutes, at this running desk only. */
export type Challenges = {
  /** A new one, base64url; `word` where what is signed fixes it. */
  give(purpose: string, word?: string): string
  /** Takes one out; false where it was never given for this purpose, is used up or too old. */
  take(purpose: string, word: string): boolean
}

const GOOD_MS = 5 * 60_000
// Anybody may ask for one: the oldest go first, so that asking fills no memory.
const MOST = 2000

/** Opens the challenges of a desk. */
export function openChallenges(clock: Clock): Challenges {
  const given = new Map<string, number>()
  return {
    give(purpose, word = randomBytes(32).toString("base64url")) {
      const name = `${purpose} ${word}`
      given.delete(name)
      given.set(name, clock.now() + GOOD_MS)
      for (const oldest of given.keys()) {
        if (given.size <= MOST) break
        given.delete(oldest)
      }
      return word
    },
    take(purpose, word) {
      const until = given.get(`${purpose} ${word}`)
      return given.delete(`${purpose} ${word}`) && until !== undefined && clock.now() < until
    },
  }
}

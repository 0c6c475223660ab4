import { randomBytes } from "node:crypto"
import type { Clock } from "../../clock.ts"

/**
 * Words for what a browser fetches by itself, without the page's word: live events, and files that are saved. Each is
 * good for one path of one session, in its running desk only.
 */
export type Tickets = {
  give(session: string, path: string): string
  isGood(session: string, path: string, ticket: string): boolean
}

// As long as a watch: a download that broke off goes on, and live events are opened again.
const GOOD_MS = 12 * 3600_000
const MOST = 10_000

/** Opens the tickets of a desk. */
export function openTickets(clock: Clock): Tickets {
  const given = new Map<string, { name: string; until: number }>()
  return {
    give(session, path) {
      const ticket = randomBytes(32).toString("base64url")
      given.set(ticket, { name: `${session} ${path}`, until: clock.now() + GOOD_MS })
      for (const oldest of given.keys()) {
        if (given.size <= MOST) break
        given.delete(oldest)
      }
      return ticket
    },
    isGood(session, path, ticket) {
      const found = given.get(ticket)
      return found !== undefined && found.name === `${session} ${path}` && clock.now() < found.until
    },
  }
}

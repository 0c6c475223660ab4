import { createHmac, hash, randomBytes } from "node:crypto"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, bytes, text } from "../archive.ts"

/** What the page's word says of who asks: the page of the session, with the word that follows; not it; or a copy of it. */
export type PageVerdict = { known: true; next?: string } | { known: false; copied: boolean }

/** How old a word may grow before the next one is offered, and how long the one before is still taken. */
const TURN_MS = 10 * 60_000
// Requests of several tabs cross each other.
const CROSSING_MS = 60_000

/** A page's first word, and what its row keeps of it. */
export function firstPageWord(): { page: string; key: Uint8Array } {
  return { page: randomBytes(32).toString("base64url"), key: new Uint8Array(randomBytes(32)) }
}

/**
 * Checks the word that a page shows beside the session's cookie. Every ten minutes the page is offered the next one;
 * from its first use the old one is out. Whoever shows one that is out works with a copy, or was copied: which of the
 * two cannot be told, so the session ends for both.
 */
export function checkPageWord({ sql }: Archive, clock: Clock, row: Row, word: string): PageVerdict {
  const id = text(row.id) ?? ""
  const shown = hash("sha256", word)
  const age = clock.now() - Date.parse(text(row.page_turned) ?? "")
  if (shown === row.page) {
    if (age < TURN_MS) return { known: true }
    // Made from the word itself, so that tabs that ask at once are offered the same one.
    const next = createHmac("sha256", bytes(row.page_key) ?? "")
      .update(word)
      .digest("base64url")
    if (row.page_next === null) sql.run`UPDATE session SET page_next = ${hash("sha256", next)} WHERE id = ${id}`
    return { known: true, next }
  }
  if (shown === row.page_next) {
    sql.run`UPDATE session SET page_before = page, page = page_next, page_next = NULL, page_turned = ${instantOf(clock)}
      WHERE id = ${id}`
    return { known: true }
  }
  if (shown !== row.page_before) return { known: false, copied: false }
  return age < CROSSING_MS ? { known: true } : { known: false, copied: true }
}

type Row = Record<string, unknown>

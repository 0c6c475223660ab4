import { hash, randomBytes, randomUUID } from "node:crypto"
import type { SessionView } from "#offices/joins/officers.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"
import { checkPageWord, firstPageWord } from "./page-word.ts"
import { openTickets, type Tickets } from "./tickets.ts"

/** Where an officer is signed in. */
export type Session = {
  id: string
  officer: string
  passkey: string | null
  enrolling: boolean
  locked: boolean
  /** The word that its page shows from now on, where it is offered one. */
  next?: string | undefined
}

/** What a request shows of its session: the cookie's word, and the page's word or a ticket for this path. */
export type Shown = { word: string; page?: string | undefined; ticket?: { path: string; word: string } | undefined }

/** The words of a session that was just opened; neither is kept here. */
export type Opened = { session: string; page: string }

export type Sessions = {
  open(opened: { officer: string; passkey: string | null; enrolling: boolean; browser: string }): Opened
  /** The session of what is shown, while it lasts; `copied` where its page's word was used up by somebody else. */
  of(shown: Shown): Session | "copied" | undefined
  /** Locks its screen, or opens it again. */
  lock(id: string, locked: boolean): void
  readonly tickets: Tickets
  /** Nothing more has to be registered: everything that the role may do can be done. */
  enrolled(id: string): void
  end(id: string): void
  /** Where an officer is signed in, the last seen first; `here` is the session that asks. */
  list(officer: string, here: string | undefined): SessionView[]
  /** Ends one of an officer's own; false where he has no such session. */
  endOwn(officer: string, id: string): boolean
  /** Whether it still lasts, its screen not locked. */
  lasts(id: string): boolean
}

/** A watch and its hand-over; whoever has no passkey to come back by, in an exercise, keeps his for a week. */
const PASSKEY_MS = 12 * 3600_000
const LINK_MS = 7 * 86_400_000
const ENROLLING_MS = 30 * 60_000
// How exactly `last` is kept: a write for every request would cost each of them a disk's turn.
const SEEN_MS = 60_000

/** Opens the sessions of a desk. Words are 32 random bytes; only their hashes are kept. */
export function openSessions(archive: Archive, clock: Clock): Sessions {
  const { sql } = archive
  const tickets = openTickets(clock)
  return {
    tickets,
    open({ officer, passkey, enrolling, browser }) {
      const word = randomBytes(32).toString("base64url")
      const now = instantOf(clock)
      const lasts = enrolling ? ENROLLING_MS : passkey === null ? LINK_MS : PASSKEY_MS
      const until = new Date(clock.now() + lasts).toISOString()
      sql.run`DELETE FROM session WHERE until <= ${now}`
      const { page, key } = firstPageWord()
      sql.run`INSERT INTO session (id, hash, officer, passkey, enrolling, since, last, until, browser, page, page_turned,
        page_key) VALUES (${randomUUID()}, ${hash("sha256", word)}, ${officer}, ${passkey}, ${enrolling ? 1 : 0}, ${now},
        ${now}, ${until}, ${browserFamily(browser)}, ${hash("sha256", page)}, ${now}, ${key})`
      return { session: word, page }
    },
    of(shown) {
      const row = sql.get`SELECT * FROM session WHERE hash = ${hash("sha256", shown.word)} AND until > ${instantOf(clock)}`
      if (!row) return undefined
      const id = text(row.id) ?? ""
      const said = hasTicket(tickets, id, shown) ? BY_TICKET : checkPageWord(archive, clock, row, shown.page ?? "")
      if (!said.known && !said.copied) return undefined
      if (!said.known) {
        sql.run`DELETE FROM session WHERE id = ${id}`
        return "copied"
      }
      if (clock.now() - Date.parse(text(row.last) ?? "") > SEEN_MS)
        sql.run`UPDATE session SET last = ${instantOf(clock)} WHERE id = ${id}`
      return sessionOf(row, said.next)
    },
    enrolled(id) {
      const until = new Date(clock.now() + PASSKEY_MS).toISOString()
      sql.run`UPDATE session SET enrolling = 0, until = ${until} WHERE id = ${id} AND enrolling = 1`
    },
    list: (officer, here) =>
      sql.all`SELECT id, since, last, browser FROM session WHERE officer = ${officer} AND until > ${instantOf(clock)}
        ORDER BY last DESC, id`.map((row) => {
        const [id, browser] = [text(row.id) ?? "", text(row.browser) ?? ""]
        return { id, since: text(row.since) ?? "", last: text(row.last) ?? "", browser, here: id === here }
      }),
    endOwn: (officer, id) =>
      Number(sql.run`DELETE FROM session WHERE id = ${id} AND officer = ${officer}`.changes) === 1,
    lasts: (id) =>
      sql.get`SELECT 1 AS lasts FROM session WHERE id = ${id} AND until > ${instantOf(clock)} AND locked IS NULL` !==
      undefined,
    lock: (id, locked) =>
      void sql.run`UPDATE session SET locked = ${locked ? instantOf(clock) : null} WHERE id = ${id}`,
    end: (id) => void sql.run`DELETE FROM session WHERE id = ${id}`,
  }
}

const BY_TICKET = { known: true, next: undefined } as const

function hasTicket(tickets: Tickets, session: string, { ticket }: Shown): boolean {
  return ticket !== undefined && tickets.isGood(session, ticket.path, ticket.word)
}

function sessionOf(row: Record<string, unknown>, next: string | undefined): Session {
  const [id, officer, passkey] = [text(row.id) ?? "", text(row.officer) ?? "", text(row.passkey) ?? null]
  return { id, officer, passkey, enrolling: row.enrolling === 1, locked: row.locked !== null, next }
}

// Edge and Opera name Chrome too, and every browser names Mozilla: the first that is found counts.
const FAMILIES = ["Edg", "OPR", "Firefox", "Chrome", "Safari"] as const

/** A browser's family and nothing finer, from a word that its sender chose. */
function browserFamily(agent: string): string {
  return FAMILIES.find((one) => agent.includes(`${one}/`)) ?? "other"
}

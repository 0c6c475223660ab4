import { fromUtf8 } from "#register/bytes.ts"
import { packedLength, type SaltedText, SMALLEST_BODY } from "#seal/body.ts"
import { PRECEDENCES, type Precedence } from "#seal/header.ts"
import { joinParts } from "#seal/wire.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { type Sealed, type SealingParts, sealedRow, sealNext } from "./sealing.ts"
import { splitTexts } from "./texts.ts"

/** When an act leaves: at once, or as its line's envelope of a slot, so that its leaving says nothing. */
export const LEAVES = ["at-once", "slot"] as const

/** An act on its way out: durable from the moment that `submit` answered. */
export type Submitted = {
  line: string
  /** Members of the line, sorted; `["*"]` for a public one. */
  members: readonly string[]
  precedence: Precedence
  /** At once, unless it says otherwise. */
  leaves?: (typeof LEAVES)[number]
  act: Uint8Array
  texts: readonly SaltedText[]
  /** One word of whoever handed it in: the same word again is the same act. */
  token: string | null
  officer: string | null
  /** Whether it waits until its files are at the registry (files/sending.ts): other acts of the line pass meanwhile. */
  filing?: boolean
}

export type Outbox = {
  /** Stores an act; from here nothing is lost. The same token is the same act and answers the same number. */
  submit(act: Submitted): { id: number; known: boolean }
  /** What was handed in before under this token: its number and the matters of its records. */
  handed(token: string): { outbox: number; matters: string[]; bySize: boolean } | undefined
  /**
   * The next envelopes to send, at most so many, of each line that is not `held` at most one: by precedence, the first
   * one sealed and unanswered or, where the registry can be reached, the first waiting act of a line that has none under
   * way. Those are sealed and stored first, in one durable write; what is urgent is not kept waiting for the others'
   * sealing, so it goes alone. Empty when nothing can go, or nothing may.
   */
  next(held: ReadonlySet<string>, reachable: boolean, most: number): Sealed[]
  /** The envelope of this hash, while it is sealed and unanswered. */
  underWay(hash: string): Sealed | undefined
  /** Stamps answered, kept in one durable write; they and the bytes stay until every member holds them (kept.ts). */
  stamped(stamps: readonly { hash: string; note: string; index: bigint }[]): void
  /**
   * A final refusal, kept: the serial is free again. `mend` seals it anew, else it goes back to its officer. Where the
   * archive already holds a stamp for it, that is answered and nothing is freed: the registry said both.
   */
  refused(refusal: { hash: string; code: string; note: string }, mend: boolean): string | undefined
  waiting(): number
}

/** Opens the outbox of a desk. */
export function openOutbox(parts: SealingParts & { maySend(): boolean }): Outbox {
  const { archive, clock } = parts
  const { sql } = archive
  return {
    submit: (act) => archive.transact(() => submit(archive, clock, act)),
    handed(token) {
      const row = sql.get`SELECT id, act, texts, leaves FROM outbox WHERE token = ${token}`
      return row && { outbox: number(row.id), matters: mattersOf(row), bySize: isToldBySize(sql, row) }
    },
    next(held, reachable, most) {
      if (!parts.maySend()) return []
      const first = firstOfLines(archive, held, reachable)
      const urgent = first.filter(({ precedence }) => precedence <= URGENT)
      const batch = urgent.length > 0 ? sealAll(parts, urgent, most) : []
      return batch.length > 0 ? batch : sealAll(parts, first, most)
    },
    underWay(hash) {
      const row = sql.get`SELECT * FROM outbox WHERE hash = ${hash} AND state = 'sealed'`
      return row && sealedRow(row)
    },
    stamped: (stamps) =>
      archive.transact(() => {
        for (const { hash, note, index } of stamps)
          sql.run`UPDATE outbox SET state = 'stamped', carried = NULL, stamp = ${note}, "index" = ${Number(index)} WHERE hash = ${hash}`
      }),
    refused: ({ hash, code, note }, mend) =>
      archive.transact(() => {
        sql.run`INSERT OR IGNORE INTO refusal VALUES (${hash}, ${note})`
        const stamp = text(sql.get`SELECT stamp FROM envelope WHERE hash = ${hash}`?.stamp)
        if (stamp !== undefined) {
          sql.run`UPDATE outbox SET state = 'stamped', body = NULL WHERE hash = ${hash}`
          return stamp
        }
        freeBehind(archive, hash)
        if (mend)
          sql.run`UPDATE outbox SET state = 'waiting', serial = NULL, hash = NULL, header = NULL, body = NULL, carried = NULL WHERE hash = ${hash}`
        else
          sql.run`UPDATE outbox SET state = 'refused', refused = ${code}, body = NULL, carried = NULL WHERE hash = ${hash}`
        return undefined
      }),
    waiting: () =>
      number(
        sql.get`SELECT count(*) AS n FROM outbox INDEXED BY outbox_shown
          WHERE state <> 'stamped' AND state IN ('waiting', 'sealed', 'filing')`?.n,
      ),
  }
}

function submit({ sql }: Archive, clock: Clock, act: Submitted): { id: number; known: boolean } {
  if (act.token !== null) {
    const known = sql.get`SELECT id FROM outbox WHERE token = ${act.token}`
    if (known) return { id: number(known.id), known: true }
  }
  const texts = joinParts(act.texts.flatMap((t) => [t.salt, t.bytes]))
  const precedence = PRECEDENCES.indexOf(act.precedence)
  const { leaves = "at-once" } = act
  const turn = leaves === "slot" ? null : nextTurn(sql)
  const { lastInsertRowid } =
    sql.run`INSERT INTO outbox (line, members, precedence, leaves, turn, act, texts, token, officer, submitted, state) VALUES
      (${act.line}, ${act.members.join(" ")}, ${precedence}, ${leaves}, ${turn}, ${act.act}, ${texts}, ${act.token},
       ${act.officer}, ${instantOf(clock)}, ${act.filing ? "filing" : "waiting"})`
  return { id: Number(lastInsertRowid), known: false }
}

/** The turn behind all that were given. */
export function nextTurn(sql: Archive["sql"]): number {
  return number(sql.get`SELECT coalesce(max(turn), 0) + 1 AS turn FROM outbox`?.turn)
}

function isToldBySize(sql: Archive["sql"], row: Row): boolean {
  const [act, texts] = [bytes(row.act) ?? new Uint8Array(), splitTexts(bytes(row.texts) ?? new Uint8Array())]
  const hasFiles = sql.get`SELECT 1 AS named FROM file WHERE outbox = ${number(row.id)}` !== undefined
  return row.leaves === "slot" && (hasFiles || packedLength({ act, texts }) > SMALLEST_BODY)
}

type Row = Record<string, unknown>

/**
 * Whatever was sealed behind a refused envelope, for a courier, names it as the one before: it can never be entered,
 * whoever hands it in, so its serial is free as well and it is sealed anew.
 */
function freeBehind({ sql }: Archive, hash: string): void {
  const row = sql.get`SELECT line, serial FROM outbox WHERE hash = ${hash} AND state = 'sealed'`
  if (!row) return
  sql.run`UPDATE outbox SET state = 'waiting', serial = NULL, hash = NULL, header = NULL, body = NULL, carried = NULL
    WHERE state = 'sealed' AND line = ${text(row.line) ?? ""} AND serial > ${number(row.serial)}`
}

const URGENT = PRECEDENCES.indexOf("IMMEDIATE")

type First = { id: number; turn: number; precedence: number }

/**
 * What may go next on each line that is not held, the most urgent first: the first envelope under way, or else the
 * first act that waits. Read from the indices alone, so that a long queue on one line costs the others nothing.
 */
function firstOfLines({ sql }: Archive, held: ReadonlySet<string>, reachable: boolean): First[] {
  const first = new Map<string, First>()
  for (const row of sql.all`SELECT id, line, precedence, turn FROM outbox WHERE state = 'sealed' ORDER BY line, serial`) {
    const one = { id: number(row.id), turn: number(row.turn), precedence: number(row.precedence) }
    const before = first.get(text(row.line) ?? "")
    // One that waits behind it on its line may be more urgent: then both are.
    const precedence = Math.min(one.precedence, before?.precedence ?? one.precedence)
    first.set(text(row.line) ?? "", { ...(before ?? one), precedence })
  }
  if (reachable) {
    // The first condition is the index's own, word for word: without it the second would be looked for in every row.
    const rows = sql.all`SELECT line, precedence, min(turn) AS turn, id FROM outbox INDEXED BY outbox_open
      WHERE state IN ('waiting', 'sealed') AND state = 'waiting' AND turn IS NOT NULL
      GROUP BY state, line, precedence ORDER BY precedence`
    for (const row of rows) {
      const line = text(row.line) ?? ""
      if (first.has(line)) continue
      first.set(line, { id: number(row.id), turn: number(row.turn), precedence: number(row.precedence) })
    }
  }
  return [...first]
    .filter(([line]) => !held.has(line))
    .map(([, one]) => one)
    .sort((a, b) => a.precedence - b.precedence || a.turn - b.turn)
}

/** The envelopes of these, in this order and at most so many; one whose members lack keys for today is passed over. */
function sealAll(parts: SealingParts, first: readonly First[], most: number): Sealed[] {
  const { archive } = parts
  const { sql } = archive
  const rows = first.flatMap(({ id }) => sql.all`SELECT * FROM outbox WHERE id = ${id}`)
  const batch: Sealed[] = []
  const seal = () => {
    for (const row of rows) {
      if (batch.length >= most) return
      const one = row.state === "sealed" ? sealedRow(row) : sealNext(parts, row)
      if (one) batch.push(one)
    }
  }
  // Nothing to write where all are sealed already.
  if (rows.some((row) => row.state !== "sealed")) archive.transact(seal)
  else seal()
  return batch
}

/** The matters of a stored act: in the act itself, or of a list, in the records that travel before the texts. */
function mattersOf(row: Row): string[] {
  const form: { record?: { matter: string }; list?: string[] } = JSON.parse(
    fromUtf8(bytes(row.act) ?? new Uint8Array()),
  )
  if (form.record) return [form.record.matter]
  const list = splitTexts(bytes(row.texts) ?? new Uint8Array()).slice(0, form.list?.length ?? 0)
  return list.map((record) => JSON.parse(fromUtf8(record.bytes)).matter)
}

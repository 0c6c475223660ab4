import { randomBytes } from "node:crypto"
import type { Roll } from "#offices/roll/roll.ts"
import { sealingKeyFor } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { packBody, packedLength, type SaltedText, SMALLEST_BODY } from "#seal/body.ts"
import {
  commitment,
  formatHeader,
  type Header,
  headerHash,
  PRECEDENCES,
  type Precedence,
  signHeader,
} from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { seal } from "#seal/node/hybrid.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { joinParts } from "#seal/wire.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { heldTo } from "./gaps.ts"
import { splitTexts } from "./texts.ts"
import type { Vault } from "./vault.ts"

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

/** An envelope whose bytes are fixed: these and no others are sent for its serial. */
export type Sealed = { id: number; hash: string; line: string; header: string; body: Uint8Array }

export type Outbox = {
  /** Stores an act; from here nothing is lost. The same token is the same act and answers the same number. */
  submit(act: Submitted): { id: number; known: boolean }
  /** What was handed in before under this token: its number and the matters of its records. */
  handed(token: string): { outbox: number; matters: string[]; bySize: boolean } | undefined
  /**
   * The next envelope to send on a line that is not `held`: by precedence, one sealed and unanswered or the first
   * waiting act of a line that has none under way, which is sealed and stored first. Undefined when nothing can go.
   */
  next(held: ReadonlySet<string>): Sealed | undefined
  /** A stamp answered; it and the bytes stay until every member holds them (kept.ts). */
  stamped(hash: string, stamp: { note: string; index: bigint }): void
  /**
   * A final refusal, kept: the serial is free again. `mend` seals it anew, else it goes back to its officer. Where the
   * archive already holds a stamp for it, that is answered and nothing is freed: the registry said both.
   */
  refused(refusal: { hash: string; code: string; note: string }, mend: boolean): string | undefined
  waiting(): number
}

export type OutboxParts = {
  archive: Archive
  vault: Vault
  clock: Clock
  delegation: string
  roll(): Roll
}

/** Opens the outbox of a desk. */
export function openOutbox(parts: OutboxParts): Outbox {
  const { archive, clock } = parts
  const { sql } = archive
  return {
    submit: (act) => archive.transact(() => submit(archive, clock, act)),
    handed(token) {
      const row = sql.get`SELECT id, act, texts, leaves FROM outbox WHERE token = ${token}`
      return row && { outbox: number(row.id), matters: mattersOf(row), bySize: isToldBySize(row) }
    },
    next(held) {
      for (const id of firstOfLines(archive, held)) {
        const row = sql.get`SELECT * FROM outbox WHERE id = ${id}`
        if (!row) continue
        const one = row.state === "sealed" ? sealedRow(row) : archive.transact(() => sealNext(parts, row))
        if (one) return one
      }
      return undefined
    },
    stamped: (hash, { note, index }) =>
      void sql.run`UPDATE outbox SET state = 'stamped', stamp = ${note}, "index" = ${Number(index)} WHERE hash = ${hash}`,
    refused: ({ hash, code, note }, mend) =>
      archive.transact(() => {
        sql.run`INSERT OR IGNORE INTO refusal VALUES (${hash}, ${note})`
        const stamp = text(sql.get`SELECT stamp FROM envelope WHERE hash = ${hash}`?.stamp)
        if (stamp !== undefined) {
          sql.run`UPDATE outbox SET state = 'stamped', body = NULL WHERE hash = ${hash}`
          return stamp
        }
        if (mend)
          sql.run`UPDATE outbox SET state = 'waiting', serial = NULL, hash = NULL, header = NULL, body = NULL WHERE hash = ${hash}`
        else sql.run`UPDATE outbox SET state = 'refused', refused = ${code}, body = NULL WHERE hash = ${hash}`
        return undefined
      }),
    waiting: () => number(sql.get`SELECT count(*) AS n FROM outbox WHERE state IN ('waiting', 'sealed', 'filing')`?.n),
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

function isToldBySize(row: Row): boolean {
  const [act, texts] = [bytes(row.act) ?? new Uint8Array(), splitTexts(bytes(row.texts) ?? new Uint8Array())]
  return row.leaves === "slot" && packedLength({ act, texts }) > SMALLEST_BODY
}

type Row = Record<string, unknown>

/**
 * What may go next on each line that is not held, the most urgent first: the envelope under way, or else the first act
 * that waits. Read from the index alone, so that a long queue on one line costs the others nothing.
 */
function firstOfLines({ sql }: Archive, held: ReadonlySet<string>): number[] {
  const rows = sql.all`SELECT state, line, precedence, min(turn) AS turn, id FROM outbox
    WHERE state IN ('waiting', 'sealed') AND turn IS NOT NULL GROUP BY state, line, precedence ORDER BY state, precedence`
  const first = new Map<string, { id: number; turn: number; precedence: number }>()
  // In this order "sealed" comes before "waiting", and of each the most urgent.
  for (const row of rows) {
    const line = text(row.line) ?? ""
    if (held.has(line) || first.has(line)) continue
    first.set(line, { id: number(row.id), turn: number(row.turn), precedence: number(row.precedence) })
  }
  return [...first.values()].sort((a, b) => a.precedence - b.precedence || a.turn - b.turn).map(({ id }) => id)
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

/** Gives a waiting act its serial, prev, seen and sealing keys of the day, seals, signs and stores it. */
function sealNext(parts: OutboxParts, row: Row): Sealed | undefined {
  const { archive, vault, clock, delegation } = parts
  const { sql } = archive
  const line = text(row.line) ?? ""
  const chain = sql.get`SELECT serial, hash FROM envelope WHERE line = ${line} AND sender = ${delegation} ORDER BY place DESC LIMIT 1`
  const outgoing = sql.get`SELECT serial, hash FROM outbox WHERE line = ${line} AND state = 'stamped' ORDER BY serial DESC LIMIT 1`
  // Stamped and not yet come back through the stream: the chain continues from there.
  const last = outgoing && number(outgoing.serial) > Number(chain?.serial ?? 0) ? outgoing : chain
  const at = instantOf(clock)
  const addressed = address(parts, line, (text(row.members) ?? "").split(" "), at)
  if (!addressed) return undefined
  const [act, salt] = [bytes(row.act) ?? new Uint8Array(), new Uint8Array(randomBytes(32))]
  const plain = packBody({ salt, act, texts: splitTexts(bytes(row.texts) ?? new Uint8Array()) })
  const body = addressed.recipients ? seal(addressed.recipients, plain) : plain
  const serial = Number(last?.serial ?? 0) + 1
  const office = parts.roll().office
  const header: Header = {
    office,
    line,
    from: delegation,
    to: addressed.to,
    serial,
    prev: last ? (text(last.hash) ?? null) : null,
    seen: heldTo(archive, line),
    register: register(archive),
    precedence: PRECEDENCES[number(row.precedence)] ?? "ROUTINE",
    signed: at,
    body: { hash: nodeCrypto.sha256(body).toHex(), length: body.length },
    commit: commitment(nodeCrypto, { office, line, from: delegation, serial }, salt, act),
    nonce: randomBytes(32).toHex(),
  }
  const [id, hash, note] = [
    number(row.id),
    headerHash(nodeCrypto, formatHeader(header)),
    signHeader(header, vault.desk),
  ]
  sql.run`UPDATE outbox SET state = 'sealed', serial = ${serial}, hash = ${hash}, header = ${note}, body = ${body}, salt = ${salt} WHERE id = ${id}`
  return { id, hash, line, header: note, body }
}

/** Whom to seal to with which keys; undefined while a member has published none for today. */
function address(
  parts: OutboxParts,
  line: string,
  names: readonly string[],
  at: string,
): { to: Header["to"]; recipients: string[] | undefined } | undefined {
  if (publicLineNumber(line) !== undefined) return { to: "*", recipients: undefined }
  const { members } = parts.roll()
  const keys = names.map((name) => {
    const member = members[name]
    const key = member && sealingKeyFor(member, at)
    return key && { name, ...key }
  })
  const to = keys.flatMap((k) => (k ? [{ name: k.name, sealingKey: k.number }] : []))
  if (to.length < 2 || to.length !== keys.length) return undefined
  return { to, recipients: keys.flatMap((k) => (k ? [k.recipient] : [])) }
}

function register({ sql }: Archive): Header["register"] {
  const row = sql.get`SELECT size, root FROM checkpoint ORDER BY size DESC LIMIT 1`
  return row ? { size: BigInt(number(row.size)), root: text(row.root) ?? "" } : null
}

function sealedRow(row: Row): Sealed {
  const [hash, line, header] = [text(row.hash) ?? "", text(row.line) ?? "", text(row.header) ?? ""]
  return { id: number(row.id), hash, line, header, body: bytes(row.body) ?? new Uint8Array() }
}

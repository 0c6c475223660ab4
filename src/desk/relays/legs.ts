import { randomBytes } from "node:crypto"
import type { MessageState } from "#offices/lines/message.ts"
import { type Archive, number, text } from "../archive.ts"
import { matterOnLine } from "../fold.ts"

export const LEG_STATES = ["waiting", "handed", "dispatched", "refused", "cancelled"] as const
export type LegState = (typeof LEG_STATES)[number]

/** The second leg of a relay, to one addressee (sql/010-legs.sql). */
export type Leg = {
  id: number
  line: string
  matter: string
  addressee: string
  there: string
  anew: string
  due: string
  state: LegState
  refused: string | null
  officer: string | null
}

type Row = Record<string, unknown>

function legOf(row: Row): Leg {
  const state = LEG_STATES.find((one) => one === row.state)
  if (!state) throw new Error("a leg of the archive is in no state that this release knows")
  return {
    ...{ id: number(row.id), line: text(row.line) ?? "", matter: text(row.matter) ?? "", state },
    ...{ addressee: text(row.addressee) ?? "", there: text(row.there) ?? "", anew: text(row.anew) ?? "" },
    ...{ due: text(row.due) ?? "", refused: text(row.refused) ?? null, officer: text(row.officer) ?? null },
  }
}

/** The legs of one request. */
export function legsOf({ sql }: Pick<Archive, "sql">, line: string, matter: string): Leg[] {
  return sql.all`SELECT * FROM leg WHERE line = ${line} AND matter = ${matter} ORDER BY id`.map(legOf)
}

/** The leg that brought this message to its line; undefined where it is none of ours. */
export function legThere({ sql }: Pick<Archive, "sql">, there: string, anew: string): Leg | undefined {
  const row = sql.get`SELECT * FROM leg WHERE there = ${there} AND anew = ${anew}`
  return row && legOf(row)
}

/** Legs that may leave by `now`. */
export function dueLegs({ sql }: Archive, now: string): Leg[] {
  return sql.all`SELECT * FROM leg WHERE state = 'waiting' AND due <= ${now} ORDER BY id`.map(legOf)
}

/** Legs that were handed in and whose stamp has come back. */
export function stampedLegs({ sql }: Archive): Leg[] {
  return sql.all`SELECT l.* FROM leg l JOIN matter m ON m.line = l.there AND m.id = l.anew WHERE l.state = 'handed'
    ORDER BY l.id`.map(legOf)
}

/** Legs of requests that their author took back; all there are, which a desk asks when it opens. */
export function legsOfRecalled({ sql }: Archive): Leg[] {
  return sql.all`SELECT l.* FROM leg l JOIN matter m ON m.line = l.line AND m.id = l.matter
    WHERE l.state <> 'cancelled' AND m.state->>'$.recalled' IS NOT NULL ORDER BY l.id`.map(legOf)
}

/** Keeps a new leg, in the place of one that was refused; its matter is new either way. */
export function keepLeg({ sql }: Archive, leg: Omit<Leg, "id" | "anew">): void {
  const { line, matter, addressee, there, due, state, refused, officer } = leg
  const anew = randomBytes(32).toHex()
  sql.run`DELETE FROM leg WHERE line = ${line} AND matter = ${matter} AND addressee = ${addressee} AND state = 'refused'`
  sql.run`INSERT INTO leg (line, matter, addressee, there, anew, due, state, refused, officer) VALUES
    (${line}, ${matter}, ${addressee}, ${there}, ${anew}, ${due}, ${state}, ${refused}, ${officer})`
}

export function setLeg({ sql }: Archive, { id }: Leg, state: LegState, refused: string | null = null): void {
  sql.run`UPDATE leg SET state = ${state}, refused = ${refused} WHERE id = ${id}`
}

/** A message of a line as it is folded now. */
export function messageOn(archive: Pick<Archive, "sql">, line: string, matter: string): MessageState | undefined {
  const held = matterOnLine(archive, line, matter)
  return held?.office === "message" ? (held.state as MessageState) : undefined
}

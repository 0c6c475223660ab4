import { type Resealed, resealed } from "#offices/lines/resealing.ts"
import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { type Body, packBody, type SaltedText } from "#seal/body.ts"
import { commitment, parseSignedHeader } from "#seal/header.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import type { Arrival } from "./arrival.ts"
import { fieldsOf } from "./fold.ts"

/**
 * What an act of sealing again carries (docs/specs/envelope.md §3): its first text is salt and act of the first body;
 * with `header`, header and stamp of the first envelope follow; the rest are texts of the first body, as they were.
 */
export type Carried = { record: Resealed; first: Body; notes: { header: string; stamp: string } | undefined }

export const RESEALED = "line.resealed"

/** Reads it; undefined for another act, or one whose record the rules will refuse. Its author controls all of it. */
export function carriedBy({ form, body }: Pick<Arrival, "form" | "body">): Carried | "malformed" | undefined {
  if (!form || !body || form.act !== RESEALED) return undefined
  // A list would leave open whose texts are whose.
  if (!("record" in form)) return "malformed"
  const record = resealed.safeParse(form.record)
  if (!record.success) return undefined
  const [first, ...rest] = body.texts
  if (!first) return "malformed"
  const [header, stamp] = record.data.header
    ? rest.splice(0, 2).map(({ bytes: note }) => Buffer.from(note).toString())
    : []
  if (record.data.header && stamp === undefined) return "malformed"
  const notes = header === undefined || stamp === undefined ? undefined : { header, stamp }
  return { record: record.data, first: { salt: first.salt, act: first.bytes, texts: rest }, notes }
}

/** Texts for it: what `carriedBy` reads, or of what follows the first part, salt, act and some of the texts. */
export function carry(first: Body, notes: readonly string[], texts: readonly SaltedText[]): SaltedText[] {
  const unsalted = notes.map((note) => ({ salt: first.salt, bytes: utf8(note) }))
  return [{ salt: first.salt, bytes: first.act }, ...unsalted, ...texts]
}

/**
 * Whether what an arrival brings is what the first header commits to; its author's fault where it is not. Nobody can
 * tell where this desk lacks that header: then what is brought is proven by itself or not used.
 */
export function fitsCommitment({ sql }: Archive, crypto: Crypto, arrival: Arrival): boolean {
  const carried = carriedBy(arrival)
  if (carried === undefined) return true
  if (carried === "malformed") return false
  const { line } = arrival.signed.header
  const row = sql.get`SELECT header FROM envelope WHERE line = ${line} AND place = ${carried.record.place}`
  if (!row) return true
  const { header } = parseSignedHeader(crypto, text(row.header) ?? "")
  return commitment(crypto, header, carried.first.salt, carried.first.act) === header.commit
}

/** Keeps what an arrival brings until it is worked in (late.ts), inside the caller's transaction. */
export function keepCarried({ sql }: Archive, arrival: Arrival): void {
  const carried = carriedBy(arrival)
  if (carried === undefined || carried === "malformed") return
  const { record, first, notes } = carried
  const { line, from } = arrival.signed.header
  sql.run`INSERT INTO late VALUES (${Number(arrival.stamp.index)}, ${line}, ${record.place}, ${from}, ${record.part}, ${record.of},
    ${notes?.header ?? null}, ${notes?.stamp ?? null}, ${packBody(first)})`
}

/** The body of an envelope as this desk holds it; undefined where it does not. Erased texts are left out. */
export function heldBody(archive: Archive, line: string, place: number): Body | undefined {
  const { sql } = archive
  const row = sql.get`SELECT "index", salt, act FROM envelope WHERE line = ${line} AND place = ${place}`
  const [salt, act] = [bytes(row?.salt), bytes(row?.act)]
  if (!row || !salt || !act) return undefined
  const index = number(row.index)
  const again = sql.get`SELECT fields FROM record WHERE "index" = ${index} AND kind = ${RESEALED} AND salt IS NULL`
  if (again) return bodyOfResealed(archive, line, place, { salt, act }, text(again.fields) ?? "null")
  const records = sql.all`SELECT salt, fields FROM record WHERE "index" = ${index} AND salt IS NOT NULL ORDER BY number`
  const texts = sql.all`SELECT t.salt, t.bytes FROM brought b JOIN text t USING (hash)
    WHERE b."index" = ${index} ORDER BY b.number`
  const listed = records.map((one) => ({
    salt: bytes(one.salt) ?? new Uint8Array(),
    bytes: utf8(text(one.fields) ?? ""),
  }))
  return { salt, act, texts: [...listed, ...texts.map(saltedOf)] }
}

/** What somebody sealed again and somebody else could not open is put together from the first envelope once more. */
function bodyOfResealed(
  archive: Archive,
  line: string,
  place: number,
  own: Pick<Body, "salt" | "act">,
  fields: string,
): Body | undefined {
  const record = resealed.safeParse(fieldsOf(fields))
  // It names a place before its own, so this ends.
  if (!record.success || record.data.place >= place) return undefined
  const first = heldBody(archive, line, record.data.place)
  const notes = record.data.header ? notesOf(archive, line, record.data.place) : []
  return first && notes && { ...own, texts: carry(first, notes, first.texts) }
}

/** Header and stamp of an envelope. */
export function notesOf({ sql }: Archive, line: string, place: number): string[] | undefined {
  const row = sql.get`SELECT header, stamp FROM envelope WHERE line = ${line} AND place = ${place}`
  return row && [text(row.header) ?? "", text(row.stamp) ?? ""]
}

function saltedOf(row: Record<string, unknown>): SaltedText {
  return { salt: bytes(row.salt) ?? new Uint8Array(), bytes: bytes(row.bytes) ?? new Uint8Array() }
}

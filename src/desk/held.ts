import type { Crypto } from "#register/crypto.ts"
import { packBody } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import type { Frame } from "#seal/wire.ts"
import { type Archive, bytes, number, text } from "./archive.ts"

const ROWS = 256
const MOST_BYTES = 1 << 20

/** How many entries the register had at least, by what this desk holds. */
export function knownSize({ sql }: Archive): bigint {
  const signed = sql.get`SELECT max(size) AS size FROM checkpoint`?.size
  return BigInt(Math.max(lastIndex(sql) + 1, Number(signed ?? 0)))
}

/** Index of the last stamp that this desk holds, -1 before the first: one that answered may not have come by mail. */
function lastIndex(sql: Archive["sql"]): number {
  const row = sql.get`SELECT (SELECT max("index") FROM envelope) AS held,
    (SELECT max("index") FROM outbox WHERE stamp IS NOT NULL) AS answered`
  return Math.max(Number(row?.held ?? -1), Number(row?.answered ?? -1))
}

/** What shows how far the register went: the last checkpoint, and the last stamp, which may be beyond it. */
export function furthest({ sql }: Archive, crypto: Crypto): Frame[] {
  const note = text(sql.get`SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`?.note)
  const last = sql.all`SELECT * FROM returnable WHERE "index" = ${lastIndex(sql)}`.map((row) => frameOf(crypto, row))
  return note === undefined ? last : [{ kind: "checkpoint", note }, ...last]
}

/**
 * Envelopes of this archive as they once came: the one at index `next`, again each time, and those from `sent` to
 * `until`, as many as fit one request; `end` is the first index that was left.
 */
export function heldBetween(
  { sql }: Archive,
  crypto: Crypto,
  { next, until }: { next: number; until: number },
  sent: number,
): { frames: Frame[]; end: number } {
  const rows = sql.all`SELECT * FROM returnable WHERE "index" = ${next} OR ("index" >= ${sent} AND "index" < ${until})
    ORDER BY "index" LIMIT ${ROWS}`
  const frames: Frame[] = []
  let length = 0
  let end = sent
  for (const row of rows) {
    const frame = frameOf(crypto, row)
    length += frame.header.length + frame.stamp.length + (frame.body?.length ?? 0)
    if (frames.length > 0 && length > MOST_BYTES) break
    frames.push(frame)
    end = number(row.index) + 1
  }
  return { frames, end }
}

function frameOf(crypto: Crypto, row: Record<string, unknown>): Extract<Frame, { kind: "envelope" }> {
  const [header, stamp] = [text(row.header) ?? "", text(row.stamp) ?? ""]
  return { kind: "envelope", header, stamp, body: bytes(row.sealed) ?? publicBody(crypto, row, header) }
}

/** The body of a public act, which carries no texts: the same bytes again, or null where they are not those. */
function publicBody(crypto: Crypto, row: Record<string, unknown>, note: string): Uint8Array | null {
  const { header } = parseSignedHeader(crypto, note)
  const [salt, act] = [bytes(row.salt), bytes(row.act)]
  if (header.to !== "*" || !salt || !act) return null
  const body = packBody({ salt, act, texts: [] })
  return crypto.sha256(body).toHex() === header.body.hash ? body : null
}

import type { UnprovenRow } from "#offices/joins/screen.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { packBody, unpackBody } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { openStamp } from "#seal/stamp.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { type Arrival, type ArrivalParts, type AuthorFault, arrivalOf, unopened } from "./arrival.ts"
import { type LineEnd, membersOf } from "./order.ts"
import { freeTexts } from "./records.ts"

const SHOWN = 50

/** An envelope that its author signed and the registry entered where it cannot be, or after such a one on its line. */
export type Unproven = { arrival: Arrival; code: string; follows: boolean }

/** Keeps such an envelope until officers resume; its line stands still behind it. */
export function keepUnproven({ sql }: Archive, { arrival, code, follows }: Unproven): void {
  const { frame, signed, stamp, body, form, fault } = arrival
  const { header, hash } = signed
  const texts = freeTexts(form, body?.texts ?? []).map((t) => readable(t.bytes))
  sql.run`INSERT OR IGNORE INTO unproven (hash, at, line, sender, precedence, act, texts, code, "index", place, head,
      members, header, stamp, opened, sealed, fault, follows, waits)
    VALUES (${hash}, ${stamp.at}, ${header.line}, ${header.from}, ${header.precedence}, ${form?.act ?? ""},
      ${JSON.stringify(texts)}, ${code}, ${Number(stamp.index)}, ${stamp.place}, ${stamp.head},
      ${membersOf(header.to).join(" ")}, ${frame.header}, ${frame.stamp}, ${body ? packBody(body) : null},
      ${body ? null : frame.body}, ${fault ?? null}, ${follows ? 1 : 0}, 1)`
}

function readable(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch (error) {
    if (error instanceof VerificationError) return ""
    throw error
  }
}

/** The last envelope that waits on a line, with the code of the conviction behind which it stands. */
export function lastWaiting(
  { sql }: Archive,
  line: string,
): (LineEnd & { index: number; at: string; code: string }) | undefined {
  const row = sql.get`SELECT * FROM unproven WHERE line = ${line} AND waits = 1 ORDER BY "index" DESC LIMIT 1`
  if (!row) return undefined
  const members = (text(row.members) ?? "").split(" ")
  const [head, at, code] = [text(row.head) ?? "", text(row.at) ?? "", text(row.code) ?? ""]
  return { place: number(row.place), head, members, index: number(row.index), at, code }
}

/** Whether this envelope waits already, or was found never to fit. */
export function isUnproven({ sql }: Archive, hash: string): boolean {
  return sql.get`SELECT 1 AS kept FROM unproven WHERE hash = ${hash} AND header IS NOT NULL` !== undefined
}

/** All that waits, in the register's order, as it arrived. */
export async function waitingEnvelopes(
  { sql }: Archive,
  parts: Pick<ArrivalParts, "crypto" | "registryKey" | "versions">,
  roll: Roll,
): Promise<Unproven[]> {
  const { crypto, registryKey } = parts
  const rows = sql.all`SELECT * FROM unproven WHERE waits = 1 ORDER BY "index", place`
  return Promise.all(
    rows.map(async (row) => {
      const [header, stampNote, opened] = [text(row.header) ?? "", text(row.stamp) ?? "", bytes(row.opened)]
      const signed = parseSignedHeader(crypto, header)
      const stamp = await openStamp(crypto, stampNote, registryKey)
      const frame = { kind: "envelope" as const, header, stamp: stampNote, body: bytes(row.sealed) ?? null }
      const arrived = { frame, signed, stamp }
      const arrival = opened
        ? await arrivalOf(parts, roll, arrived, unpackBody(opened))
        : unopened(arrived, (text(row.fault) ?? "body.gone") as AuthorFault)
      return { arrival, code: text(row.code) ?? "", follows: row.follows === 1 }
    }),
  )
}

/** It is taken in: it no longer waits. */
export function takenIn({ sql }: Archive, hash: string): void {
  sql.run`DELETE FROM unproven WHERE hash = ${hash}`
}

/** It can never be taken in, whoever resumes; it is kept and shown. */
export function leftOut({ sql }: Archive, hash: string): void {
  sql.run`UPDATE unproven SET waits = 0 WHERE hash = ${hash}`
}

/** What is shown as unproven, latest first: what waits for officers, and what they could not take in. */
export function unprovenRows({ sql }: Archive): UnprovenRow[] {
  return sql.all`SELECT * FROM unproven ORDER BY at DESC LIMIT ${SHOWN}`.map((row) => ({
    hash: text(row.hash) ?? "",
    at: text(row.at) ?? "",
    line: text(row.line) ?? "",
    by: text(row.sender) ?? "",
    precedence: text(row.precedence) ?? "",
    act: text(row.act) ?? "",
    texts: JSON.parse(text(row.texts) ?? "[]") as string[],
    code: text(row.code) ?? "",
    waits: row.waits === 1,
  }))
}

import type { UnprovenRow } from "#offices/joins/screen.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { type Archive, text } from "./archive.ts"
import type { Arrival } from "./arrival.ts"
import { freeTexts } from "./fold.ts"

const SHOWN = 50

/** Keeps the words of an envelope that its author signed and the registry entered where it cannot be. */
export function keepUnproven({ sql }: Archive, arrival: Arrival, code: string): void {
  const { header, hash } = arrival.signed
  const texts = freeTexts(arrival.form, arrival.body?.texts ?? []).map((t) => readable(t.bytes))
  sql.run`INSERT OR IGNORE INTO unproven VALUES (${hash}, ${arrival.stamp.at}, ${header.line}, ${header.from},
    ${header.precedence}, ${arrival.form?.act ?? ""}, ${JSON.stringify(texts)}, ${code})`
}

function readable(bytes: Uint8Array): string {
  try {
    return fromUtf8(bytes)
  } catch (error) {
    if (error instanceof VerificationError) return ""
    throw error
  }
}

/** What is shown as unproven while nobody has resumed, latest first. */
export function unprovenRows({ sql }: Archive): UnprovenRow[] {
  const since = sql.get`SELECT min(at) AS at FROM evidence WHERE whose = 'registry' AND resumed IS NULL`?.at
  if (since === null || since === undefined) return []
  return sql.all`SELECT * FROM unproven ORDER BY at DESC LIMIT ${SHOWN}`.map((row) => ({
    hash: text(row.hash) ?? "",
    at: text(row.at) ?? "",
    line: text(row.line) ?? "",
    by: text(row.sender) ?? "",
    precedence: text(row.precedence) ?? "",
    act: text(row.act) ?? "",
    texts: JSON.parse(text(row.texts) ?? "[]") as string[],
    code: text(row.code) ?? "",
  }))
}

import { concat, sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { parseNote } from "#register/note.ts"
import { leafHash, proveInclusion } from "#register/tree.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { registerEntry } from "#seal/stamp.ts"
import { type Archive, number, text } from "./archive.ts"
import { falseTime } from "./claims.ts"
import type { Evidence } from "./evidence.ts"
import type { Known } from "./history.ts"

export type ProvingParts = {
  archive: Archive
  crypto: Crypto
  evidence: Evidence
  /** Seconds that a stamp may lie outside its witnesses' times (charter). */
  stampBound: number
}

/** A register that this desk verified, with the note that its witnesses cosigned. */
export type Witnessed = Known & { note: string }

// Envelopes proven in one go, some ten milliseconds of work; the rest follow at once.
const TOGETHER = 200
const PROVEN_TO = "proven-to"

/**
 * Proves the next envelopes that are not proven yet and that the register covers; answers whether there may be more.
 * What does not stand where its stamp says is evidence and never proven; the rest goes on.
 */
export async function proveNext(parts: ProvingParts, witnessed: Witnessed): Promise<boolean> {
  const { archive, crypto } = parts
  const { sql } = archive
  const size = Number(witnessed.head.size)
  const rows = sql.all`SELECT "index", line, place, header, stamp, at FROM envelope
    WHERE "index" >= ${provenTo(archive)} AND "index" < ${size}
    ORDER BY "index" LIMIT ${TOGETHER}`
  const last = rows.at(-1)
  if (!last) return false
  const proofs: { index: number; hashes: Uint8Array }[] = []
  for (const row of rows) {
    const index = number(row.index)
    if (!(await standsThere(parts, row, witnessed))) continue
    const proof = await proveInclusion(crypto, BigInt(index), witnessed.head.size, witnessed.reader)
    proofs.push({ index, hashes: concat(...proof) })
  }
  archive.transact(() => {
    archive.setMeta(PROVEN_TO, String(number(last.index) + 1))
    for (const { index, hashes } of proofs) sql.run`INSERT OR IGNORE INTO proof VALUES (${index}, ${size}, ${hashes})`
  })
  return true
}

/** Mail comes in the register's order and is proven in it: nothing before this index is looked at again. */
function provenTo(archive: Archive): number {
  const known = archive.meta(PROVEN_TO)
  if (known !== undefined) return Number(known)
  return number(archive.sql.get`SELECT coalesce(max("index") + 1, 0) AS next FROM proof`?.next)
}

/** An envelope was taken in late, before others that are proven: proofs begin there again. */
export function proveAgainFrom(archive: Archive, index: number): void {
  archive.setMeta(PROVEN_TO, String(Math.min(index, provenTo(archive))))
}

/** Whether the register holds an envelope's stamp at its index; a stamp outside its witnesses' times convicts all the same. */
async function standsThere(
  { archive, crypto, evidence, stampBound }: ProvingParts,
  row: Record<string, unknown>,
  { reader }: Witnessed,
): Promise<boolean> {
  const [index, stamp] = [number(row.index), text(row.stamp) ?? ""]
  // The stamp's signature was checked when it came in; only its text is the entry.
  const { text: stampText } = parseNote(stamp)
  const entry = registerEntry(crypto, { line: text(row.line) ?? "", place: number(row.place) }, stampText)
  if (!sameBytes(await reader(0, BigInt(index)), leafHash(crypto, entry))) {
    evidence.againstRegistry("entry", stamp)
    return false
  }
  const header = text(row.header) ?? ""
  const { register } = parseSignedHeader(crypto, header).header
  const witnessed = falseTime(archive, { index, at: text(row.at) ?? "", register }, stampBound)
  if (witnessed) evidence.againstRegistry("stamp-time", `${header}\n${stamp}\n${witnessed}`)
  return true
}

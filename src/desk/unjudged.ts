import type { Rules } from "#offices/index.ts"
import type { DeskStatus, UnjudgedRow } from "#offices/joins/screen.ts"
import { actForm } from "#offices/judge.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { fromUtf8, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import type { SaltedText } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { type CarriedReleases, checkReleases, NO_RELEASES } from "./carried.ts"
import { fieldsOf } from "./fold.ts"

// What came under rules that this release does not know: kept, shown, told to the screens, and folded into nothing until
// the desk is opened by a release that knows them.

const SHOWN = 50
// Machines check the line in every slot and say no word: among so many records the words of people are looked for.
const LOOKED_AT = 1000

type Row = Record<string, unknown>

/** The rules in force where this release does not know them, with what came under such; null where it knows them. */
export function needs(archive: Archive, inForce: number, versions: ReadonlyMap<number, Rules>): DeskStatus["needs"] {
  return versions.has(inForce) ? null : { rules: inForce, rows: unjudgedRows(archive) }
}

function unjudgedRows(archive: Archive): UnjudgedRow[] {
  const { sql } = archive
  const rows = sql.all`SELECT r."index", r.kind, r.fields, e.at, e.line, e.sender, e.precedence FROM record r
    JOIN envelope e ON e."index" = r."index" WHERE r.refused = 'version.unknown' ORDER BY r."index" DESC LIMIT ${LOOKED_AT}`
  const all = rows.map((row) => ({
    index: number(row.index),
    at: text(row.at) ?? "",
    line: text(row.line) ?? "",
    by: text(row.sender) ?? "",
    precedence: text(row.precedence) ?? "",
    act: text(row.kind) ?? "",
    texts: textsNamed(archive, row).map((one) => readable(one.bytes)),
  }))
  return all.filter(({ texts }) => texts.length > 0).slice(0, SHOWN)
}

/** The texts that a record's fields name, in their order: which of its fields may name one, only its rules know. */
function textsNamed({ sql }: Archive, row: Row): SaltedText[] {
  const named = Object.values(fieldsOf(text(row.fields) ?? "") ?? {}).filter((value) => typeof value === "string")
  return [...new Set(named)].flatMap((hash) => {
    const held = sql.get`SELECT salt, bytes FROM text WHERE hash = ${hash}`
    const [salt, words] = [bytes(held?.salt), bytes(held?.bytes)]
    return salt && words ? [{ salt, bytes: words }] : []
  })
}

function readable(words: Uint8Array): string {
  try {
    return fromUtf8(words)
  } catch (error) {
    if (error instanceof VerificationError) return ""
    throw error
  }
}

/**
 * The releases that an envelope's records carry, where it came under rules that were not known then and are known now:
 * nobody looked at them yet. None where it was judged when it came.
 */
export async function lateReleases(
  parts: { archive: Archive; crypto: Crypto; versions: ReadonlyMap<number, Rules> },
  roll: Roll,
  envelope: Row,
): Promise<CarriedReleases> {
  const { archive, crypto } = parts
  const records = archive.sql.all`SELECT * FROM record WHERE "index" = ${number(envelope.index)} ORDER BY number`
  const [salt, act] = [bytes(envelope.salt), bytes(envelope.act)]
  if (!salt || !act || !records.some((row) => row.refused === "version.unknown")) return NO_RELEASES
  const listed = records.flatMap((row) => {
    const own = bytes(row.salt)
    return own ? [{ salt: own, bytes: utf8(text(row.fields) ?? "") }] : []
  })
  const texts = [...listed, ...records.flatMap((row) => textsNamed(archive, row))]
  const form = actForm.parse(parseJson(fromUtf8(act)))
  const signed = parseSignedHeader(crypto, text(envelope.header) ?? "")
  return checkReleases(parts, roll, { form, body: { salt, act, texts }, signed })
}

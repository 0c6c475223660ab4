import type { UnstampedRow } from "#offices/joins/courier.ts"
import { newestKind } from "#offices/joins/texts.ts"
import type { ActForm } from "#offices/judge.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { type Body, unpackBody } from "#seal/body.ts"
import { commitment, parseSignedHeader, type SignedHeader, verifyHeader } from "#seal/header.ts"
import type { Posted } from "#seal/wire.ts"
import { type Archive, number, text } from "../archive.ts"
import { type ArrivalParts, openBody, readForm } from "../arrival.ts"
import { freeTexts } from "../records.ts"

export type UnstampedParts = ArrivalParts & {
  archive: Archive
  /** Members of a line, sorted; empty for one that this desk does not hold. */
  members(line: string): readonly string[]
}

/** What became of an envelope that a courier brought from its author: shown as not yet stamped, known, or not for us. */
export type Kept = "shown" | "known" | "not-ours"

const SHOWN = 100
// A courier can bring more than anybody reads: what is beyond this waits for its stamp.
const MOST_KEPT = 500

/**
 * Keeps an envelope that comes from its author without the network, so that its words can be read before they have a
 * place: shown apart, folded into nothing. Throws a VerificationError for what its author did not sign for this desk.
 * `stamp` is the registry's note, where its author had it already.
 */
export async function keepUnstamped(
  parts: UnstampedParts,
  roll: Roll,
  from: string,
  posted: Posted,
  came: string,
  stamp: string | undefined,
): Promise<Kept> {
  const { archive, crypto, delegation } = parts
  const { sql } = archive
  const signed = parseSignedHeader(crypto, posted.header)
  const { header, hash } = signed
  if (header.office !== roll.office) throw new VerificationError("header.office", "an envelope of another office")
  const key = header.from === from ? roll.members[from]?.key : undefined
  if (!key) throw new VerificationError("roll.unknown-key", "an envelope of somebody else than its file")
  await verifyHeader(crypto, signed, key)
  if (posted.body.length !== header.body.length || crypto.sha256(posted.body).toHex() !== header.body.hash)
    throw new VerificationError("body.hash", "a body that its header does not name")
  if (header.to === "*" || !header.to.some(({ name }) => name === delegation)) return "not-ours"
  const members = parts.members(header.line)
  if (members.length > 0 && members.join(" ") !== header.to.map(({ name }) => name).join(" "))
    throw new VerificationError("line.malformed", "an envelope whose addressees are not its line's members")
  const known = sql.get`SELECT 1 AS known WHERE EXISTS (SELECT 1 FROM envelope WHERE hash = ${hash})
    OR EXISTS (SELECT 1 FROM unstamped WHERE hash = ${hash})`
  if (known) return "known"
  if (number(sql.get`SELECT count(*) AS n FROM unstamped`?.n) >= MOST_KEPT) return "not-ours"
  const { texts, act, fault } = words(parts, signed, posted.body)
  // What a desk says by itself is nothing to be read before it counts.
  if (newestKind(act)?.by === "desk") return "not-ours"
  sql.run`INSERT INTO unstamped (hash, line, sender, serial, precedence, signed, came, act, texts, fault, stamp)
    VALUES (${hash}, ${header.line}, ${header.from}, ${header.serial}, ${header.precedence}, ${header.signed}, ${came},
      ${act}, ${JSON.stringify(texts)}, ${fault}, ${stamp ?? null})`
  return "shown"
}

type Words = { act: string; texts: string[]; fault: string | null }

/** What an envelope says; of one that does not open here, why not: it rings all the same. */
function words(parts: ArrivalParts, signed: SignedHeader, sealed: Uint8Array): Words {
  try {
    const opened = openBody(parts, signed, sealed)
    if (!opened) return { act: "", texts: [], fault: "body.key-gone" }
    const body = unpackBody(opened)
    if (commitment(parts.crypto, signed.header, body.salt, body.act) !== signed.header.commit)
      return { act: "", texts: [], fault: "body.commit" }
    const { form, fault } = readForm(body, signed)
    return { act: form?.act ?? "", texts: textsIn(form, body), fault: fault ?? null }
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    return { act: "", texts: [], fault: error.code }
  }
}

function textsIn(form: ActForm | undefined, body: Body): string[] {
  return freeTexts(form, body.texts).map(({ bytes }) => {
    try {
      return fromUtf8(bytes)
    } catch {
      return ""
    }
  })
}

/** What a courier brought and no stamp has confirmed, latest first. */
export function unstampedRows({ sql }: Archive): UnstampedRow[] {
  const rows = sql.all`SELECT u.*, EXISTS (SELECT 1 FROM envelope e WHERE e.line = u.line AND e.sender = u.sender
      AND e.serial = u.serial) AS replaced FROM unstamped u ORDER BY u.came DESC, u.serial DESC LIMIT ${SHOWN}`
  return rows.map((row) => ({
    hash: text(row.hash) ?? "",
    line: text(row.line) ?? "",
    by: text(row.sender) ?? "",
    serial: number(row.serial),
    precedence: text(row.precedence) ?? "",
    signed: text(row.signed) ?? "",
    came: text(row.came) ?? "",
    act: text(row.act) ?? "",
    texts: JSON.parse(text(row.texts) ?? "[]") as string[],
    fault: text(row.fault) ?? null,
    stamped: row.stamp !== null,
    replaced: row.replaced === 1,
    readAt: text(row.read_at) ?? null,
  }))
}

/** An officer has read one: it rings no more. Answers whether there is such a one. */
export function readUnstamped({ sql }: Archive, hash: string, officer: string, at: string): boolean {
  const { changes } = sql.run`UPDATE unstamped SET read_by = ${officer}, read_at = ${at}
    WHERE hash = ${hash} AND read_at IS NULL`
  return Number(changes) > 0
}

import { actForm } from "#offices/judge.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { keyOfEnvelope } from "#offices/roll/keys.ts"
import { charterOver } from "#offices/roll/policies.ts"
import { emptyRoll, type Roll } from "#offices/roll/roll.ts"
import { fromHex, fromUtf8, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { openCheckpoint } from "#register/log.ts"
import { parseVerifierKey, type VerifierKey } from "#register/note.ts"
import { evaluatePolicy, parsePolicy } from "#register/policy.ts"
import { HASH_BYTES, leafHash, verifyInclusion } from "#register/tree.ts"
import { packBody, recordHash, textHash } from "#seal/body.ts"
import { commitment, type Header, parseSignedHeader, type SignedHeader, verifyHeader } from "#seal/header.ts"
import { nextHead, openStamp, publicLineNumber, registerEntry, type Stamp } from "#seal/stamp.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { fieldsOf, matterOf } from "./fold.ts"
import { gapBefore, hidesSerials } from "./gaps.ts"
import { RESEALED } from "./resealed.ts"
import { rollAfterAct } from "./roll.ts"

/** One thing in an archive that does not hold: in which table, which row of it, and in a code what is wrong. */
export type Finding = { table: string; row: string; code: string }

type Row = Record<string, unknown>
type Known = { crypto: Crypto; archive: Archive; registryKey: VerifierKey; roll: Roll }

/**
 * Checks a whole archive again from its own bytes, as a stranger would who got the disk: every signature, stamp, head,
 * chain, commitment, record, text, checkpoint and proof. What is nobody's signed word (marks, drafts, officers) and the
 * folded states, which `rebuild` makes again, are not looked at. An erased text is no finding.
 */
export async function inspect(archive: Archive, crypto: Crypto, founded: Founded): Promise<Finding[]> {
  const findings: Finding[] = []
  const { sql } = archive
  const check = async (table: string, row: string, work: () => unknown) => {
    try {
      await work()
    } catch (error) {
      findings.push({ table, row, code: error instanceof VerificationError ? error.code : "unreadable" })
    }
  }
  const { integrity_check: whole } = archive.db.prepare("PRAGMA integrity_check").get() ?? {}
  if (whole !== "ok") findings.push({ table: "", row: "", code: "unreadable" })
  const registryKey = parseVerifierKey(crypto, founded.charter.registry)
  const known: Known = { crypto, archive, registryKey, roll: emptyRoll(founded) }
  for (const row of sql.all`SELECT * FROM envelope ORDER BY "index"`)
    await check("envelope", String(row.index), async () => {
      const checked = await checkEnvelope(known, row)
      await check("record", String(row.index), () => checkRecords(known, row))
      known.roll = await rollAfterRow(known, row, checked.header)
    })
  await check("record", "", () =>
    must(
      sql.all`SELECT "index" FROM record WHERE "index" NOT IN (SELECT "index" FROM envelope)`.length === 0,
      "act.malformed",
    ),
  )
  for (const row of sql.all`SELECT * FROM text`)
    await check("text", String(row.hash), () => {
      const salted = { salt: bytes(row.salt) ?? new Uint8Array(), bytes: bytes(row.bytes) ?? new Uint8Array() }
      must(textHash(crypto, salted) === row.hash, "text.missing")
    })
  for (const row of sql.all`SELECT l.*, (SELECT max(place) FROM envelope e WHERE e.line = l.id) AS last,
      (SELECT head FROM envelope e WHERE e.line = l.id ORDER BY place DESC LIMIT 1) AS held FROM line l`)
    await check("line", String(row.id), () => must(row.place === row.last && row.head === row.held, "line.malformed"))
  for (const row of sql.all`SELECT * FROM checkpoint`)
    await check("checkpoint", String(row.size), () => checkCheckpoint(known, row))
  for (const row of sql.all`SELECT p.*, c.root, e.stamp, e.line, e.place FROM proof p
      LEFT JOIN checkpoint c USING (size) LEFT JOIN envelope e ON e."index" = p."index"`)
    await check("proof", String(row.index), () => checkProof(crypto, row))
  return findings
}

function must(good: boolean, code: VerificationError["code"]): void {
  if (!good) throw new VerificationError(code, "an archive holds what does not fit")
}

async function checkEnvelope(known: Known, row: Row): Promise<SignedHeader> {
  const { crypto, roll } = known
  const signed = parseSignedHeader(crypto, text(row.header) ?? "")
  const stamp = await openStamp(crypto, text(row.stamp) ?? "", known.registryKey)
  const { header, hash } = signed
  must(hash === row.hash && header.from === row.sender && header.serial === row.serial, "header.malformed")
  must(header.line === row.line && header.precedence === row.precedence, "header.malformed")
  must(header.office === roll.office && stamp.office === roll.office, "header.office")
  must(stamp.header === hash && stamp.line === header.line && stamp.head === row.head, "stamp.mismatch")
  must(stamp.place === row.place && Number(stamp.index) === row.index && stamp.at === row.at, "stamp.mismatch")
  checkOrder(known, header, stamp)
  const body = rowBody(row)
  const key = await keyOfEnvelope(crypto, roll, signed, body && packBody(body))
  if (!key) throw new VerificationError("roll.unknown-key", "an envelope of nobody on the roll")
  await verifyHeader(crypto, signed, key)
  if (body) must(commitment(crypto, header, body.salt, body.act) === header.commit, "body.commit")
  const sealed = bytes(row.sealed)
  if (sealed) must(crypto.sha256(sealed).toHex() === header.body.hash, "body.hash")
  must(body ? isOpened(row, header, body.act) : text(row.fault) !== undefined, "body.malformed")
  return signed
}

/** What was opened is kept unsealed, with no fault but of its form; what was sealed again says why it did not open. */
function isOpened(row: Row, header: Header, act: Uint8Array): boolean {
  const fault = text(row.fault)
  if (row.resealed !== null) return fault !== undefined
  const isOther = fault === "body.resealed" && formOf(act)?.act === RESEALED
  return row.sealed === null && (isOther || fault === formFault(header, act))
}

function rowBody(row: Row) {
  const [salt, act] = [bytes(row.salt), bytes(row.act)]
  return salt && act ? { salt, act, texts: [] } : undefined
}

function formOf(act: Uint8Array) {
  try {
    return actForm.safeParse(parseJson(fromUtf8(act))).data
  } catch {
    return undefined
  }
}

function formFault({ to }: Header, act: Uint8Array): string | undefined {
  return to === "*" || formOf(act) ? undefined : "act.malformed"
}

/** Place, head, chain, `seen` and time follow from the envelopes before. */
function checkOrder({ archive, crypto }: Known, { line, from, serial, prev, seen }: Header, stamp: Stamp): void {
  const { sql } = archive
  const index = Number(stamp.index)
  // Behind a gap the stamp follows from nothing that is held: officers resumed, and the gap is shown.
  if (!gapBefore(archive, line, stamp.place)) {
    const before = sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${stamp.place - 1}`
    const head = stamp.place === 1 ? line : (text(before?.head) ?? "")
    must(head !== "" && nextHead(crypto, head, stamp.header) === stamp.head, "stamp.mismatch")
    // Where officers resumed, what had waited stands between others that came before it: its own line alone tells.
    const earlier = sql.get`SELECT at FROM envelope WHERE "index" < ${index} AND (line = ${line}
      OR NOT EXISTS (SELECT 1 FROM gap)) ORDER BY "index" DESC LIMIT 1`
    must(stamp.at >= (text(earlier?.at) ?? ""), "stamp.mismatch")
    const chain = sql.get`SELECT serial, hash, place FROM envelope WHERE line = ${line} AND sender = ${from}
      AND place < ${stamp.place} ORDER BY place DESC LIMIT 1`
    const last = Number(chain?.serial ?? 0)
    const hidden = serial > last + 1 && hidesSerials(archive, line, Number(chain?.place ?? 0))
    must(hidden || (serial === last + 1 && prev === (text(chain?.hash) ?? null)), "stamp.mismatch")
  }
  const told = sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${seen.place}`
  const fits = seen.place < stamp.place && (seen.place === 0 ? line : text(told?.head)) === seen.head
  const row = sql.get`SELECT seen FROM envelope WHERE "index" = ${index}`
  must(row?.seen === (fits ? seen.place : 0), "header.malformed")
}

/** Records are those of the act, in its order; one of a list is named by its salted hash. */
function checkRecords({ archive: { sql }, crypto }: Known, row: Row): void {
  const body = rowBody(row)
  const form = body && publicLineNumber(text(row.line) ?? "") === undefined ? formOf(body.act) : undefined
  const rows = sql.all`SELECT * FROM record WHERE "index" = ${number(row.index)} ORDER BY number`
  // What was sealed again and is not what the first header commits to counts for nothing.
  const named = form?.act === RESEALED && rows.length === 0 ? [] : namesIn(form)
  must(rows.length === named.length, "act.malformed")
  for (const [i, one] of rows.entries()) {
    const [fields, salt] = [text(one.fields) ?? "", bytes(one.salt)]
    must(one.number === i && one.kind === form?.act.toWellFormed() && one.line === row.line, "act.malformed")
    must(one.matter === matterOf(fieldsOf(fields)), "act.malformed")
    // A record that its author named and did not send, or not as text, stands there as null.
    const name = salt ? recordHash(crypto, { salt, bytes: utf8(fields) }) : fields
    must(name === named[i] || (!salt && fields === "null"), "act.malformed")
  }
}

/** What an act names its records by: their salted hashes in a list; else the record itself. */
function namesIn(form: ReturnType<typeof formOf>): readonly string[] {
  if (!form) return []
  return "list" in form ? form.list : [JSON.stringify(form.record)]
}

async function rollAfterRow({ crypto, roll }: Known, row: Row, { line, from }: Header): Promise<Roll> {
  const number = publicLineNumber(line)
  const act = bytes(row.act)
  if (number === undefined || !act) return roll
  return rollAfterAct(crypto, roll, act, {
    by: from,
    at: text(row.at) ?? "",
    index: Number(row.index),
    line: number,
    header: text(row.hash) ?? "",
  })
}

async function checkCheckpoint({ crypto, roll }: Known, row: Row): Promise<void> {
  const charter = charterOver(roll, BigInt(number(row.size)))
  const keys = charter.register.keys.map((key) => parseVerifierKey(crypto, key))
  const log = { origin: charter.register.origin, keys }
  const checkpoint = await openCheckpoint(crypto, text(row.note) ?? "", log)
  must(Number(checkpoint.size) === row.size && checkpoint.root.toHex() === row.root, "checkpoint.malformed")
  const { holds, time } = await evaluatePolicy(crypto, parsePolicy(crypto, charter.policy), checkpoint.note)
  must(holds && time !== undefined, "checkpoint.unwitnessed")
  must(new Date(Number(time) * 1000).toISOString() === row.witnessed, "checkpoint.malformed")
}

function checkProof(crypto: Crypto, row: Row): void {
  const stamp = text(row.stamp) ?? ""
  const line = { line: text(row.line) ?? "", place: number(row.place) }
  const leaf = leafHash(crypto, registerEntry(crypto, line, stamp.slice(0, stamp.lastIndexOf("\n\n") + 1)))
  const hashes = bytes(row.hashes) ?? new Uint8Array()
  const proof = Array.from({ length: Math.ceil(hashes.length / HASH_BYTES) }, (_, i) =>
    hashes.slice(i * HASH_BYTES, (i + 1) * HASH_BYTES),
  )
  const head = { size: BigInt(number(row.size)), root: fromHex(text(row.root) ?? "") }
  verifyInclusion(crypto, BigInt(number(row.index)), leaf, head, proof)
}

import type { Founded } from "#offices/roll/charter.ts"
import { type Roll, rulesAt } from "#offices/roll/roll.ts"
import { VerificationError } from "#register/error.ts"
import type { VerifierKey } from "#register/note.ts"
import { type Body, packBody, unpackBody } from "#seal/body.ts"
import { commitment, parseSignedHeader, verifyHeader } from "#seal/header.ts"
import { openStamp, publicLine } from "#seal/stamp.ts"
import { checkClaims } from "./accusing.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { type Arrival, arrivalOf } from "./arrival.ts"
import { keepReleases } from "./carried.ts"
import { type EnteringParts, insertEnvelope, keepTexts } from "./entering.ts"
import { type Entered, type NotTaken, recordRows } from "./fold.ts"
import { fillGap } from "./gaps.ts"
import { seenPlace } from "./order.ts"
import { proveAgainFrom } from "./proving.ts"
import { foldLateLines, foldLater } from "./refolding.ts"
import { fitsCommitment, keepCarried, RESEALED } from "./resealed.ts"
import { foldRoll } from "./roll.ts"

export type LateParts = EnteringParts & { founded: Founded; registryKey: VerifierKey }

type Row = Record<string, unknown>

/** What a member sealed again, whole, on its way to the place where it first stood. */
type Late = { line: string; place: number; header: string; stamp: string; body: Body }

/**
 * Works in what members sealed again, each at the place where it first stood, and folds those lines again: every later
 * act is judged as if the late one had never been missing. Answers what was entered so.
 */
export async function workInLate(parts: LateParts, roll: Roll): Promise<Entered[]> {
  const { archive } = parts
  const rollBefore = rolls(parts)
  const found: number[] = []
  // Once more for what came late itself and brought something later still.
  for (let rows = complete(archive); rows.length > 0; rows = complete(archive)) {
    for (const row of rows) {
      const late = wholeOf(archive, row)
      const arrival = late && (await arrivalThen(parts, late, rollBefore))
      archive.transact(() => {
        if (arrival && workIn(parts, arrival)) found.push(Number(arrival.stamp.index))
        archive.sql.run`DELETE FROM late WHERE line = ${text(row.line) ?? ""} AND place = ${number(row.place)}`
      })
    }
    foldLateLines(parts, roll)
  }
  foldLateLines(parts, roll)
  return found.flatMap((index) => enteredAt(parts, roll, index))
}

/** Last parts that the rules took into account. What they did not is of no use; what no rules here know waits. */
function complete({ sql }: Archive): Row[] {
  sql.run`DELETE FROM late WHERE EXISTS (SELECT 1 FROM record r
    WHERE r."index" = late."index" AND r.kind = ${RESEALED} AND r.refused <> 'version.unknown')`
  return sql.all`SELECT l.* FROM late l JOIN record r ON r."index" = l."index" AND r.refused IS NULL
    WHERE l.part = l.parts ORDER BY l."index"`
}

/** All parts together, with header and stamp: this desk's own where it has them, else those that were brought. */
function wholeOf({ sql }: Archive, last: Row): Late | undefined {
  const [line, place, of] = [text(last.line) ?? "", number(last.place), number(last.parts)]
  const rows =
    sql.all`SELECT * FROM late WHERE line = ${line} AND place = ${place} AND sender = ${text(last.sender) ?? ""}
    AND "index" <= ${number(last.index)} ORDER BY "index" DESC LIMIT ${of}`.reverse()
  if (!rows.every((row, i) => row.part === i + 1 && row.parts === of) || rows.length !== of) return undefined
  const bodies = rows.map((row) => unpackBody(bytes(row.body) ?? new Uint8Array()))
  const [first] = bodies
  const own = sql.get`SELECT header, stamp FROM envelope WHERE line = ${line} AND place = ${place}`
  const brought = rows.find((row) => row.header !== null)
  const [header, stamp] = [text((own ?? brought)?.header), text((own ?? brought)?.stamp)]
  if (!first || header === undefined || stamp === undefined) return undefined
  return { line, place, header, stamp, body: { ...first, texts: bodies.flatMap((body) => body.texts) } }
}

/** The roll before an index; public acts are few, so many late envelopes are judged by one. */
function rolls({ archive, crypto, founded }: LateParts): (index: number) => Promise<Roll> {
  const known = new Map<number, Promise<Roll>>()
  return (index) => {
    const last = archive.sql.get`SELECT max("index") AS last FROM envelope
      WHERE line IN (${publicLine(0)}, ${publicLine(1)}) AND "index" < ${index}`
    const key = Number(last?.last ?? -1)
    const roll = known.get(key) ?? foldRoll(crypto, archive, founded, index)
    known.set(key, roll)
    return roll
  }
}

/**
 * The first envelope as it would have arrived, by the roll of its own index. Undefined where header, stamp and act do
 * not belong together: whoever sealed it again chose all three.
 */
async function arrivalThen(
  parts: LateParts,
  late: Late,
  rollBefore: (index: number) => Promise<Roll>,
): Promise<Arrival | undefined> {
  const { crypto, founded, registryKey } = parts
  try {
    const signed = parseSignedHeader(crypto, late.header)
    const stamp = await openStamp(crypto, late.stamp, registryKey)
    const { header } = signed
    const fits = header.line === late.line && stamp.line === late.line && stamp.place === late.place
    if (!fits || stamp.header !== signed.hash || header.office !== founded.office) return undefined
    if (commitment(crypto, header, late.body.salt, late.body.act) !== header.commit) return undefined
    const roll = await rollBefore(Number(stamp.index))
    const key = roll.members[header.from]?.key
    if (!key) return undefined
    await verifyHeader(crypto, signed, key)
    const frame = { kind: "envelope" as const, header: late.header, stamp: late.stamp, body: null }
    return await arrivalOf(parts, roll, { frame, signed, stamp }, late.body)
  } catch (error) {
    if (error instanceof VerificationError) return undefined
    throw error
  }
}

/** Whether anything changed: what this desk could open, or worked in before, stays as it is with what was erased of it. */
function workIn(parts: LateParts, arrival: Arrival): boolean {
  const { archive, crypto } = parts
  const { sql } = archive
  const { body, form, frame, signed, stamp } = arrival
  const index = Number(stamp.index)
  const { line } = signed.header
  if (!body) return false
  const row = sql.get`SELECT act FROM envelope WHERE line = ${line} AND place = ${stamp.place}`
  if (row ? row.act !== null : !fillGap(archive, crypto, arrival)) return false
  if (!row) enterMissing(parts, arrival)
  const brought = sql.get`SELECT max("index") AS last FROM late WHERE line = ${line} AND place = ${stamp.place}`
  sql.run`UPDATE envelope SET salt = ${body.salt}, act = ${body.act}, resealed = ${number(brought?.last)}
    WHERE "index" = ${index}`
  foldLater(archive, line)
  const fault = arrival.fault ?? (fitsCommitment(archive, crypto, arrival) ? undefined : "body.resealed")
  if (fault) {
    parts.evidence.againstAuthor(fault, { ...frame, body: packBody(body) }, { line, place: stamp.place })
    return true
  }
  if (form?.act === RESEALED) keepCarried(archive, arrival)
  else keepTexts(parts, arrival)
  keepReleases(parts, arrival)
  keepRecords(archive, arrival)
  return true
}

/** Enters header and stamp of a place that was missing; what was said in it and of it can be held against each other now. */
function enterMissing(parts: LateParts, arrival: Arrival): void {
  const { archive, founded } = parts
  const seen = seenPlace(archive, arrival, { place: arrival.stamp.place - 1 })
  checkClaims(parts, founded.charter, arrival, seen)
  insertEnvelope(archive, { ...arrival, body: undefined, fault: "body.gone" }, seen ?? 0)
  proveAgainFrom(archive, Number(arrival.stamp.index))
  checkSeenAgain(parts, arrival)
}

/** What others said of a place while it was missing here can be held against it now. */
function checkSeenAgain({ archive: { sql }, crypto, evidence }: LateParts, { signed, stamp }: Arrival): void {
  const { line } = signed.header
  for (const row of sql.all`SELECT "index", place, header, stamp FROM envelope
      WHERE line = ${line} AND place > ${stamp.place} AND seen = 0`) {
    const [header, note] = [text(row.header) ?? "", text(row.stamp) ?? ""]
    const { seen } = parseSignedHeader(crypto, header).header
    if (seen.place !== stamp.place) continue
    if (seen.head === stamp.head) sql.run`UPDATE envelope SET seen = ${seen.place} WHERE "index" = ${number(row.index)}`
    else {
      const frame = { kind: "envelope" as const, header, stamp: note, body: null }
      evidence.againstAuthor("seen", frame, { line, place: number(row.place) })
    }
  }
}

/** The records of the act, to be judged when its line is folded again. */
function keepRecords({ sql }: Archive, { form, body, releases, signed, stamp }: Arrival): void {
  if (!form || !body) return
  const [index, { line }] = [Number(stamp.index), signed.header]
  for (const [i, { matter, json, salt, refused }] of recordRows(form, body.texts, releases).entries())
    sql.run`INSERT INTO record VALUES (${index}, ${i}, ${form.act}, ${line}, ${matter}, ${json}, ${salt}, ${refused})`
}

function enteredAt({ archive: { sql }, versions }: LateParts, roll: Roll, index: number): Entered[] {
  const version = versions.get(rulesAt(roll, index))
  const rows = sql.all`SELECT r.kind, r.line, r.matter, r.refused, e.sender, e.precedence
    FROM record r JOIN envelope e USING ("index") WHERE r."index" = ${index} ORDER BY r.number`
  return rows.map((row) => ({
    ...{ index, line: text(row.line) ?? "", matter: text(row.matter) ?? "", kind: text(row.kind) ?? "" },
    by: text(row.sender) ?? "",
    precedence: text(row.precedence) as Entered["precedence"],
    refused: (text(row.refused) ?? null) as NotTaken | null,
    callsForReceipt: version?.get(text(row.kind) ?? "")?.callsForReceipt ?? true,
  }))
}

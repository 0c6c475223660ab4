import type { Entry } from "#offices/act.ts"
import type { Rules } from "#offices/index.ts"
import { isTheAuthors } from "#offices/joins/fault.ts"
import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { textHash } from "#seal/body.ts"
import { type AccusingParts, checkClaims } from "./accusing.ts"
import type { Archive } from "./archive.ts"
import type { Arrival } from "./arrival.ts"
import { keepReleases } from "./carried.ts"
import { ruleEntry } from "./entry.ts"
import { type Entered, foldAct } from "./fold.ts"
import { checkOrder, type LineEnd, seenPlace } from "./order.ts"
import { freeTexts } from "./records.ts"
import { fitsCommitment, keepCarried, RESEALED } from "./resealed.ts"
import { fillAgainFrom } from "./search-index.ts"

export type EnteringParts = AccusingParts & { crypto: Crypto; versions: ReadonlyMap<number, Rules> }

/**
 * Enters one envelope inside the caller's transaction: archive, line, texts, fold. One that is held already is passed
 * over. Throws RegistryFault where its stamp does not follow from what is held.
 */
export function enter(parts: EnteringParts, roll: Roll, arrival: Arrival): Entered[] {
  const { archive, crypto } = parts
  if (archive.sql.get`SELECT 1 AS known FROM envelope WHERE hash = ${arrival.signed.hash}`) return []
  const end = checkOrder(archive, crypto, arrival)
  return enterBehind(parts, roll, arrival, end)
}

/** Enters one envelope behind `end` of its line, whatever its stamp says of what was before. */
export function enterBehind(parts: EnteringParts, roll: Roll, arrival: Arrival, end: LineEnd): Entered[] {
  const { archive, crypto, evidence } = parts
  const seen = seenPlace(archive, arrival, end)
  checkClaims(parts, roll.charter, arrival, seen)
  const fault = arrival.fault ?? (fitsCommitment(archive, crypto, arrival) ? undefined : "body.resealed")
  insertEnvelope(archive, { ...arrival, fault }, seen ?? 0)
  moveOn(archive, arrival, end)
  if (fault && isTheAuthors(fault))
    evidence.againstAuthor(fault, arrival.frame, { line: arrival.signed.header.line, place: arrival.stamp.place })
  keepReleases(parts, arrival)
  const { form, body, releases } = arrival
  if (form?.act !== RESEALED) keepTexts(parts, arrival)
  else if (!fault) keepCarried(archive, arrival)
  if (!form || !body || fault) return []
  const act = { form, texts: body.texts, releases }
  return foldAct(archive, roll, act, entryOf(roll, arrival, end), parts.versions)
}

/** One row of the archive; `seen` is 0 where what the header says of that does not fit this line. */
export function insertEnvelope(
  { sql }: Archive,
  arrival: Omit<Arrival, "fault"> & { fault: string | undefined },
  seen: number,
): void {
  const { body, fault, frame, signed, stamp } = arrival
  const { header, hash } = signed
  sql.run`INSERT INTO envelope VALUES (${Number(stamp.index)}, ${header.line}, ${stamp.place}, ${header.from},
    ${header.serial}, ${hash}, ${frame.header}, ${frame.stamp}, ${stamp.head}, ${stamp.at}, ${header.precedence}, ${seen},
    ${body?.salt ?? null}, ${body?.act ?? null}, ${body ? null : frame.body}, ${fault ?? null}, NULL)`
}

/** Its line ends with it, and mail is asked for from behind it. */
function moveOn(archive: Archive, { signed: { header }, stamp }: Arrival, end: LineEnd): void {
  const index = Number(stamp.index)
  archive.sql
    .run`INSERT OR REPLACE INTO line VALUES (${header.line}, ${end.members.join(" ")}, ${stamp.place}, ${stamp.head})`
  // What waited for officers comes after others that have greater indices.
  if (index < Number(archive.meta("next") ?? 0)) {
    fillAgainFrom(archive, index)
    return
  }
  archive.setMeta("next", String(index + 1))
  archive.setMeta("at", stamp.at)
}

/** Keeps the free texts of an act, and that this envelope brought them. */
export function keepTexts({ archive: { sql }, crypto }: EnteringParts, { form, body, stamp }: Arrival): void {
  for (const [i, t] of freeTexts(form, body?.texts ?? []).entries()) {
    const hash = textHash(crypto, t)
    sql.run`INSERT OR IGNORE INTO text VALUES (${hash}, ${t.salt}, ${t.bytes})`
    sql.run`INSERT INTO brought VALUES (${Number(stamp.index)}, ${i}, ${hash})`
  }
}

/** What a rule may read of an envelope. */
function entryOf(roll: Roll, { signed: { header, hash }, stamp }: Arrival, end: LineEnd): Entry {
  const { line, from, precedence } = header
  const facts = { index: Number(stamp.index), place: stamp.place, at: stamp.at, header: hash, precedence, by: from }
  return ruleEntry(roll, { ...facts, line, members: end.members })
}

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
import { type Entered, foldAct, freeTexts } from "./fold.ts"
import { checkOrder, type LineEnd, seenPlace } from "./order.ts"

export type EnteringParts = AccusingParts & {
  crypto: Crypto
  delegation: string
  versions: ReadonlyMap<number, Rules>
  /** Told of an envelope that this desk cannot open; any other member can seal it again. */
  unopenable(line: string, place: number): void
}

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
  const { archive } = parts
  const seen = seenPlace(archive, arrival, end)
  checkClaims(parts, roll, arrival, seen)
  keepEnvelope(archive, arrival, end, seen)
  keepTexts(parts, arrival)
  if (arrival.fault) answerFault(parts, arrival, arrival.fault)
  keepReleases(parts, arrival)
  const { form, body, releases } = arrival
  if (!form || !body) return []
  const act = { form, texts: body.texts, releases }
  return foldAct(archive, roll, act, entryOf(roll, arrival, end), parts.versions)
}

function keepEnvelope(archive: Archive, arrival: Arrival, end: LineEnd, seen: number | undefined): void {
  const { sql } = archive
  const { frame, stamp, body, fault } = arrival
  const { header, hash } = arrival.signed
  const index = Number(stamp.index)
  sql.run`INSERT INTO envelope VALUES (${index}, ${header.line}, ${stamp.place}, ${header.from}, ${header.serial}, ${hash},
    ${frame.header}, ${frame.stamp}, ${stamp.head}, ${stamp.at}, ${header.precedence}, ${seen ?? 0},
    ${body?.salt ?? null}, ${body?.act ?? null}, ${body ? null : frame.body}, ${fault ?? null}, NULL)`
  sql.run`INSERT OR REPLACE INTO line VALUES (${header.line}, ${end.members.join(" ")}, ${stamp.place}, ${stamp.head})`
  // What waited for officers comes after others that have greater indices.
  if (index < Number(archive.meta("next") ?? 0)) return
  archive.setMeta("next", String(index + 1))
  archive.setMeta("at", stamp.at)
}

function keepTexts({ archive: { sql }, crypto }: EnteringParts, { form, body, stamp }: Arrival): void {
  for (const [i, t] of freeTexts(form, body?.texts ?? []).entries()) {
    const hash = textHash(crypto, t)
    sql.run`INSERT OR IGNORE INTO text VALUES (${hash}, ${t.salt}, ${t.bytes})`
    sql.run`INSERT INTO brought VALUES (${Number(stamp.index)}, ${i}, ${hash})`
  }
}

/** The author's fault is evidence; what did not open here is answered, so that a member can seal it again. */
function answerFault(parts: EnteringParts, { frame, signed, stamp, body }: Arrival, fault: string): void {
  const where = { line: signed.header.line, place: stamp.place }
  if (isTheAuthors(fault)) parts.evidence.againstAuthor(fault, frame, where)
  if (signed.header.from !== parts.delegation && !body) parts.unopenable(where.line, where.place)
}

/** What a rule may read of an envelope. */
function entryOf(roll: Roll, { signed: { header, hash }, stamp }: Arrival, end: LineEnd): Entry {
  const { line, from, precedence } = header
  const facts = { index: Number(stamp.index), place: stamp.place, at: stamp.at, header: hash, precedence, by: from }
  return ruleEntry(roll, { ...facts, line, members: end.members })
}

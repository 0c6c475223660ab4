import type { Entry } from "#offices/act.ts"
import type { Founded } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { textHash } from "#seal/body.ts"
import type { Frame } from "#seal/wire.ts"
import type { Archive } from "./archive.ts"
import {
  type Arrival,
  type ArrivalParts,
  checkArrival,
  type EnvelopeFrame,
  RegistryFault,
  TransitFault,
} from "./arrival.ts"
import { falseRegister, isOutsideWitnessTimes } from "./claims.ts"
import { ruleEntry } from "./entry.ts"
import type { Evidence } from "./evidence.ts"
import { type Entered, foldAct, freeTexts } from "./fold.ts"
import { checkOrder, type LineEnd, lineEnd, seenPlace } from "./order.ts"
import { foldRoll, rollAfter } from "./roll.ts"
import { keepUnproven } from "./unproven.ts"

/** Takes in what the registry delivers: verified, in the register's order, folded, on disk. */
export type Book = {
  roll(): Roll
  /** Index of the first entry that this desk lacks. */
  next(): bigint
  /** Members of a line, sorted; empty for one that this desk does not hold. */
  members(line: string): readonly string[]
  takeIn(frames: readonly Frame[]): Promise<void>
}

export type BookParts = ArrivalParts & {
  archive: Archive
  founded: Founded
  evidence: Evidence
  /** Told after the transaction that took them in. */
  entered(entered: readonly Entered[]): void
  /** An envelope that this desk cannot open; any other member can seal it again. */
  unopenable(line: string, place: number): void
  checkpoint(note: string): void
  lineHead(note: string): Promise<void>
}

/** Opens the book over an archive; the roll is folded again from the public lines. */
export async function openBook(parts: BookParts): Promise<Book> {
  const { archive } = parts
  let roll = await foldRoll(parts.crypto, archive, parts.founded)
  const attempts = new Map<string, number>()
  return {
    roll: () => roll,
    next: () => BigInt(archive.meta("next") ?? 0),
    members: (line) => lineEnd(archive, line)?.members ?? [],
    async takeIn(frames) {
      for (const part of runs(frames)) {
        if (Array.isArray(part)) {
          const taken = await takeRun(parts, roll, part)
          roll = taken.roll
          parts.entered(taken.entered)
          if (taken.broken) suspect(parts, attempts, part, taken.broken)
        } else if (part.kind === "checkpoint") parts.checkpoint(part.note)
        else if (part.kind === "line-head") await parts.lineHead(part.note)
      }
    },
  }
}

/**
 * Frames as they are worked on: runs of envelopes that one roll judges, and what stands between them. A public envelope
 * can change the roll, so it is a run of its own.
 */
function* runs(frames: readonly Frame[]): Generator<EnvelopeFrame[] | Exclude<Frame, EnvelopeFrame>> {
  let run: EnvelopeFrame[] = []
  for (const frame of frames) {
    const joins = frame.kind === "envelope" && !isPublic(frame)
    if (joins) {
      run.push(frame)
      continue
    }
    if (run.length > 0) yield run
    run = []
    yield frame.kind === "envelope" ? [frame] : frame
  }
  if (run.length > 0) yield run
}

function isPublic(frame: EnvelopeFrame): boolean {
  return /\nline 0{62}/.test(frame.header.slice(0, 400))
}

type Taken = { roll: Roll; entered: Entered[]; broken: TransitFault | undefined }

/**
 * Checks a run side by side, then enters it in order in one transaction, up to the first envelope whose bytes do not fit
 * their stamp; answers the roll after it.
 */
async function takeRun(parts: BookParts, roll: Roll, run: readonly EnvelopeFrame[]): Promise<Taken> {
  const checked = await Promise.all(run.map((frame) => arrivalOrFault(checkArrival(parts, roll, frame))))
  const first = checked[0]
  const next = first && !(first instanceof Error) ? await rollAfter(parts.crypto, roll, first) : roll
  const end = checked.findIndex((one) => one instanceof TransitFault)
  const entered: Entered[] = []
  let convicted = false
  parts.archive.transact(() => {
    for (const [i, one] of checked.slice(0, end < 0 ? undefined : end).entries()) {
      const frame = run[i]
      if (!frame || one instanceof TransitFault) continue
      const outcome = enterOrConvict(parts, roll, one, frame)
      if (outcome === "convicted") convicted = true
      else entered.push(...outcome)
    }
  })
  const broken = checked[end]
  // What the registry entered falsely changes nobody's keys.
  return { roll: convicted ? roll : next, entered, broken: broken instanceof TransitFault ? broken : undefined }
}

/** A check that failed by the registry's fault or on the way is an answer; any other throw stays one. */
async function arrivalOrFault(check: Promise<Arrival>): Promise<Arrival | RegistryFault | TransitFault> {
  try {
    return await check
  } catch (fault) {
    if (fault instanceof RegistryFault || fault instanceof TransitFault) return fault
    throw fault
  }
}

function enterOrConvict(
  parts: BookParts,
  roll: Roll,
  one: Arrival | RegistryFault,
  frame: EnvelopeFrame,
): Entered[] | "convicted" {
  try {
    if (one instanceof RegistryFault) throw one
    return enter(parts, roll, one)
  } catch (error) {
    if (!(error instanceof RegistryFault)) throw error
    const beside = one instanceof RegistryFault ? undefined : otherHalf(parts, one, error.code)
    parts.evidence.againstRegistry(error.code, beside ?? frame)
    if (!(one instanceof RegistryFault)) keepUnproven(parts.archive, one, error.code)
    return "convicted"
  }
}

/** What convicts only together with what this desk already holds: both in one, so that anyone can check it. */
function otherHalf({ archive: { sql }, evidence }: BookParts, one: Arrival, code: string): string | undefined {
  const { frame, stamp } = one
  const { header, hash } = one.signed
  if (code === "stamp-and-refusal")
    return `${frame.stamp}\n${sql.get`SELECT note FROM refusal WHERE hash = ${hash}`?.note}`
  if (code !== "serial") return undefined
  const twin = sql.get`SELECT header, stamp FROM envelope WHERE line = ${header.line} AND sender = ${header.from}
    AND serial = ${header.serial}`
  if (!twin) return undefined
  const both = [twin.header, twin.stamp, frame.header, frame.stamp].join("\n")
  // Both are stamped, so their author signed one serial twice as well (docs/specs/envelope.md §5).
  evidence.againstAuthor("serial-twice", both, { line: header.line, place: stamp.place })
  return both
}

/** What a header claims to have seen, and when its stamp says it came: false words are kept, and the line goes on. */
function checkClaims(parts: BookParts, roll: Roll, arrival: Arrival, seen: number | undefined): void {
  const { archive, evidence } = parts
  const { frame, signed, stamp } = arrival
  const where = { line: signed.header.line, place: stamp.place }
  if (seen === undefined) evidence.againstAuthor("seen", frame, where)
  const register = falseRegister(archive, arrival)
  if (register) evidence.againstAuthor(register, frame, where)
  if (isOutsideWitnessTimes(archive, stamp, roll.charter.clocks.stampBound))
    evidence.againstRegistry("stamp-time", frame)
}

/** Enters one envelope inside the caller's transaction: archive, line, texts, fold. One that is held already is passed over. */
function enter(parts: BookParts, roll: Roll, arrival: Arrival): Entered[] {
  const { archive, crypto, evidence } = parts
  const { sql } = archive
  const { frame, stamp, body } = arrival
  const { header, hash } = arrival.signed
  if (sql.get`SELECT 1 AS known FROM envelope WHERE hash = ${hash}`) return []
  const end = checkOrder(archive, crypto, arrival)
  const where = { line: header.line, place: stamp.place }
  const seen = seenPlace(archive, arrival, end)
  checkClaims(parts, roll, arrival, seen)
  const index = Number(stamp.index)
  sql.run`INSERT INTO envelope VALUES (${index}, ${header.line}, ${stamp.place}, ${header.from}, ${header.serial}, ${hash},
    ${frame.header}, ${frame.stamp}, ${stamp.head}, ${stamp.at}, ${header.precedence}, ${seen ?? 0},
    ${body?.salt ?? null}, ${body?.act ?? null}, ${body ? null : frame.body}, ${arrival.fault ?? null})`
  sql.run`INSERT OR REPLACE INTO line VALUES (${header.line}, ${end.members.join(" ")}, ${stamp.place}, ${stamp.head})`
  archive.setMeta("next", String(index + 1))
  archive.setMeta("at", stamp.at)
  for (const t of freeTexts(arrival.form, body?.texts ?? []))
    sql.run`INSERT OR IGNORE INTO text VALUES (${textHash(crypto, t)}, ${t.salt}, ${t.bytes})`
  if (arrival.fault) {
    // A body that the registry no longer holds is nobody's fault: it keeps none for longer than its records policy says.
    if (arrival.fault !== "body.gone") evidence.againstAuthor(arrival.fault, frame, where)
    if (header.from !== parts.delegation && !body) parts.unopenable(where.line, where.place)
  }
  if (!arrival.form || !body) return []
  return foldAct(archive, roll, arrival.form, body.texts, entryOf(roll, arrival, end))
}

// How often the same envelope is asked for again before handing it out damaged is the registry's own doing.
const ATTEMPTS = 3

/** Throws, so that mail is asked for again from here; or convicts a registry that damages the same envelope each time. */
function suspect(
  parts: BookParts,
  attempts: Map<string, number>,
  run: readonly EnvelopeFrame[],
  broken: TransitFault,
): void {
  const at = parts.archive.meta("next") ?? "0"
  const count = (attempts.get(at) ?? 0) + 1
  attempts.clear()
  attempts.set(at, count)
  const frame = run.find((f) => !parts.archive.sql.get`SELECT 1 AS held FROM envelope WHERE header = ${f.header}`)
  if (frame && broken.convicts && count >= ATTEMPTS) parts.evidence.againstRegistry(broken.code, frame)
  throw broken
}

/** What a rule may read of an envelope. */
function entryOf(roll: Roll, { signed: { header, hash }, stamp }: Arrival, end: LineEnd): Entry {
  const { line, from, precedence } = header
  const facts = { index: Number(stamp.index), place: stamp.place, at: stamp.at, header: hash, precedence, by: from }
  return ruleEntry(roll, { ...facts, line, members: end.members })
}

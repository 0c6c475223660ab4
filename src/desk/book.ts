import type { Founded } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import type { Frame } from "#seal/wire.ts"
import { otherHalf } from "./accusing.ts"
import {
  type Arrival,
  type ArrivalParts,
  checkArrival,
  type EnvelopeFrame,
  RegistryFault,
  TransitFault,
} from "./arrival.ts"
import { type EnteringParts, enter } from "./entering.ts"
import type { Entered } from "./fold.ts"
import { lineEnd } from "./order.ts"
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

export type BookParts = ArrivalParts &
  EnteringParts & {
    founded: Founded
    /** Told after the transaction that took them in. */
    entered(entered: readonly Entered[]): void
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

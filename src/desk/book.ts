import type { Founded } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import type { Frame } from "#seal/wire.ts"
import {
  type Arrival,
  type ArrivalParts,
  checkArrival,
  type EnvelopeFrame,
  RegistryFault,
  TransitFault,
  unopened,
} from "./arrival.ts"
import { type Checking, openChecking } from "./checking.ts"
import { convict, keepBehind } from "./convicting.ts"
import { type Damage, openDamage } from "./damage.ts"
import { type EnteringParts, enter } from "./entering.ts"
import type { Entered } from "./fold.ts"
import { workInLate } from "./late.ts"
import { lineEnd } from "./order.ts"
import { takeWaiting } from "./resuming.ts"
import { foldRoll, rollAfter } from "./roll.ts"

/** Takes in what the registry delivers: verified, in the register's order, folded, on disk. */
export type Book = {
  roll(): Roll
  /** Index of the first entry that this desk lacks. */
  next(): bigint
  /** Members of a line, sorted; empty for one that this desk does not hold. */
  members(line: string): readonly string[]
  takeIn(frames: readonly Frame[]): Promise<void>
  /** Begins to check what will be taken in later, beside whatever is taken in now. It enters nothing. */
  lookAhead(frames: readonly Frame[]): void
  /** Takes in what waits unproven, behind gaps, once officers have resumed. */
  resumed(): Promise<void>
}

export type BookParts = ArrivalParts &
  EnteringParts & {
    founded: Founded
    /** Told after the transaction that took them in. */
    entered(entered: readonly Entered[]): void
    checkpoint(note: string): void
    lineHead(note: string): Promise<void>
  }

type RunParts = BookParts & { checking: Checking }

/** Opens the book over an archive; the roll is folded again from the public lines. */
export async function openBook(opened: BookParts): Promise<Book> {
  const checking = openChecking(opened)
  const parts = { ...opened, checking }
  const { archive, evidence } = parts
  let roll = await foldRoll(parts.crypto, archive, parts.founded)
  const damage = openDamage(evidence)
  let working: Promise<unknown> = Promise.resolve()

  /** One after the other: mail and what officers resume both go on from where the archive ends. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = working.then(work)
    working = mine.catch(() => undefined)
    return mine
  }

  async function takeEnvelopes(run: readonly EnvelopeFrame[]): Promise<void> {
    for (let rest = run; rest.length > 0; ) {
      const taken = await takeRun(parts, damage, roll, rest)
      roll = taken.roll
      parts.entered([...taken.entered, ...(await workInLate(parts, roll))])
      if (!taken.broken) return
      rest = rest.slice(taken.broken.at)
      const [frame] = rest
      const { fault } = taken.broken
      // Thrown, mail is asked for again from here.
      if (!frame || damage.isGivenUp(fault) || !damage.again(frame, fault)) throw fault
    }
  }

  async function takeIn(frames: readonly Frame[]): Promise<void> {
    for (const part of runs(frames)) {
      if (Array.isArray(part)) await takeEnvelopes(part)
      else if (part.kind === "checkpoint") parts.checkpoint(part.note)
      else if (part.kind === "line-head") await parts.lineHead(part.note)
    }
  }

  async function resumed(): Promise<void> {
    if (evidence.distrusted()) return
    const taken = await takeWaiting(parts, roll)
    roll = taken.roll
    const entered = [...taken.entered, ...(await workInLate(parts, roll))]
    if (entered.length > 0) parts.entered(entered)
  }

  // A crash between the officers' word, or a late act, and what follows from it: that is taken up now.
  await workInLate(parts, roll)
  await resumed()
  return {
    roll: () => roll,
    next: () => BigInt(archive.meta("next") ?? 0),
    members: (line) => lineEnd(archive, line)?.members ?? [],
    takeIn: (frames) => inTurn(() => takeIn(frames)),
    lookAhead(frames) {
      for (const frame of frames) if (frame.kind === "envelope" && !isPublic(frame)) checking.begin(roll, frame)
    },
    resumed: () => inTurn(resumed),
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

type Taken = { roll: Roll; entered: Entered[]; broken: { at: number; fault: TransitFault } | undefined }

/**
 * Checks a run side by side, then enters it in order in one transaction, up to the first envelope whose bytes do not fit
 * their stamp; answers the roll after it.
 */
async function takeRun(parts: RunParts, damage: Damage, roll: Roll, run: readonly EnvelopeFrame[]): Promise<Taken> {
  const checked = await Promise.all(run.map((frame) => check(parts, damage, roll, frame)))
  const first = checked[0]
  const next = first && !(first instanceof Error) ? await rollAfter(parts.crypto, roll, first) : roll
  const at = checked.findIndex((one) => one instanceof TransitFault)
  const entered: Entered[] = []
  let convicted = false
  parts.archive.transact(() => {
    for (const [i, one] of checked.slice(0, at < 0 ? undefined : at).entries()) {
      const frame = run[i]
      if (!frame || one instanceof TransitFault) continue
      const outcome = enterOrConvict(parts, roll, one, frame)
      if (outcome === "convicted") convicted = true
      else entered.push(...outcome)
    }
  })
  const fault = checked[at]
  const broken = fault instanceof TransitFault ? { at, fault } : undefined
  // What the registry entered falsely changes nobody's keys.
  return { roll: convicted ? roll : next, entered, broken }
}

type Checked = Arrival | RegistryFault | TransitFault

/** A check that failed by the registry's fault or on the way is an answer; any other throw stays one. */
async function check(parts: RunParts, damage: Damage, roll: Roll, frame: EnvelopeFrame): Promise<Checked> {
  try {
    return await parts.checking.check(roll, frame)
  } catch (fault) {
    if (fault instanceof TransitFault && damage.isGivenUp(fault)) return asItStands(parts, roll, frame, fault)
    if (fault instanceof RegistryFault || fault instanceof TransitFault) return fault
    throw fault
  }
}

/**
 * What is taken of an envelope that comes damaged each time. Without its body it keeps its place, and a member can seal
 * it again. Of a header whose signatures never come whole nobody can say who signed it: its place is left out. A public
 * act nobody seals again, and by a roll that lacks it nobody may be judged: there mail stays.
 */
async function asItStands(parts: BookParts, roll: Roll, frame: EnvelopeFrame, fault: TransitFault): Promise<Checked> {
  if (isPublic(frame)) return fault
  if (fault.code === "signature") return new RegistryFault("signature", { cause: fault })
  return unopened(await checkArrival(parts, roll, { ...frame, body: null }), "body.withheld")
}

function enterOrConvict(
  parts: BookParts,
  roll: Roll,
  one: Arrival | RegistryFault,
  frame: EnvelopeFrame,
): Entered[] | "convicted" {
  try {
    if (one instanceof RegistryFault) throw one
    if (keepBehind(parts, one)) return "convicted"
    return enter(parts, roll, one)
  } catch (error) {
    if (!(error instanceof RegistryFault)) throw error
    convict(parts, error.code, frame, one instanceof RegistryFault ? undefined : one)
    return "convicted"
  }
}

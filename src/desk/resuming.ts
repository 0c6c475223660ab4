import type { Founded } from "#offices/roll/charter.ts"
import { type Roll, rulesAt } from "#offices/roll/roll.ts"
import type { VerifierKey } from "#register/note.ts"
import type { Archive } from "./archive.ts"
import type { Arrival } from "./arrival.ts"
import { type EnteringParts, enterBehind } from "./entering.ts"
import type { Entered } from "./fold.ts"
import { keepGap } from "./gaps.ts"
import { beforeFirst, type LineEnd, lineEnd, lineMisfit, membersOf } from "./order.ts"
import { proveAgainFrom } from "./proving.ts"
import { foldRoll } from "./roll.ts"
import { leftOut, takenIn, type Unproven, waitingEnvelopes } from "./unproven.ts"

export type ResumingParts = EnteringParts & { founded: Founded; registryKey: VerifierKey }

/**
 * Takes in what waited while the registry stood convicted, now that officers have resumed: each line goes on from the
 * first stamp after what does not follow, with the gap on record (docs/decisions/0012-gaps.md). What can stand nowhere,
 * because its place, index or serial is taken, is left out and stays unproven. Answers the roll after it.
 */
export async function takeWaiting(parts: ResumingParts, roll: Roll): Promise<{ roll: Roll; entered: Entered[] }> {
  const { archive, crypto, founded } = parts
  async function take(wanted: "public" | "sealed", by: Roll): Promise<Entered[]> {
    const waiting = await waitingEnvelopes(archive, parts, by)
    const chosen = waiting.filter(({ arrival }) => (arrival.signed.header.to === "*") === (wanted === "public"))
    return archive.transact(() => chosen.flatMap((one) => takeOne(parts, by, one)))
  }
  // Public acts first: they say by which keys and rules the sealed ones are judged.
  await take("public", roll)
  const next = await foldRoll(crypto, archive, founded)
  return { roll: next, entered: await take("sealed", next) }
}

function takeOne(parts: ResumingParts, roll: Roll, { arrival, code, follows }: Unproven): Entered[] {
  const { archive, crypto } = parts
  const { stamp, signed } = arrival
  const { line } = signed.header
  const index = Number(stamp.index)
  const end = lineEnd(archive, line) ?? beforeFirst(arrival)
  if (!canStand(archive, arrival, end)) {
    leftOut(archive, signed.hash)
    return []
  }
  const missing = lineMisfit(crypto, arrival, end) !== undefined
  if (missing || !follows) keepGap(archive, { line, after: end.place, until: stamp.place, code, at: stamp.at, missing })
  takenIn(archive, signed.hash)
  proveAgainFrom(archive, index)
  return enterBehind(parts, { ...roll, rules: rulesAt(roll, index) }, arrival, end)
}

/**
 * Whether its place and index are free, its serial is a later one, its members are the line's, and no more places are
 * missing before it than indices of the register: a place that is out of reach would end the line for good.
 */
function canStand({ sql }: Archive, { signed: { header, hash }, stamp }: Arrival, end: LineEnd): boolean {
  const held = sql.get`SELECT 1 AS held FROM envelope WHERE "index" = ${Number(stamp.index)} OR hash = ${hash}`
  const last = sql.get`SELECT max(serial) AS serial FROM envelope WHERE line = ${header.line} AND sender = ${header.from}`
  const before = sql.get`SELECT "index" FROM envelope WHERE line = ${header.line} AND place = ${end.place}`
  const inReach = stamp.place - end.place <= Number(stamp.index) - Number(before?.index ?? -1)
  const sameMembers = end.members.join(" ") === membersOf(header.to).join(" ")
  return !held && stamp.place > end.place && header.serial > Number(last?.serial ?? 0) && inReach && sameMembers
}

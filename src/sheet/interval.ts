import type { SignedHeader } from "#seal/header.ts"
import type { Stamp } from "#seal/stamp.ts"
import type { WitnessedCheckpoint } from "./checkpoints.ts"
import type { Template } from "./form.ts"

/** Between which of the witnesses' seconds an envelope came in, and how the stamp's own time, a mere claim, lies to them. */
export type Interval = {
  /** Not signed before this second; undefined where the sheet shows none. */
  after: bigint | undefined
  /** Entered not after this second. */
  before: bigint
  /** The quorum came later after the stamp than the charter's bound. */
  late: boolean
  /** The stamp's time lies outside the witnesses' by more than the charter's bound: evidence against the registry. */
  outside: boolean
  /** The header names a root of the register that is not the witnessed one of that size. */
  otherRoot: boolean
}

type Came = { signed: SignedHeader; stamp: Stamp; checkpoint: WitnessedCheckpoint }

/**
 * The interval of an envelope as each template tells it; `checkpoint` is the one that its proof leads to. A header's
 * author had verified the checkpoint that its `register` line names, of which a sheet may hold cosignatures that came
 * later: witnesses cosign one size again. So template 2 goes by smaller ones, which no witness cosigns any more after it.
 */
export function intervals(
  stampBound: number,
  checkpoints: readonly WitnessedCheckpoint[],
  { signed: { header }, stamp, checkpoint }: Came,
): Record<Template, Interval> {
  const { register } = header
  const named = checkpoints.find((held) => held.size === register?.size)
  const otherRoot = named !== undefined && named.root !== register?.root
  const before = checkpoint.time
  const [stamped, bound] = [Date.parse(stamp.at), stampBound * 1000]
  const common = { before, late: Number(before) * 1000 - stamped > bound, otherRoot }
  // What an author says falsely of the register proves no time, and takes nothing from the envelope either.
  const isShown = named !== undefined && !otherRoot
  const own = isShown ? named.time : undefined
  const floor = isShown ? floorBelow(checkpoints, named.size) : undefined
  const isBefore = (second: bigint | undefined) => stamped < Number(second ?? 0n) * 1000 - bound
  return {
    1: { ...common, after: own, outside: stamped > Number(before) * 1000 + bound || isBefore(own) },
    // Witnesses state whole seconds: a stamp within the same one is not after it.
    2: { ...common, after: floor, outside: stamped >= Number(before) * 1000 + 1000 + bound || isBefore(floor) },
  }
}

/** The latest second that a quorum behind a register of this size had passed, by the smaller ones that are here. */
function floorBelow(checkpoints: readonly WitnessedCheckpoint[], size: bigint): bigint | undefined {
  const floors = checkpoints.filter((held) => held.size < size).map(({ floor }) => floor)
  return floors.reduce((most, floor) => ((floor ?? -1n) > (most ?? -1n) ? floor : most), undefined)
}

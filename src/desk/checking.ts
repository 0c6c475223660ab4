import type { Roll } from "#offices/roll/roll.ts"
import { type Arrival, type ArrivalParts, checkArrival, type EnvelopeFrame } from "./arrival.ts"

/**
 * Checks envelopes, and begins to before their turn has come: signatures are verified beside whatever is entered
 * meanwhile. No check reads the archive, and one that was begun by another roll is made again.
 */
export type Checking = {
  /** Begins; what comes of it is told to whoever asks for this frame. */
  begin(roll: Roll, frame: EnvelopeFrame): void
  /** As `checkArrival`, by this roll. */
  check(roll: Roll, frame: EnvelopeFrame): Promise<Arrival>
}

type Begun = { roll: Roll; arrival: Promise<Arrival> }

/** Opens the checking of what comes by mail. */
export function openChecking(parts: ArrivalParts): Checking {
  // Frames of a stream that was dropped are forgotten with it.
  const begun = new WeakMap<EnvelopeFrame, Begun>()
  return {
    begin(roll, frame) {
      const arrival = checkArrival(parts, roll, frame)
      // Nobody may ever ask.
      arrival.catch(() => undefined)
      begun.set(frame, { roll, arrival })
    },
    check(roll, frame) {
      const known = begun.get(frame)
      return known?.roll === roll ? known.arrival : checkArrival(parts, roll, frame)
    },
  }
}

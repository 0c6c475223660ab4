import type { EnvelopeFrame, TransitFault } from "./arrival.ts"
import type { Evidence } from "./evidence.ts"

/**
 * Envelopes that came damaged, although their stamp is good. Each is asked for again; a registry that hands the same
 * out damaged every time is convicted, and the envelope is then taken as it stands, so that mail goes on.
 */
export type Damage = {
  /** Counts one more time; answers whether the registry stands convicted of it, so that nothing is asked for again. */
  again(frame: EnvelopeFrame, fault: TransitFault): boolean
  /** Whether this envelope is taken as it stands. */
  isGivenUp(fault: TransitFault): boolean
}

// How often the same envelope is asked for again before handing it out damaged is the registry's own doing.
const ATTEMPTS = 3

/** Opens the count; it begins anew with each start of the desk. */
export function openDamage(evidence: Evidence): Damage {
  let counted: { header: string; times: number } | undefined
  const givenUp = new Set<string>()
  return {
    again(frame, { code, header }) {
      if (header === undefined) return false
      counted = { header, times: counted?.header === header ? counted.times + 1 : 1 }
      if (counted.times < ATTEMPTS) return false
      evidence.againstRegistry(code, frame)
      givenUp.add(header)
      return true
    },
    isGivenUp: ({ header }) => header !== undefined && givenUp.has(header),
  }
}

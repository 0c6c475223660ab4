/**
 * Faults of an envelope of which its author is innocent: a body that the registry no longer holds, or hands out damaged
 * each time, or for which this desk has no key any more.
 */
const NOT_THE_AUTHORS: readonly string[] = ["body.gone", "body.withheld", "body.key-gone"]

/** Whether a fault of an envelope is its author's doing, so that it is evidence. */
export function isTheAuthors(fault: string): boolean {
  return !NOT_THE_AUTHORS.includes(fault)
}

/** Faults after which a member can seal the body again, so that it opens here. */
const MENDABLE: readonly string[] = [...NOT_THE_AUTHORS, "body.unopenable", "body.stanzas"]

/**
 * The sentence before a fault: whose doing it is; and once the envelope `isHeld`, because a member sealed it again, that
 * it opens here and what was wrong at first.
 */
export function faultSentence(
  fault: string,
  isHeld: boolean,
): "envelope.fault" | "envelope.unopened" | "envelope.opens-now" {
  if (isHeld && MENDABLE.includes(fault)) return "envelope.opens-now"
  return isTheAuthors(fault) ? "envelope.fault" : "envelope.unopened"
}

/**
 * Faults of an envelope of which its author is innocent: a body that the registry no longer holds, or hands out damaged
 * each time, or for which this desk has no key any more.
 */
const NOT_THE_AUTHORS: readonly string[] = ["body.gone", "body.withheld", "body.key-gone"]

/** Whether a fault of an envelope is its author's doing, so that it is evidence. */
export function isTheAuthors(fault: string): boolean {
  return !NOT_THE_AUTHORS.includes(fault)
}

import { faultSentence } from "#offices/joins/fault.ts"
import { plain } from "#sheet/words.ts"
import { utc } from "./frame.ts"
import type { LogRow } from "./line-log.ts"
import type { Say } from "./words.ts"

/** The ladders of a row in words: for each addressee its rungs with their times, as `written`. */
export function laddersOf(
  { ladders }: LogRow,
  t: Say,
  written: (at: string) => string = utc,
): { addressee: string; steps: string[] }[] {
  return ladders.map(({ addressee, steps }) => ({
    addressee,
    steps: steps.map(({ rung, at }) => `${t(`rung.${rung}`)} ${written(at)}`),
  }))
}

/** How times are written beside another: of the same day without it. */
export function besides(beside: string): (at: string) => string {
  return (at) => (at.slice(0, 10) === beside.slice(0, 10) ? utc(at).slice(11) : utc(at))
}

/** What is wrong with a row in words, and whose doing that is: its author's, this desk's sight of it, the registry's. */
export function faultsOf({ act, fault, refused, gap, place }: LogRow, name: string, t: Say): string[] {
  const why = (code: string) => plain(t.code("fault", code))
  const found: string[] = []
  if (gap) found.push(`${t("envelope.gap", { count: place - gap.after - 1 })} ${why(gap.code)}`)
  if (fault !== null) found.push(`${t(faultSentence(fault, act !== null), { name })} ${why(fault)}`)
  if (refused !== null) found.push(`${t("envelope.not-taken")} ${plain(t.code("refused", refused))}`)
  return found
}

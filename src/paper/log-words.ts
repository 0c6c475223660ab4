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

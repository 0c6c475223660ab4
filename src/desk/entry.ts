import type { Entry } from "#offices/act.ts"
import { clocksOf } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"

/** The record of an entry, as the archive holds it or the door foresees it. */
export type EntryFacts = Omit<Entry, "line" | "secretariat" | "clocks"> & { line: string; members: readonly string[] }

/** All that a rule may read besides state and record: the entry's own facts and what the charter fixes for everyone. */
export function ruleEntry(roll: Roll, { line, members, ...facts }: EntryFacts): Entry {
  const { charter } = roll
  return { ...facts, line: { id: line, members }, secretariat: charter.secretariat, clocks: clocksOf(charter) }
}

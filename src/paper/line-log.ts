import type { Rung } from "#offices/joins/ladder.ts"
import type { Charter } from "#offices/roll/charter.ts"

/** The envelopes of a line whose stamps lie in a period, as one desk holds them. */
export type LineLog = {
  charter: Charter
  line: string
  members: readonly string[]
  purpose: string
  /** Days in UTC, both of them whole. */
  from: string
  until: string
  /** Whose desk says all this, and up to which place it holds the line. */
  desk: string
  place: number
  /** Nothing here is called certain: this desk has convicted the registry. */
  distrusted: boolean
  rows: readonly LogRow[]
}

/** One envelope, one record of a list, or a run of line checks. */
export type LogRow = {
  place: number
  /** The run's last place, else the same. */
  last: number
  /** Of a list, which record of how many. */
  record: { number: number; of: number } | null
  by: string
  serial: number
  at: string
  /** Of a run the last one's time, else the same. */
  ended: string
  precedence: string
  /** The act's kind; null for what cannot be read at this desk. */
  act: string | null
  /** Place of the message that it is about, where that is another. */
  about: number | null
  subject: string | null
  /** Of a message, what each addressee's desk or officers stated, in its order; common rungs left out. */
  ladders: readonly { addressee: string; steps: readonly { rung: Rung; at: string }[] }[]
  /** What does not hold as it was signed or does not open here, and why it is not taken into account. */
  fault: string | null
  refused: string | null
  /** The place before it, where this desk went on although the registry's word does not follow, and why not. */
  gap: { after: number; code: string } | null
  hash: string
  /** The witnesses' time by which it was entered; null while this desk has no proof. */
  witnessed: string | null
}

/** Whether a row counts line checks instead of showing one envelope. */
export function isRun({ place, last }: LogRow): boolean {
  return last > place
}

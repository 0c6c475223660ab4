import type { Precedence } from "../act.ts"
import type { Charter } from "../roll/charter.ts"

type Clocks = Charter["clocks"]

/** A message that an addressee has still to answer, with what is known of how far it came. */
export type Outstanding = {
  precedence: Precedence
  /** The stamp's instant, and the one until which an answer is asked for. */
  at: string
  deadline: string
  /** When the addressee's desk stated that it holds it. */
  delivered: string | null
}

/** What calls for the telephone: not delivered within the charter's clock, or not answered by the deadline. */
export const CALLS = ["not-delivered", "overdue"] as const
export type CallReason = (typeof CALLS)[number]

/** Why the addressee of this message is to be telephoned at `now`, in milliseconds; null where nothing is late yet. */
export function callFor(
  { precedence, at, deadline, delivered }: Outstanding,
  clocks: Clocks,
  now: number,
): CallReason | null {
  if (delivered === null && now > Date.parse(at) + clocks.deliver[precedence] * 1000) return "not-delivered"
  return now > Date.parse(deadline) ? "overdue" : null
}

/** After how long without an envelope a member of a line counts as silent: two slots, and the time one takes to arrive. */
export function silentAfter(members: number, { slot, slotOfMany }: Clocks): number {
  return (2 * (members > 2 ? slotOfMany : slot).unattended + ARRIVES) * 1000
}

const ARRIVES = 60

import type { Precedence } from "../act.ts"

/** What ringing needs to know of a message that waits for this delegation's receipt. */
export type Waiting = { at: string; precedence: Precedence }

/** Seconds between notices of each precedence, and after how many of them the deputy is called too (charter). */
export type NoticeClocks = { notice: Record<Precedence, number>; deputyAfter: number }

/** Who sits before a screen: who has the duty is called from the first notice on, the deputy once that was in vain. */
export const SEATS = ["duty", "deputy"] as const
export type Seat = (typeof SEATS)[number]

/**
 * How many notices of a message a screen should have given by `now`, in milliseconds: the first on arrival, then one
 * after each interval, until receipt is acknowledged. The deputy's count begins when the duty officer's reached its end.
 */
export function noticesDue({ at, precedence }: Waiting, clocks: NoticeClocks, seat: Seat, now: number): number {
  const passed = now - Date.parse(at)
  if (passed < 0) return 0
  const given = 1 + Math.floor(passed / (clocks.notice[precedence] * 1000))
  return seat === "duty" ? given : Math.max(0, given - clocks.deputyAfter)
}

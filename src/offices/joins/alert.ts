/** How an officer is called who sits before no screen: by mail, or by a pager behind a webhook. */
export const CHANNELS = ["mail", "webhook"] as const
export type Channel = (typeof CHANNELS)[number]

/** Why an alert did not go out; nothing of what the other end said is kept. */
export const ALERT_FAULTS = ["unreachable", "timeout", "credentials", "refused", "settings"] as const
export type AlertFault = (typeof ALERT_FAULTS)[number]

/** Seconds that something waits before anybody is alerted, and between one alert and the next. */
export type AlertClocks = { after: number; every: number }

/**
 * Since when something waits that an alert is due for at `now` (milliseconds); null where none is. `waiting` are the
 * instants since which things wait, `last` that of the last alert: what came since then calls anew, what still waits
 * calls again after each interval.
 */
export function alertDue(
  waiting: readonly string[],
  last: string | null,
  { after, every }: AlertClocks,
  now: number,
): string | null {
  const ripe = waiting.filter((at) => now >= Date.parse(at) + after * 1000)
  const isNew = ripe.some((at) => last === null || Date.parse(at) + after * 1000 > Date.parse(last))
  const isAgain = last !== null && now >= Date.parse(last) + every * 1000
  return isNew || isAgain ? (ripe.toSorted()[0] ?? null) : null
}

/** How one channel stands: when it was last tested, when it last carried an alert, and why that failed. */
export type ChannelView = {
  channel: Channel
  tested: { at: string; failed: AlertFault | null } | null
  alerted: { at: string; failed: AlertFault | null } | null
}

/** Channels that the operator named; `malformed` where the file that names them cannot be read. */
export type AlertsView = { channels: ChannelView[]; malformed: boolean }

import type { Clock } from "../clock.ts"

/** How much a desk may send a minute; the same for all (charter, limits). */
export type Allowance = {
  /** 0 when it may pass now, else after how many milliseconds to try again. */
  take(desk: string, urgent: boolean): number
}

/** As the charter has it at this moment. */
type PerMinute = { perMinute: number; urgentPerMinute: number }
type Bucket = { left: number; at: number }

/**
 * A bucket for each desk that fills as time goes by: ordinary envelopes from one, FLASH and the smallest envelopes
 * (receipts, checks) from another of their own, so that a bulk import never holds up an emergency.
 */
export function openAllowance(clock: Clock, limits: () => PerMinute): Allowance {
  const buckets = new Map<string, Bucket>()
  return {
    take(desk, urgent) {
      const { perMinute, urgentPerMinute } = limits()
      const full = urgent ? urgentPerMinute : perMinute
      const now = clock.now()
      const key = `${urgent ? "urgent" : "ordinary"} ${desk}`
      const bucket = buckets.get(key) ?? { left: full, at: now }
      bucket.left = Math.min(full, bucket.left + (Math.max(0, now - bucket.at) * full) / 60_000)
      bucket.at = now
      buckets.set(key, bucket)
      if (bucket.left < 1) return Math.ceil(((1 - bucket.left) * 60_000) / full)
      bucket.left -= 1
      return 0
    },
  }
}

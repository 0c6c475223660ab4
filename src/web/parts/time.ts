import type { DeskStatus } from "#offices/joins/screen.ts"

export type Zone = DeskStatus["zones"][number]

/**
 * The charter's zones in the order of this desk: its own first. Elsewhere the order follows the desk's name, so that it
 * differs from desk to desk and stays the same on each: a clock whose columns change places would be misread at night.
 */
export function zones({ delegation, zones }: Pick<DeskStatus, "delegation" | "zones">): readonly Zone[] {
  const own = zones.findIndex((z) => z.of === delegation)
  const first = own >= 0 ? own : sumOf(delegation) % Math.max(1, zones.length)
  return [...zones.slice(first), ...zones.slice(0, first)]
}

function sumOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0)
}

const clocks = new Map<string, Intl.DateTimeFormat>()

/** The Swedish locale writes ISO dates and 24 hours; nothing of it but digits reaches the screen. */
function clockOf(timeZone: string): Intl.DateTimeFormat {
  const known = clocks.get(timeZone)
  if (known) return known
  const two = "2-digit"
  const day = { year: "numeric", month: two, day: two } as const
  const clock = new Intl.DateTimeFormat("sv-SE", { timeZone, ...day, hour: two, minute: two, second: two })
  clocks.set(timeZone, clock)
  return clock
}

/** Date and time in a zone: `2026-11-23` and `10:42:07`, the same in every language. */
export function inZone(at: number, zone: string): { day: string; time: string } {
  const [day = "", time = ""] = clockOf(zone).format(at).split(" ")
  return { day, time }
}

/** An instant in UTC: date, time to the second. */
export function utc(at: string | number): { day: string; time: string } {
  const iso = new Date(at).toISOString()
  return { day: iso.slice(0, 10), time: iso.slice(11, 19) }
}

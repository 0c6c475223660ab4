import type { DeskStatus } from "#offices/joins/screen.ts"

/** Zones shown beside UTC, with the delegation whose own time each is. */
const ZONES = [
  { id: "kyiv", zone: "Europe/Kyiv", of: "ukraine" },
  { id: "moscow", zone: "Europe/Moscow", of: "russia" },
] as const
export type Zone = (typeof ZONES)[number]

/**
 * The two zones: a party sees its own first. Elsewhere the order follows the desk's name, so that it differs from desk
 * to desk and stays the same on each: a clock whose columns change places would be misread at night.
 */
export function zones(status: Pick<DeskStatus, "delegation">): readonly Zone[] {
  const own = ZONES.find((z) => status.delegation.startsWith(z.of))
  const swap = own ? own !== ZONES[0] : sumOf(status.delegation) % 2 === 1
  return swap ? ZONES.toReversed() : ZONES
}

function sumOf(text: string): number {
  return [...text].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0)
}

/** Date and time in a zone: `2026-11-23` and `10:42:07`, the same in every language. */
export function inZone(at: number, zone: string): { day: string; time: string } {
  // The Swedish locale writes ISO dates and 24 hours; nothing of it but digits reaches the screen.
  const [day = "", time = ""] = new Intl.DateTimeFormat("sv-SE", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
  })
    .format(at)
    .split(" ")
  return { day, time }
}

/** An instant in UTC: date, time to the second. */
export function utc(at: string | number): { day: string; time: string } {
  const iso = new Date(at).toISOString()
  return { day: iso.slice(0, 10), time: iso.slice(11, 19) }
}

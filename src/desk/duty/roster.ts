import { EXPERTISE, type RosterRow, rosterEntry } from "#offices/joins/duty.ts"
import { text } from "../archive.ts"
import type { Desk } from "../open.ts"
import { onDuty } from "./handover.ts"

const LANGUAGES = ["en", "uk", "ru"] as const

/** Officers who have access, in the order in which they are called out; who is not called stands behind. */
export function roster(desk: Desk): RosterRow[] {
  const { archive, officers } = desk
  const now = desk.now()
  const duty = onDuty(desk)?.officer
  return officers
    .all()
    .filter(({ ended, until }) => ended === null && (until === null || now < until))
    .map(({ id, name, role, function: held }) => {
      const row = archive.sql.get`SELECT * FROM duty_roster WHERE officer = ${id}`
      const words = (column: unknown) => new Set((text(column) ?? "").split(" "))
      const [expertise, languages] = [words(row?.expertise), words(row?.languages)]
      return {
        ...{ officer: id, name, role, function: held, onDuty: id === duty },
        expertise: EXPERTISE.filter((one) => expertise.has(one)),
        languages: LANGUAGES.filter((one) => languages.has(one)),
        order: typeof row?.place === "number" ? row.place : null,
        reach: text(row?.reach) ?? "",
      }
    })
    .sort((a, b) => (a.order ?? Number.MAX_SAFE_INTEGER) - (b.order ?? Number.MAX_SAFE_INTEGER))
}

/** Writes what is known of one officer. */
export function writeRoster(desk: Desk, input: unknown): Record<never, never> | { refused: "duty.roster-malformed" } {
  const parsed = rosterEntry.safeParse(input)
  const known = parsed.success && desk.officers.all().some(({ id }) => id === parsed.data.officer)
  if (!known) return { refused: "duty.roster-malformed" }
  const { officer, expertise, languages, order, reach } = parsed.data
  desk.archive.sql.run`INSERT OR REPLACE INTO duty_roster (officer, expertise, languages, place, reach) VALUES
    (${officer}, ${expertise.join(" ")}, ${languages.join(" ")}, ${order}, ${reach})`
  desk.live.tell({ kind: "duty" })
  return {}
}

import type { CareRow } from "#offices/joins/officers.ts"
import { may, type Role } from "#offices/roles.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"

/**
 * Who used the passkey for being forced, as supervisor and head are told; never of themselves, since somebody may stand
 * behind them. For every other role the same is looked up and nothing is told, so that no answer takes another time.
 */
export function careFor({ sql }: Archive, officer: string, role: Role): CareRow[] {
  const rows = sql.all`SELECT u.seq, u.at, o.name FROM passkey_use u JOIN officer o ON o.id = u.officer
    WHERE u.second = 1 AND u.officer <> ${officer}
    AND NOT EXISTS (SELECT 1 FROM care_seen s WHERE s.seq = u.seq AND s.officer = ${officer})
    ORDER BY u.seq DESC LIMIT 20`
  const told = rows.map((row) => ({ seq: number(row.seq), at: text(row.at) ?? "", name: text(row.name) ?? "" }))
  return may(role, "supervise") ? told : []
}

/** Somebody who was told has seen it; it stays for the others who are. */
export function careSeen({ sql }: Archive, clock: Clock, seq: number, officer: string): void {
  sql.run`INSERT OR IGNORE INTO care_seen VALUES (${seq}, ${officer}, ${instantOf(clock)})`
}

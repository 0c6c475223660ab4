import { type Archive, text } from "./archive.ts"
import type { Vault } from "./vault.ts"

const DAY = 86_400_000
/** A sealing key may be sealed to on its day and for 24 hours after. */
const VALID_DAYS = 2

/**
 * Wipes the sealing identities that nothing can be sealed to any more: those whose time ended before a witnessed
 * checkpoint up to which this desk has taken in all its lines. Never by the clock alone: a desk that was dark keeps
 * what it needs to open what waits for it. The last identity stays, because the last one published stays valid.
 */
export function wipeSpentIdentities({ sql }: Archive, vault: Vault, completeTo: bigint): number {
  const row = sql.get`SELECT witnessed FROM checkpoint WHERE size <= ${Number(completeTo)} ORDER BY size DESC LIMIT 1`
  const witnessed = Date.parse(text(row?.witnessed) ?? "")
  if (Number.isNaN(witnessed)) return 0
  const spent = vault
    .held()
    .slice(0, -1)
    .filter(({ day }) => Date.parse(day) + VALID_DAYS * DAY < witnessed)
  const last = spent.at(-1)
  return last ? vault.wipe(last.number) : 0
}

import { concerns, DISPUTED, type KeyEventRow } from "#offices/joins/roll.ts"
import { publicAct } from "#offices/roll/acts.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { publicLine } from "#seal/stamp.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, bytes, number, text } from "../archive.ts"
import type { Outbox } from "../outbox.ts"
import { readRestored } from "../restoring/restored.ts"
import { submitPublic } from "./saying.ts"

/** Acts on this delegation's keys or participation that its desk did not make. */
export type KeyEvents = {
  /** Looks at what came on the public lines since the last look. */
  look(): void
  /** The latest first. */
  rows(): KeyEventRow[]
  /** The oldest that no officer has looked at. */
  unseen(): KeyEventRow | null
  /** An officer has looked at one; answers whether there is such a one. */
  see(index: number, officer: string): boolean
}

export type KeyEventParts = {
  archive: Archive
  clock: Clock
  delegation: string
  outbox: Outbox
  roll(): Roll
  submitted(): void
  told(): void
}

const LOOKED = "key-events.to"
const SHOWN = 100

/** Opens what watches over acts in this delegation's name. */
export function openKeyEvents(parts: KeyEventParts): KeyEvents {
  const { archive, clock } = parts
  const { sql } = archive
  return {
    look() {
      const from = Number(archive.meta(LOOKED) ?? 0)
      const rows = sql.all`SELECT "index", sender, hash, act FROM envelope
        WHERE "index" >= ${from} AND line IN (${publicLine(0)}, ${publicLine(1)}) AND act IS NOT NULL ORDER BY "index"`
      if (rows.length === 0) return
      const found = archive.transact(() => {
        archive.setMeta(LOOKED, String(number(rows.at(-1)?.index) + 1))
        return rows.filter((row) => keep(parts, row)).length
      })
      if (found > 0) parts.told()
    },
    rows: () =>
      sql.all`SELECT k.*, e.at FROM key_event k JOIN envelope e USING ("index")
        ORDER BY k."index" DESC LIMIT ${SHOWN}`.map(rowOf),
    unseen() {
      const row = sql.get`SELECT k.*, e.at FROM key_event k JOIN envelope e USING ("index")
        WHERE k.seen_at IS NULL ORDER BY k."index" LIMIT 1`
      return row ? rowOf(row) : null
    },
    see(index, officer) {
      const { changes } = sql.run`UPDATE key_event SET seen_by = ${officer}, seen_at = ${instantOf(clock)}
        WHERE "index" = ${index} AND seen_at IS NULL`
      return Number(changes) > 0
    },
  }
}

function rowOf(row: Record<string, unknown>): KeyEventRow {
  const [act, by, at] = [text(row.act) ?? "", text(row.sender) ?? "", text(row.at) ?? ""]
  return { index: number(row.index), act, by, at, seenBy: text(row.seen_by) ?? null }
}

/** Keeps what concerns this delegation and is not in its own outbox; of what only its keys should do, all are told. */
function keep(parts: KeyEventParts, row: Record<string, unknown>): boolean {
  const { archive, delegation, roll } = parts
  const { sql } = archive
  const [by, hash] = [text(row.sender) ?? "", text(row.hash) ?? ""]
  const act = publicAct.safeParse(readJson(bytes(row.act) ?? new Uint8Array())).data
  if (!act || concerns(act, by) !== delegation) return false
  if (sql.get`SELECT 1 AS own FROM outbox WHERE hash = ${hash}`) return false
  // What its own key signed before a restored desk had another is its own chain, which it adopts.
  const entered = readRestored(archive)?.entered
  if (by === delegation && entered && number(row.index) < entered) return false
  sql.run`INSERT OR IGNORE INTO key_event ("index", act, sender) VALUES (${number(row.index)}, ${act.act}, ${by})`
  if (DISPUTED.includes(act.act) && roll().members[delegation]?.key)
    submitPublic(
      parts,
      { act: "key.disputed", matter: roll().office, delegation, of: hash },
      { token: `dispute.${hash}`, officer: null },
    )
  return true
}

function readJson(act: Uint8Array): unknown {
  try {
    return parseJson(fromUtf8(act))
  } catch (error) {
    if (error instanceof VerificationError) return undefined
    throw error
  }
}

import type { MessageState } from "#offices/lines/message.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import type { Door } from "./door.ts"
import { nextTurn } from "./outbox.ts"

export type SlotParts = {
  archive: Archive
  door: Door
  /** Told that something has its turn. */
  submitted(): void
}
export type OpenLine = { id: string; members: readonly string[] }

/** As many openings as fit the smallest body beside their hashes. */
const OPENINGS = 10
const FLASH = PRECEDENCES.indexOf("FLASH")

/**
 * The one envelope of a line's slot: the oldest act that waits for it, else what was opened since the last, else a line
 * check. Whichever it is gets its turn in this moment, behind all others, so that order and number say nothing. One that
 * could not leave since an earlier slot is this slot's too; a bare check makes room for something to say.
 */
export function fillSlot(parts: SlotParts, line: OpenLine): void {
  const { archive } = parts
  const { sql } = archive
  archive.transact(() => {
    const unsent = sql.get`SELECT id, act FROM outbox WHERE state = 'waiting' AND leaves = 'slot' AND line = ${line.id}
      AND turn IS NOT NULL`
    if (unsent && !isCheck(unsent)) return
    const id = waitsForSlot(archive, line) ?? handOpenings(parts, line) ?? (unsent ? undefined : handCheck(parts, line))
    if (id === undefined) return
    if (unsent) sql.run`DELETE FROM outbox WHERE id = ${number(unsent.id)}`
    sql.run`UPDATE outbox SET turn = ${nextTurn(sql)} WHERE id = ${id}`
    parts.submitted()
  })
}

/** The envelope that answers a FLASH or IMMEDIATE at once; one that will leave no later does as well. */
export function answerUrgent({ archive, door }: SlotParts, line: OpenLine): void {
  const { sql } = archive
  archive.transact(() => {
    const records = opened(archive, line)
    const known = sql.get`SELECT 1 AS waits FROM outbox WHERE state IN ('waiting', 'sealed') AND turn IS NOT NULL
      AND line = ${line.id} AND state = 'waiting' AND precedence = ${FLASH} AND officer IS NULL`
    if (known && records.length === 0) return
    const said = { act: records.length > 0 ? "message.opened" : "line.checked", line: line.id, precedence: "FLASH" }
    door.hand({ ...said, records: records.length > 0 ? records : [checkOf(line)] }, { officer: null })
    reported(archive, line, records)
  })
}

function waitsForSlot({ sql }: Archive, { id: line }: OpenLine): number | undefined {
  const row = sql.get`SELECT id FROM outbox WHERE state = 'waiting' AND leaves = 'slot' AND line = ${line}
    AND turn IS NULL ORDER BY id LIMIT 1`
  return row && number(row.id)
}

function handOpenings({ archive, door }: SlotParts, line: OpenLine): number | undefined {
  const records = opened(archive, line)
  if (records.length === 0) return undefined
  reported(archive, line, records)
  const handed = door.hand({ act: "message.opened", line: line.id, leaves: "slot", records }, { officer: null })
  return "refused" in handed ? undefined : handed.outbox
}

function handCheck({ door }: SlotParts, line: OpenLine): number | undefined {
  const check = { act: "line.checked", line: line.id, leaves: "slot", records: [checkOf(line)] }
  const handed = door.hand(check, { officer: null })
  return "refused" in handed ? undefined : handed.outbox
}

function checkOf({ id }: OpenLine) {
  return { fields: { matter: id } }
}

/** The openings that were not reported yet. */
function opened({ sql }: Archive, { id, members }: OpenLine) {
  // On a line of more than two, when a desk opens is nobody's business.
  const most = members.length > 2 ? 0 : OPENINGS
  const rows = sql.all`SELECT mark.matter, m.state FROM mark JOIN matter m ON m.line = mark.line AND m.id = mark.matter
    WHERE mark.line = ${id} AND mark.opened IS NOT NULL AND mark.reported = 0 LIMIT ${most}`
  return rows.map((row) => {
    const state = JSON.parse(text(row.state) ?? "null") as MessageState
    return { fields: { matter: text(row.matter) ?? "", of: state.header, role: "officer" } }
  })
}

function reported({ sql }: Archive, line: OpenLine, records: ReturnType<typeof opened>): void {
  for (const { fields } of records)
    sql.run`UPDATE mark SET reported = 1 WHERE line = ${line.id} AND matter = ${fields.matter}`
}

function isCheck(row: Record<string, unknown>): boolean {
  return JSON.parse(fromUtf8(bytes(row.act) ?? new Uint8Array())).act === "line.checked"
}

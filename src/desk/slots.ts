import { clockRules } from "#offices/index.ts"
import { isOpen, type LineState } from "#offices/lines/line.ts"
import type { MessageState } from "#offices/lines/message.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Archive, text } from "./archive.ts"
import type { Door } from "./door.ts"
import type { Entered } from "./fold.ts"

/**
 * What a desk says by itself. In every slot of every line it sends one smallest envelope, whether or not it has
 * something to report, so that counting envelopes says nothing; only receipts of FLASH and IMMEDIATE leave at once.
 * It also states for the clock that a deadline passed without a response.
 */
export type Slots = {
  /** Told what was entered; urgent messages are answered at once. */
  entered(entered: readonly Entered[]): void
  close(): void
}

export type SlotsParts = {
  archive: Archive
  clock: Clock
  delegation: string
  door: Door
  roll(): Roll
  attended(): boolean
  /** A day of UTC began. */
  dayBegan(): void
  log(message: string): void
}

type Line = { id: string; members: readonly string[] }

/** As many openings as fit the smallest body beside their hashes. */
const OPENINGS = 10
const LOOK_MS = 1000
const MOST_DUE = 1000

/** Opens the slots of a desk. */
export function openSlots(parts: SlotsParts): Slots {
  const { archive, clock, delegation, door } = parts
  const { sql } = archive
  let bell: Disposable | undefined
  let day = instantOf(clock).slice(0, 10)
  let closed = false

  function look(): void {
    if (closed) return
    try {
      sayAll()
    } catch (error) {
      // A full disk: whatever could not be written is said at the next look.
      parts.log(`the slots wait: ${error instanceof Error ? error.message : ""}`)
    }
    bell = clock.after(LOOK_MS, look)
  }

  function sayAll(): void {
    const roll = parts.roll()
    const { slot, slotOfMany } = roll.charter.clocks
    const key = parts.attended() ? "attended" : "unattended"
    for (const line of openLines()) {
      const seconds = (line.members.length > 2 ? slotOfMany : slot)[key]
      const number = Math.floor(clock.now() / (seconds * 1000))
      if (archive.meta(`slot.${line.id}`) === `${seconds}/${number}`) continue
      archive.transact(() => {
        archive.setMeta(`slot.${line.id}`, `${seconds}/${number}`)
        report(line, "ROUTINE")
      })
    }
    sayWhatIsDue(roll)
    const today = instantOf(clock).slice(0, 10)
    if (today !== day) parts.dayBegan()
    day = today
  }

  function openLines(): Line[] {
    // CROSS JOIN: from the few lines to their states, never through all matters.
    return sql.all`SELECT l.id, l.members, m.state FROM line l CROSS JOIN matter m ON m.line = l.id AND m.id = l.id`
      .filter((row) => isOpen(JSON.parse(text(row.state) ?? "null") as LineState))
      .map((row) => ({ id: text(row.id) ?? "", members: (text(row.members) ?? "").split(" ") }))
  }

  /** One smallest envelope: what was opened since the last, or a line check. */
  function report({ id: line, members }: Line, precedence: "FLASH" | "ROUTINE"): void {
    // On a line of more than two, when a desk opens is nobody's business.
    const most = members.length > 2 ? 0 : OPENINGS
    const opened = sql.all`SELECT mark.matter, m.state FROM mark JOIN matter m ON m.line = mark.line AND m.id = mark.matter
      WHERE mark.line = ${line} AND mark.opened IS NOT NULL AND mark.reported = 0 LIMIT ${most}`
    const records = opened.map((row) => {
      const state = JSON.parse(text(row.state) ?? "null") as MessageState
      return { fields: { matter: text(row.matter) ?? "", of: state.header, role: "officer" } }
    })
    archive.transact(() => {
      const known = sql.get`SELECT 1 AS waits FROM outbox WHERE state IN ('waiting', 'sealed') AND line = ${line}
        AND state = 'waiting' AND officer IS NULL`
      if (known && records.length === 0) return
      for (const { fields } of records)
        sql.run`UPDATE mark SET reported = 1 WHERE line = ${line} AND matter = ${fields.matter}`
      const act = records.length > 0 ? "message.opened" : "line.checked"
      const said = records.length > 0 ? records : [{ fields: { matter: line } }]
      door.hand({ act, line, precedence, records: said }, { officer: null })
    })
  }

  /** Says what the clocks bring about, where it is this desk's to say. */
  function sayWhatIsDue(roll: Roll): void {
    const now = instantOf(clock)
    const { secretariat, clocks } = roll.charter
    const rows = sql.all`SELECT m.line, m.id, m.office, m.state, l.members FROM matter m JOIN line l ON l.id = m.line
      WHERE m.due <= ${now} ORDER BY m.due LIMIT ${MOST_DUE}`
    for (const row of rows) {
      const matter = text(row.id) ?? ""
      const line = { id: text(row.line) ?? "", members: (text(row.members) ?? "").split(" ") }
      const at = { speaker: delegation, now, matter, line, secretariat, clocks: { acknowledge: clocks.acknowledge } }
      const said = clockRules.get(text(row.office) ?? "")?.say(JSON.parse(text(row.state) ?? "null"), at) ?? []
      for (const { act, fields } of said) {
        const token = `${act}.${Object.values(fields).join(".")}`.slice(0, 200)
        door.hand({ act, line: line.id, records: [{ fields }], token }, { officer: null })
      }
    }
  }

  bell = clock.after(LOOK_MS, look)
  return {
    entered(all) {
      const calls = all.filter((e) => e.callsForReceipt && e.by !== delegation && !e.refused)
      const urgent = calls.filter((e) => e.precedence === "FLASH" || e.precedence === "IMMEDIATE")
      const lines = new Set(urgent.map((e) => e.line))
      if (lines.size > 0) for (const line of openLines()) if (lines.has(line.id)) report(line, "FLASH")
    },
    close() {
      closed = true
      bell?.[Symbol.dispose]()
    },
  }
}

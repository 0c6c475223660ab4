import { isOpen, type LineState } from "#offices/lines/line.ts"
import { allTakePart, type Roll } from "#offices/roll/roll.ts"
import { publicLine } from "#seal/stamp.ts"
import { instantOf } from "../clock.ts"
import { text } from "./archive.ts"
import { type DueParts, openDue } from "./due.ts"
import type { Entered } from "./fold.ts"
import { forgetHeld } from "./kept.ts"
import { answerUrgent, fillSlot, type OpenLine, type SlotParts } from "./slot.ts"

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

export type SlotsParts = DueParts &
  SlotParts & {
    roll(): Roll
    attended(): boolean
    /** A day of UTC began. */
    dayBegan(): void
    log(message: string): void
  }

const LOOK_MS = 1000
const PUBLIC = [publicLine(0), publicLine(1)]

/** Opens the slots of a desk. */
export function openSlots(parts: SlotsParts): Slots {
  const { archive, clock } = parts
  const { sql } = archive
  const due = openDue(parts)
  let bell: Disposable | undefined
  let day = instantOf(clock).slice(0, 10)
  let closed = false

  function look(): void {
    if (closed) return
    try {
      const roll = parts.roll()
      fillSlots(roll)
      due.say(roll)
      const today = instantOf(clock).slice(0, 10)
      if (today !== day) {
        parts.dayBegan()
        due.again()
      }
      day = today
    } catch (error) {
      // A full disk: whatever could not be written is said at the next look.
      parts.log(`the slots wait: ${error instanceof Error ? error.message : ""}`)
    }
    bell = clock.after(LOOK_MS, look)
  }

  function fillSlots(roll: Roll): void {
    const { slot, slotOfMany } = roll.charter.clocks
    const key = parts.attended() ? "attended" : "unattended"
    for (const line of openLines()) {
      if (!allTakePart(roll, line.members)) continue
      const seconds = (line.members.length > 2 ? slotOfMany : slot)[key]
      const number = Math.floor(clock.now() / (seconds * 1000))
      if (archive.meta(`slot.${line.id}`) === `${seconds}/${number}`) continue
      archive.transact(() => {
        archive.setMeta(`slot.${line.id}`, `${seconds}/${number}`)
        fillSlot(parts, line)
        // By now the others have had a slot in which to say how far they hold it.
        for (const id of [line.id, ...PUBLIC]) forgetHeld(archive, parts.delegation, id)
      })
    }
  }

  function openLines(): OpenLine[] {
    // CROSS JOIN: from the few lines to their states, never through all matters.
    return sql.all`SELECT l.id, l.members, m.state FROM line l CROSS JOIN matter m ON m.line = l.id AND m.id = l.id`
      .filter((row) => isOpen(JSON.parse(text(row.state) ?? "null") as LineState))
      .map((row) => ({ id: text(row.id) ?? "", members: (text(row.members) ?? "").split(" ") }))
  }

  bell = clock.after(LOOK_MS, look)
  return {
    entered(all) {
      const calls = all.filter((e) => e.callsForReceipt && e.by !== parts.delegation && !e.refused)
      const urgent = calls.filter((e) => e.precedence === "FLASH" || e.precedence === "IMMEDIATE")
      const lines = new Set(urgent.map((e) => e.line))
      if (lines.size > 0) for (const line of openLines()) if (lines.has(line.id)) answerUrgent(parts, line)
    },
    close() {
      closed = true
      bell?.[Symbol.dispose]()
    },
  }
}

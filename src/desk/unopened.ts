import { randomBytes } from "node:crypto"
import type { EnvelopeRow } from "#offices/joins/screen.ts"
import { LONGEST_LIST } from "#offices/judge.ts"
import { type EnvelopeState, envelopeMatter, MOST_TIMES } from "#offices/lines/resealing.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { type Archive, number, text } from "./archive.ts"
import type { Door } from "./door.ts"
import { matterOnLine } from "./fold.ts"

export type UnopenedParts = { archive: Archive; delegation: string; door: Door }

/** An envelope that this desk cannot open, or lacks altogether. */
type Unopened = { place: number; precedence: number; missing: boolean }

const UNDER_WAY = "unopenable."

/**
 * Says, on each line where it is so, what this desk cannot open: one act for as many envelopes as a list holds, and no
 * other before that one has come back. What nobody sealed again so that it opens is asked for a few times, not for ever.
 */
export function sayUnopened(parts: UnopenedParts): void {
  for (const [line, all] of unopenedOf(parts.archive)) {
    if (isUnderWay(parts.archive, line)) continue
    const said = all.filter(({ place }) => mayBeSaid(parts, line, place)).slice(0, LONGEST_LIST)
    if (said.length === 0) continue
    const records = said.map(({ place, missing }) => ({
      fields: { matter: envelopeMatter(place), place, ...(missing ? { missing: true } : {}) },
    }))
    const precedence = PRECEDENCES[Math.min(...said.map((one) => one.precedence))] ?? "ROUTINE"
    const token = `${UNDER_WAY}${randomBytes(16).toHex()}`
    parts.door.hand({ act: "line.unopenable", line, precedence, records, token }, { officer: null })
  }
}

/** Of sealed lines: what did not open, and the first of the places that a gap lacks. */
function unopenedOf({ sql }: Archive): Map<string, Unopened[]> {
  const found = new Map<string, Unopened[]>()
  const add = (line: string, one: Unopened) => {
    if (publicLineNumber(line) === undefined) found.set(line, [...(found.get(line) ?? []), one])
  }
  for (const row of sql.all`SELECT line, place, precedence FROM envelope WHERE act IS NULL ORDER BY line, place`) {
    const precedence = (PRECEDENCES as readonly unknown[]).indexOf(row.precedence)
    add(text(row.line) ?? "", { place: number(row.place), precedence, missing: false })
  }
  // How far a gap goes is the registry's word: it may name any place.
  for (const row of sql.all`SELECT line, after, until FROM gap WHERE missing = 1`)
    for (
      let place = number(row.after) + 1;
      place < Math.min(number(row.until), number(row.after) + LONGEST_LIST);
      place++
    )
      add(text(row.line) ?? "", { place, precedence: PRECEDENCES.length - 1, missing: true })
  return found
}

/** Whether an act that says so is on its way, or stamped and not come back yet. */
function isUnderWay({ sql }: Archive, line: string): boolean {
  const row = sql.get`SELECT 1 AS goes FROM outbox o WHERE line = ${line} AND token >= ${UNDER_WAY} AND token < ${"unopenable/"}
    AND state <> 'refused' AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.hash = o.hash)`
  return row !== undefined
}

/** Whether it was not said yet, or answered in vain; taken or not, it is not said without end. */
function mayBeSaid({ archive, delegation }: UnopenedParts, line: string, place: number): boolean {
  const state = matterOnLine(archive, line, envelopeMatter(place))?.state as EnvelopeState | undefined
  const own = state && Object.hasOwn(state.unopenable, delegation) ? state.unopenable[delegation] : undefined
  if (own && !own.resealed) return false
  const times = archive.sql.get`SELECT count(*) AS n FROM record r JOIN envelope e USING ("index")
    WHERE r.kind = 'line.unopenable' AND r.line = ${line} AND e.sender = ${delegation}
    AND CASE WHEN json_valid(r.fields) THEN r.fields ->> 'place' END = ${place}`
  return number(times?.n) < MOST_TIMES
}

/** What members said of an envelope that did not open for them, and who sealed it again: for the screens. */
export function unopenableAt(archive: Archive, line: string, place: number): EnvelopeRow["unopenable"] {
  const state = matterOnLine(archive, line, envelopeMatter(place))?.state as EnvelopeState | undefined
  return Object.entries(state?.unopenable ?? {}).map(([by, { at, resealed }]) => ({
    ...{ by, at },
    resealed: resealed && { by: resealed.by, at: resealed.at },
  }))
}

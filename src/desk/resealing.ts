import {
  type EnvelopeState,
  envelopeMatter,
  MOST_PARTS,
  type Resealed,
  turnOf,
  waitingFor,
} from "#offices/lines/resealing.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { type Body, LARGEST_BODY, packedLength, type SaltedText } from "#seal/body.ts"
import { PRECEDENCES, type Precedence } from "#seal/header.ts"
import type { Clock } from "../clock.ts"
import { text } from "./archive.ts"
import type { Outbox } from "./outbox.ts"
import { carry, heldBody, notesOf, RESEALED } from "./resealed.ts"
import { sayUnopened, type UnopenedParts } from "./unopened.ts"

/**
 * Says what does not open here, and seals again what others could not open: its author does so at once, and whoever
 * comes after him by name when he has let two slots pass. What is to be done follows from the archive alone.
 */
export type Resealing = {
  /** Something was entered. */
  look(): void
  close(): void
}

export type ResealingParts = UnopenedParts & {
  clock: Clock
  outbox: Outbox
  software: string
  roll(): Roll
  submitted(): void
  log(message: string): void
}

const SLOTS = 2

/** Opens the sealing again of a desk. */
export function openResealing(parts: ResealingParts): Resealing {
  const { archive, clock } = parts
  let bell: Disposable | undefined
  let closed = false

  function look(): void {
    if (closed) return
    bell?.[Symbol.dispose]()
    bell = undefined
    try {
      archive.transact(() => sayUnopened(parts))
      const next = archive.transact(() => answerAll(parts))
      if (next !== undefined) bell = clock.after(Math.max(0, next - clock.now()), look)
    } catch (error) {
      // A full disk: the archive still says what is to be done.
      parts.log(`what others cannot open waits: ${error instanceof Error ? error.message : ""}`)
    }
  }

  return {
    look,
    close() {
      closed = true
      bell?.[Symbol.dispose]()
    },
  }
}

/** An envelope that somebody waits for, as this desk holds it. */
type Waited = { line: string; members: readonly string[]; author: string; precedence: Precedence; state: EnvelopeState }

/** Seals again what it is this desk's turn to seal; answers when its next turn comes. */
function answerAll(parts: ResealingParts): number | undefined {
  const now = parts.clock.now()
  let next: number | undefined
  for (const row of parts.archive.sql.all`SELECT m.line, m.state, l.members, e.sender, e.precedence FROM matter m
      JOIN line l ON l.id = m.line
      JOIN envelope e ON e.line = m.line AND e.place = m.state ->> 'place' AND e.act IS NOT NULL
      WHERE m.office = 'envelope' AND m.state ->> 'open' = 1`) {
    const waited: Waited = {
      line: text(row.line) ?? "",
      members: (text(row.members) ?? "").split(" "),
      author: text(row.sender) ?? "",
      precedence: PRECEDENCES.find((one) => one === row.precedence) ?? "ROUTINE",
      state: JSON.parse(text(row.state) ?? "null"),
    }
    const turn = turnAt(parts, waited)
    if (turn === undefined) continue
    if (turn <= now) sealAgain(parts, waited)
    else next = Math.min(turn, next ?? turn)
  }
  return next
}

/** From which instant on it is this desk's turn; whoever is half way through his parts gets time for the rest. */
function turnAt({ delegation, roll }: ResealingParts, waited: Waited): number | undefined {
  const { members, state } = waited
  const turns = turnOf(delegation, waited)
  if (turns === undefined) return undefined
  const { slot, slotOfMany } = roll().charter.clocks
  const two = SLOTS * (members.length > 2 ? slotOfMany : slot).unattended * 1000
  const asked = waitingFor(state).map((member) => Date.parse(state.unopenable[member]?.at ?? ""))
  const held = state.underWay && state.underWay.by !== delegation ? 1 : 0
  return Math.max(...asked) + (turns + held) * two
}

function sealAgain(parts: ResealingParts, { line, members, precedence, state }: Waited): void {
  const { archive, outbox, roll, software } = parts
  const { place } = state
  const waiting = Object.values(state.unopenable).filter((one) => !one.resealed)
  const body = heldBody(archive, line, place)
  const notes = waiting.some((one) => one.missing) ? notesOf(archive, line, place) : []
  if (!body || !notes) return
  const portions = inPortions(body, notes, Math.min(roll().charter.limits.body / 2, LARGEST_BODY))
  const asked = Math.max(...waiting.map((one) => one.index))
  for (const [i, texts] of portions.entries()) {
    const own = i === 0 ? notes : []
    const act = utf8(actOf(software, { place, part: i + 1, of: portions.length }, own.length > 0))
    // The same question is answered once by this desk, whatever becomes of the answer.
    const token = `${RESEALED}.${line}.${place}.${asked}.${i}`
    outbox.submit({ line, members, precedence, act, texts: carry(body, own, texts), token, officer: null })
  }
  parts.submitted()
}

function actOf(software: string, { place, part, of }: Omit<Resealed, "matter">, header: boolean): string {
  const record: Resealed = { matter: envelopeMatter(place), place, part, of, ...(header ? { header } : {}) }
  return JSON.stringify({ act: RESEALED, software, record })
}

/**
 * The texts of a body in as many portions as envelopes are needed, each with salt and act beside it; none where one of
 * them does not fit beside these any more. That takes a first body within a few hundred bytes of what the registry takes.
 */
function inPortions(body: Body, notes: readonly string[], room: number): SaltedText[][] {
  const widest = utf8(actOf("0".repeat(64), { place: Number.MAX_SAFE_INTEGER, part: MOST_PARTS, of: MOST_PARTS }, true))
  const fixed = packedLength({ act: widest, texts: carry(body, notes, []) })
  const portions: SaltedText[][] = [[]]
  let left = room - fixed
  for (const one of body.texts) {
    const length = packedLength({ act: widest, texts: [one] }) - packedLength({ act: widest, texts: [] })
    if (length > room - fixed) return []
    if (length > left) {
      portions.push([])
      left = room - fixed
    }
    portions.at(-1)?.push(one)
    left -= length
  }
  return left < 0 || portions.length > MOST_PARTS ? [] : portions
}

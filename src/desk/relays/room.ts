import { randomInt } from "node:crypto"
import { type RefusalCode, refuse } from "#offices/act.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { askedRelay } from "#offices/lines/relay.ts"
import { type AskedRelay, isDiscreet } from "#offices/lines/relay-form.ts"
import { type Roll, secretariatLine } from "#offices/roll/roll.ts"
import { lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { instantOf } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"
import type { DoorRefusal } from "../door.ts"
import type { Files } from "../files/open.ts"
import type { Entered } from "../fold.ts"
import type { Live } from "../live.ts"
import { handLeg, recallLeg, stateDispatch } from "./acts.ts"
import { carryAnswer, carryAnswersOfStops } from "./answers.ts"
import { type CircularParts, type Circulated, circulate } from "./circular.ts"
import { openRelayedFiles, type RelayedFiles } from "./files.ts"
import { dueLegs, keepLeg, legsOf, legsOfRecalled, legThere, messageOn, stampedLegs } from "./legs.ts"

/**
 * What the secretariat's desk does with words that others ask it to pass on: an officer says that they go, the desk
 * gives them to each addressee anew and tells their author when they left. Emergency stops it passes on by itself. At
 * every other desk nothing of this happens.
 */
export type Relays = {
  /** Passes the words of a request on to every addressee that has no leg yet, or whose leg was refused. */
  passOn(line: string, matter: string, officer: string): { legs: number } | DoorRefusal
  /** Carries an answer that its addressee released back to the author. */
  carryAnswer(released: { index: number; number: number }, officer: string): { carried: true } | DoorRefusal
  /** Says the same words on several lines, under one release; any desk may. */
  circulate(input: unknown, officer: string): Circulated | DoorRefusal
  entered(entered: readonly Entered[]): void
  close(): Promise<void>
}

export type RelaysParts = CircularParts & {
  live: Live
  files: Pick<Files, "open" | "uploads">
  roll(): Roll
  log(message: string): void
}

type Acting = RelaysParts & { relayed: RelayedFiles }

const LOOK_MS = 1000
/** Words that leave no trace leave in one of so many slots after the one that brought them: drawn by lot. */
const SLOTS = 4

/** Opens the relays of a desk. */
export function openRelays(given: RelaysParts): Relays {
  const relayed = openRelayedFiles({ ...given, made: () => look() })
  const parts: Acting = { ...given, relayed }
  const { archive, clock, log } = parts
  const isSecretariat = () => parts.roll().charter.secretariat === parts.delegation
  let bell: Disposable | undefined
  let closed = false

  function look(): void {
    if (closed || !isSecretariat()) return
    try {
      lookOnce(parts)
    } catch (error) {
      // A full disk: whatever could not be written is done at the next look.
      log(`the relays wait: ${error instanceof Error ? error.message : ""}`)
    }
  }
  function again(): void {
    look()
    if (!closed) bell = clock.after(LOOK_MS, again)
  }
  bell = clock.after(0, () => {
    // What was recalled while nobody looked.
    for (const leg of isSecretariat() ? legsOfRecalled(archive) : []) recallLeg(parts, leg)
    again()
  })
  return {
    passOn(line, matter, officer) {
      if (!isSecretariat()) return refuse("roll.not-secretariat")
      const legs = archive.transact(() => makeLegs(parts, line, matter, officer))
      look()
      return legs
    },
    carryAnswer: (released, officer) =>
      isSecretariat() ? carryAnswer(parts, released, officer) : refuse("roll.not-secretariat"),
    circulate: (input, officer) => circulate(parts, input, officer),
    entered(all) {
      if (!isSecretariat()) return
      for (const { kind, line, matter, refused } of all)
        if (kind === "message.recalled" && refused === null)
          for (const leg of legsOf(archive, line, matter)) recallLeg(parts, leg)
      if (all.some(({ kind }) => kind.startsWith("message.") || kind.startsWith("relay."))) look()
    },
    async close() {
      closed = true
      bell?.[Symbol.dispose]()
      await relayed.close()
    },
  }
}

function lookOnce(parts: Acting): void {
  const { archive, clock } = parts
  // Stops first: nothing that stands in the way of other words may stand in theirs.
  passOnStops(parts)
  const due = dueLegs(archive, instantOf(clock))
  for (const leg of due.toSorted((a, b) => Number(b.officer === null) - Number(a.officer === null))) handLeg(parts, leg)
  for (const leg of stampedLegs(archive)) {
    stateDispatch(parts, leg)
    if (messageOn(archive, leg.line, leg.matter)?.recalled) recallLeg(parts, leg)
  }
  carryAnswersOfStops(parts)
}

/**
 * An emergency stop waits for no officer: every leg that it has not had yet is made and leaves at once. All of it is one
 * durable write: each more would be time that somebody has not.
 */
function passOnStops(parts: Acting): void {
  const { archive } = parts
  const rows = archive.sql.all`SELECT line, id FROM matter INDEXED BY matter_relay
    WHERE office = 'message' AND state->>'$.relay.open' = 1 AND state->>'$.form' = 'emergency-stop'`
  for (const row of rows) {
    const [line, matter] = [text(row.line) ?? "", text(row.id) ?? ""]
    archive.transact(() => {
      makeLegs(parts, line, matter, null)
      const made = legsOf(archive, line, matter).filter(({ state, officer }) => state === "waiting" && officer === null)
      for (const leg of made) handLeg(parts, leg)
    })
  }
}

/** Makes the legs that a request still lacks; where nobody passes it on but the desk, refused ones stay as they are. */
function makeLegs(
  parts: RelaysParts,
  line: string,
  matter: string,
  officer: string | null,
): { legs: number } | DoorRefusal {
  const { archive } = parts
  const state = messageOn(archive, line, matter)
  const relay = askedRelay(state)
  if (!state || !relay) return refuse("relay.not-asked")
  const refused = mayPassOn(state, relay)
  if (refused) return refuse(refused)
  const known = legsOf(archive, line, matter).filter((leg) => officer === null || leg.state !== "refused")
  const addressees = addresseesOf(archive, line, state, relay)
  if (addressees.length === 0) return refuse("relay.nowhere")
  const lacking = addressees.filter((name) => !known.some((leg) => leg.addressee === name))
  if (lacking.length === 0) return refuse("relay.already-passed-on")
  const due = dueOf(parts, state, relay)
  for (const addressee of lacking) {
    const there = lineWith(parts.roll(), addressee)
    const known = there !== undefined && archive.sql.get`SELECT 1 AS held FROM line WHERE id = ${there}` !== undefined
    const leg = { line, matter, addressee, there: there ?? "", due: new Date(due).toISOString(), officer }
    keepLeg(archive, { ...leg, state: known ? "waiting" : "refused", refused: known ? null : "door.unknown-line" })
  }
  parts.live.tell({ kind: "outbox" })
  return { legs: lacking.length }
}

function mayPassOn(state: MessageState, relay: AskedRelay): RefusalCode | undefined {
  if (state.recalled) return "message.already-recalled"
  return relay.returned ? "relay.already-returned" : undefined
}

/** Whom the words go to: those whom the request names, or whoever's words it replies to. */
export function addresseesOf(
  archive: Pick<Archive, "sql">,
  line: string,
  state: MessageState,
  relay: AskedRelay,
): readonly string[] {
  if (relay.asked.to) return relay.asked.to
  const brought = state.replyTo === null ? undefined : legThere(archive, line, state.replyTo)
  const row =
    brought &&
    archive.sql.get`SELECT sender FROM envelope e JOIN matter m ON m.opened = e."index"
    WHERE m.line = ${brought.line} AND m.id = ${brought.matter}`
  const author = text(row?.sender)
  return author === undefined ? [] : [author]
}

/**
 * When the legs of a request may be handed in. Those that leave no trace: from the beginning of a slot drawn by lot,
 * none earlier than the one after the slot that brought the request, so that no envelope follows it.
 */
function dueOf({ clock, live, roll }: RelaysParts, state: MessageState, { asked }: AskedRelay): number {
  const now = clock.now()
  if (!isDiscreet(asked, state.precedence)) return now
  const { attended, unattended } = roll().charter.clocks.slot
  const slot = (live.attended() ? attended : unattended) * 1000
  const current = Math.floor(Math.max(now, Date.parse(state.at)) / slot)
  return (current + 1 + randomInt(SLOTS)) * slot
}

/** The line of the secretariat with a delegation; undefined while it has not joined. */
function lineWith(roll: Roll, addressee: string): string | undefined {
  const member = roll.members[addressee]
  const line = member && secretariatLine(roll, member)
  return line && lineId(nodeCrypto, line)
}

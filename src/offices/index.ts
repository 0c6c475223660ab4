/**
 * What the office does: every act that a delegation can enter on a sealed line, by its name on the wire. Each kind
 * holds its schema, its rule and its fold; its words are in src/words, its screen in src/web under the same name.
 * The acts of the public lines (charter, participation, keys) are in roll/acts.ts and folded by roll/roll.ts.
 */
import type { AnyActKind, ClockRule, Discretion } from "./act.ts"
import { callEntered, callStated } from "./lines/call.ts"
import { checkAnswered, checkCalled, checkClock, checkClosed, checkExplained, checkUnanswered } from "./lines/check.ts"
import { lineAccepted, lineChecked, lineProposed } from "./lines/line.ts"
import { isMessageDiscreet, messageRecalled, messageSent } from "./lines/message.ts"
import {
  messageAcknowledged,
  messageCascaded,
  messageConfirmed,
  messageObjected,
  messageOpened,
  messageTakenIntoAccount,
} from "./lines/receipts.ts"
import { relayAnswerPassedOn, relayAnswerReleased, relayPassedOn, relayReturned } from "./lines/relay.ts"
import { lineResealed, lineUnopenable } from "./lines/resealing.ts"
import { lineBackInService, lineContact, lineOutOfService } from "./lines/service.ts"
import { messageClock, messageUnanswered } from "./lines/silence.ts"
import { messageTranslated } from "./lines/translation.ts"

const kinds: readonly AnyActKind[] = [
  // lines
  lineProposed,
  lineAccepted,
  lineChecked,
  lineUnopenable,
  lineResealed,
  lineContact,
  lineOutOfService,
  lineBackInService,
  messageSent,
  messageOpened,
  messageAcknowledged,
  messageCascaded,
  messageTakenIntoAccount,
  messageConfirmed,
  messageObjected,
  messageRecalled,
  messageTranslated,
  messageUnanswered,
  relayPassedOn,
  relayReturned,
  relayAnswerReleased,
  relayAnswerPassedOn,
  checkCalled,
  checkAnswered,
  checkClosed,
  checkUnanswered,
  checkExplained,
  callEntered,
  callStated,
]

/** One version of the rules: its acts by name. */
export type Rules = ReadonlyMap<string, AnyActKind>

/**
 * Every version of the rules that this release knows, by number. An act is judged for ever by the version in force at
 * its stamp; what a later release changes keeps its old text beside it.
 */
export const rules: ReadonlyMap<number, Rules> = new Map([[1, new Map(kinds.map((kind) => [kind.kind, kind]))]])

/** What clocks bring about, by the first word of the acts of a matter. */
// biome-ignore lint/suspicious/noExplicitAny: states of different offices stand in one table, as in AnyActKind
export const clockRules: ReadonlyMap<string, ClockRule<any>> = new Map<string, ClockRule<any>>([
  ["message", messageClock],
  ["check", checkClock],
])

/** Which acts about a matter must leave in slots, by the first word of the acts of the matter. */
// biome-ignore lint/suspicious/noExplicitAny: records of different kinds stand in one table, as in AnyActKind
export const discretion: ReadonlyMap<string, Discretion<any>> = new Map([["message", isMessageDiscreet]])

/**
 * The number of what folded states look like: raised with every change of a state's shape. States are derived, so an
 * archive that an earlier release folded is folded again when it is opened.
 */
export const STATES = 7

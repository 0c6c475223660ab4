import type { Answer, MessageState } from "../lines/message.ts"

/** Rungs of handbook §1.4 as far as messages need them, lowest first. */
export const RUNGS = [
  "submitted",
  "recorded",
  "witnessed",
  "delivered",
  "opened",
  "acknowledged",
  "cascaded",
  "taken-into-account",
  "confirmed",
  "objected",
  "unanswered",
] as const
export type Rung = (typeof RUNGS)[number]

/** One rung: who made it, and when by whose word; absent instants were not reached. */
export type Step = { rung: Rung; by: string; at: string }

/** The ladder of one addressee. */
export type Ladder = { addressee: string; steps: Step[] }

/** What the archive knows beside the folded state. */
export type Facts = {
  submitted: string | null
  /** The witnesses' time at which a quorum covered the message. */
  witnessed: string | null
  /** For each addressee, when its desk first said that it holds the line past this place. */
  delivered: Readonly<Record<string, string | undefined>>
  /** Who says on this line that a deadline passed without a response. */
  speaksForTheClock: string
}

/** The ladders of a message, one for each addressee, each rung with who made it. Read only: no rule asks this. */
export function ladders(message: MessageState, facts: Facts): Ladder[] {
  const common: Step[] = []
  if (facts.submitted) common.push({ rung: "submitted", by: message.by, at: facts.submitted })
  common.push({ rung: "recorded", by: "registry", at: message.at })
  if (facts.witnessed) common.push({ rung: "witnessed", by: "witnesses", at: facts.witnessed })
  return Object.entries(message.answers).map(([addressee, answer]) => ({
    addressee,
    steps: [...common, ...answerSteps(addressee, answer, facts)],
  }))
}

function answerSteps(addressee: string, answer: Answer, facts: Facts): Step[] {
  const steps: [Rung, string | undefined, string][] = [
    ["delivered", facts.delivered[addressee], addressee],
    ["opened", answer.opened?.at, addressee],
    ["acknowledged", answer.acknowledged?.at, addressee],
    ["cascaded", answer.cascaded?.at, addressee],
    ["taken-into-account", answer.takenIntoAccount?.at, addressee],
    ["confirmed", answer.confirmed?.at, addressee],
    ["objected", answer.objected?.at, addressee],
    ["unanswered", answer.unanswered?.at, facts.speaksForTheClock],
  ]
  return steps.flatMap(([rung, at, by]) => (at === undefined ? [] : [{ rung, by, at }]))
}

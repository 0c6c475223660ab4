import type { Attribution, Released } from "../lines/relay-form.ts"
import type { FileView } from "./screen.ts"

/** Shapes in which a desk speaks of relays to its screens and scripts. */

/** A release that this desk verified: who signed which words for whom, by its author's own clock. */
export type ReleaseView = {
  id: string
  at: string
  to: string[]
  /** Set where this line carried the same release before: words brought again say nothing new. */
  again: boolean
}

/** A relay as its author's line tells it: the author reads its own leg and what others let it know. */
export type AskedRelayView = {
  side: "asked"
  attribution: Attribution
  /** Null where the words go back to whoever's words they reply to. */
  to: string[] | null
  /** `to` is null where the request named nobody. */
  passedOn: { to: string | null; at: string }[]
  returned: { at: string; text: string | null } | null
  heard: { from: string | null; answer: Released; said: string; at: string; text: string | null }[]
  release: ReleaseView | null
  /** What became of it at the desk that passes it on; empty everywhere else. */
  legs: LegView[]
}

/** A relay as its addressee's line tells it. */
export type PassedRelayView = {
  side: "passed"
  attribution: Attribution
  /** Whose words, where they are attributed and signed. */
  from: string | null
  released: { answer: Released; at: string; text: string | null }[]
  release: ReleaseView | null
}

/** Words that their author says on several lines at once. */
export type CircularView = { side: "circular"; attribution: "attributed"; release: ReleaseView }

export type RelayView = AskedRelayView | PassedRelayView | CircularView

/** One addressee of a relay, at the desk that passes it on. */
export type LegView = {
  addressee: string
  state: "waiting" | "handed" | "dispatched" | "refused" | "cancelled"
  /** Why it could not go. */
  refused: string | null
  /** Not before. */
  due: string
  /** The new act: its line and matter, and when it was recorded there. */
  line: string
  matter: string
  at: string | null
}

/** A request that waits at the secretariat. */
export type RelayRequestRow = {
  line: string
  matter: string
  by: string
  at: string
  precedence: string
  form: string
  language: string
  subject: string | null
  body: string | null
  files: FileView[]
  attribution: Attribution
  /** Whom it goes to, also where the request could not name them. */
  to: string[]
  /** Whether it travels in slots, so that its leaving tells nothing. */
  discreet: boolean
  legs: LegView[]
}

/** An answer that its addressee released to the author of the words. */
export type RelayAnswerRow = {
  index: number
  number: number
  /** The second leg. */
  line: string
  matter: string
  from: string
  to: string
  answer: Released
  at: string
  text: string | null
  language: string
  subject: string | null
}

/** GET /api/relays */
export type RelayQueue = { requests: RelayRequestRow[]; answers: RelayAnswerRow[] }

/** GET /api/stops: an emergency stop that nobody ended, the latest first. */
export type StopRow = {
  line: string
  /** Null while it is on its way to the registry. */
  matter: string | null
  /** Whose call it is. */
  caller: string
  /** When the caller handed it in, as its own desk says; the clock on every screen runs from here. */
  since: string
  subject: string | null
  language: string
  /** Whether this delegation has not stated receipt yet. */
  awaits: boolean
}

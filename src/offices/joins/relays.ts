import type { Attribution, Released } from "../lines/relay-form.ts"

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

export type RelayView = AskedRelayView | PassedRelayView

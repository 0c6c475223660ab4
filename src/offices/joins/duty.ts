import { z } from "zod"
import { READ_BACKS } from "../lines/call.ts"
import type { AlertsView } from "./alert.ts"
import type { WatchItem } from "./watch-items.ts"

/** What is kept at a desk about its own watch. Nothing of it ever leaves the desk. */

const readBack = z.enum(READ_BACKS)

/** A telephone call that belongs to no line: whom, by function, and what was read back. */
export const typedCall = z
  .strictObject({
    direction: z.enum(["to", "from"]),
    with: z.string().trim().min(1).max(200),
    readBack,
    readBackText: z.string().trim().min(1).max(2000).nullable(),
  })
  .refine((call) => (call.readBack === "DONE") === (call.readBackText !== null))
export type TypedCall = z.infer<typeof typedCall>

/** A line that an officer types: a new one, or one that corrects another; none is ever changed. */
export const typedLine = z.strictObject({
  text: z.string().trim().min(1).max(4000),
  corrects: z.int().min(1).nullable(),
  call: typedCall.nullable(),
  /** The same word is the same line. */
  token: z.string().min(8).max(200),
})
export type TypedLine = z.infer<typeof typedLine>

/** What a row of the watch log tells: an act as it was entered, something that this desk noticed, or a typed line. */
export const DUTY_ROWS = ["act", "evidence", "key-event", "handover", "alert", "typed"] as const

/** One row of the watch log. */
export type DutyRow = {
  key: string
  at: string
  what: (typeof DUTY_ROWS)[number]
  /** The delegation whose act it is; null where this desk speaks for itself. */
  by: string | null
  /** The officer of this desk, as he is called here; null for what no officer of ours did. */
  officer: string | null
  /** The act's kind, or the code of what was noticed. */
  kind: string | null
  line: string | null
  matter: string | null
  precedence: string | null
  refused: string | null
  /** Its subject, the gist of a call, or what was typed. */
  text: string | null
  language: string | null
  call: { direction: "to" | "from"; with: string; readBack: string; readBackText: string | null } | null
  /** Of a typed line its number, the one that it corrects and the one by which it was corrected. */
  typed: { number: number; corrects: number | null; correctedBy: number | null } | null
}

/** GET /api/duty/log: the rows of a period, the latest first; `cut` where there were more. */
export type DutyLog = { rows: DutyRow[]; cut: boolean }

/** What an officer knows more of than others, so that he is called for it (the office's own list). */
export const EXPERTISE = [
  "humanitarian-law",
  "cybersecurity",
  "nuclear-safety",
  "conflict-resolution",
  "logistics",
] as const

/** PUT /api/duty/roster: what is written of one officer; `order` is his place in the call-out, null for not at all. */
export const rosterEntry = z.strictObject({
  officer: z.string().min(1).max(64),
  expertise: z.array(z.enum(EXPERTISE)).max(EXPERTISE.length),
  languages: z.array(z.enum(["en", "uk", "ru"])).max(3),
  order: z.int().min(1).max(99).nullable(),
  reach: z.string().trim().max(200),
})
export type RosterEntry = z.infer<typeof rosterEntry>
export type RosterRow = RosterEntry & { name: string; role: string; function: string; onDuty: boolean }

/** POST /api/duty/handover: what the outgoing officer says; `because` where another signs off in his place. */
export const handoverOffer = z.strictObject({
  notes: z.string().trim().min(1).max(8000),
  because: z.string().trim().min(1).max(1000).nullable(),
})

/** Who has the watch, since when, and by when it is to be handed over. */
export type OnDuty = { officer: string; name: string; since: string; due: string }

/** A hand-over that one officer signed off and no second one has taken yet. */
export type PendingHandover = {
  id: number
  officer: string
  name: string
  at: string
  notes: string
  because: string | null
  /** What was open then and still is, what became open since, and how many were dealt with meanwhile. */
  items: WatchItem[]
  since: WatchItem[]
  done: number
}

export type PastHandover = {
  id: number
  from: string
  offered: string
  to: string
  taken: string
  notes: string
  because: string | null
  open: number
}

/** GET /api/duty */
export type DutyView = {
  me: string
  onDuty: OnDuty | null
  pending: PendingHandover | null
  roster: RosterRow[]
  past: PastHandover[]
  alerts: AlertsView
}

/** Hours of one watch: three a day. */
export const WATCH_HOURS = 8

/** Whether an officer may sign the watch off: who has it, or, with a reason, another in his place. */
export function mayOffer(
  onDuty: string | null,
  officer: string,
  because: string | null,
): "permitted" | { refused: "duty.not-on-duty" } {
  return onDuty === null || onDuty === officer || because !== null ? "permitted" : { refused: "duty.not-on-duty" }
}

/** Whether an officer may take the watch over: never who signed it off, nor who has it. */
export function mayTake(
  onDuty: string | null,
  offeredBy: string,
  officer: string,
): "permitted" | { refused: "duty.second-officer" } {
  return officer === offeredBy || officer === onDuty ? { refused: "duty.second-officer" } : "permitted"
}

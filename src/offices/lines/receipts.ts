import { z } from "zod"
import { type ActKind, actKind, type Entry, id, instant, refuse, text, type Verdict } from "../act.ts"
import { answered, type MessageState } from "./message.ts"

/** Codes of handbook §1.4 for an objection; none of them is a refusal of permission. */
export const OBJECTIONS = [
  "COORDS_MISMATCH",
  "NOT_IN_STATED_USE",
  "DUPLICATE",
  "OUT_OF_SCOPE",
  "LEAD_TIME",
  "MINES_UXO",
  "ACTIVITY_IN_AREA",
  "WEATHER",
  "ROUTE_ALTERNATIVE_PROPOSED",
  "OTHER",
] as const

/** What holds for every answer: there is a message, it is this one, and the answering delegation was addressed. */
export function mayAnswer(state: MessageState | undefined, by: string, of: string): Verdict {
  if (!state) return refuse("message.unknown")
  if (!Object.hasOwn(state.answers, by)) return refuse("message.not-addressee")
  return of === state.header ? "permitted" : refuse("message.other-content")
}

const opened = z.strictObject({ matter: id, of: id, role: z.enum(["officer", "supervisor"]) })

function mayOpen(state: MessageState | undefined, record: z.infer<typeof opened>, entry: Entry): Verdict {
  // On a line of more than two it would tell one party when the other reads.
  if (entry.line.members.length > 2) return refuse("message.opening-not-reported")
  const verdict = mayAnswer(state, entry.by, record.of)
  if (verdict !== "permitted") return verdict
  return state?.answers[entry.by]?.opened ? refuse("message.already-opened") : "permitted"
}

/** The addressee's desk reports that an authorised person first opened it, by role only. */
export const messageOpened: ActKind<MessageState, z.infer<typeof opened>> = actKind({
  kind: "message.opened",
  schema: opened,
  texts: [],
  by: "desk",
  callsForReceipt: false,
  mayAct: mayOpen,
  fold: (state, record, { by, at, index }) => answered(state, by, { opened: { at, index, role: record.role } }),
})

const acknowledged = z.strictObject({ matter: id, of: id })

function mayAcknowledge(state: MessageState | undefined, record: z.infer<typeof acknowledged>, entry: Entry): Verdict {
  const verdict = mayAnswer(state, entry.by, record.of)
  if (verdict !== "permitted") return verdict
  return state?.answers[entry.by]?.acknowledged ? refuse("message.already-acknowledged") : "permitted"
}

/** Receipt stated by an officer; content neither confirmed nor agreed (Whiteflag 7). `of` is what was acknowledged. */
export const messageAcknowledged: ActKind<MessageState, z.infer<typeof acknowledged>> = actKind({
  kind: "message.acknowledged",
  schema: acknowledged,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayAcknowledge,
  fold: (state, _record, { by, at, index }) => answered(state, by, { acknowledged: { at, index } }),
})

const cascaded = z.strictObject({ matter: id, of: id, since: instant })

/** Rungs above the acknowledgement stand on one: who states them has stated receipt. */
function mayStateFurther(
  state: MessageState | undefined,
  of: string,
  entry: Entry,
  rung: "cascaded" | "takenIntoAccount" | "confirmed",
): Verdict {
  const verdict = mayAnswer(state, entry.by, of)
  if (verdict !== "permitted") return verdict
  const answer = state?.answers[entry.by]
  if (!answer?.acknowledged) return refuse("message.not-acknowledged")
  return answer[rung] ? refuse("message.already-stated") : "permitted"
}

/** The addressee states that it has passed the message to the competent operational level: when, never to which unit. */
export const messageCascaded: ActKind<MessageState, z.infer<typeof cascaded>> = actKind({
  kind: "message.cascaded",
  schema: cascaded,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const verdict = mayStateFurther(state, record.of, entry, "cascaded")
    if (verdict !== "permitted") return verdict
    return record.since <= entry.at ? "permitted" : refuse("message.in-the-future")
  },
  fold: (state, { since }, { by, at, index }) => answered(state, by, { cascaded: { at, index, since } }),
})

const stated = z.strictObject({ matter: id, of: id })

/** The addressee states that it will take the message into account; no guarantee (Whiteflag 8). */
export const messageTakenIntoAccount: ActKind<MessageState, z.infer<typeof stated>> = actKind({
  kind: "message.taken-into-account",
  schema: stated,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct: (state, record, entry) => mayStateFurther(state, record.of, entry, "takenIntoAccount"),
  fold: (state, _record, { by, at, index }) => answered(state, by, { takenIntoAccount: { at, index } }),
})

/** The addressee states that the content matches its own data (Whiteflag 6). */
export const messageConfirmed: ActKind<MessageState, z.infer<typeof stated>> = actKind({
  kind: "message.confirmed",
  schema: stated,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct: (state, record, entry) => mayStateFurther(state, record.of, entry, "confirmed"),
  fold: (state, _record, { by, at, index }) => answered(state, by, { confirmed: { at, index } }),
})

const objected = z.strictObject({ matter: id, of: id, reason: z.enum(OBJECTIONS), text: text.optional() })

function mayObject(state: MessageState | undefined, record: z.infer<typeof objected>, entry: Entry): Verdict {
  const verdict = mayAnswer(state, entry.by, record.of)
  if (verdict !== "permitted") return verdict
  return state?.answers[entry.by]?.objected ? refuse("message.already-objected") : "permitted"
}

/** An objection with its reason; it refuses nothing to anybody (Whiteflag 9). */
export const messageObjected: ActKind<MessageState, z.infer<typeof objected>> = actKind({
  kind: "message.objected",
  schema: objected,
  texts: ["text"],
  secondOfficer: true,
  by: "officer",
  callsForReceipt: false,
  mayAct: mayObject,
  fold: (state, record, { by, at, index }) =>
    answered(state, by, { objected: { at, index, reason: record.reason, text: record.text ?? null } }),
})

import { z } from "zod"
import {
  type ActKind,
  actKind,
  type ClockRule,
  type Entry,
  id,
  instant,
  language,
  name,
  type Precedence,
  refuse,
  text,
  type Verdict,
} from "../act.ts"

/** What one addressee said of a message. Silence is a statement of the clock, never theirs. */
export type Answer = {
  opened?: { at: string; index: number; role: string }
  acknowledged?: { at: string; index: number }
  objected?: { at: string; index: number; reason: string; text: string | null }
  unanswered?: { at: string; index: number }
  replied?: { at: string; index: number; matter: string }
}

/** A message on a line with the ladder of each addressee (handbook §1.4). */
export type MessageState = {
  by: string
  at: string
  index: number
  place: number
  header: string
  precedence: Precedence
  language: z.infer<typeof language>
  subject: string
  body: string
  replyTo: string | null
  replyBy: string | null
  recalled: { at: string; index: number; text: string | null } | null
  answers: Record<string, Answer>
}

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

const sent = z.strictObject({
  matter: id,
  language,
  subject: text,
  body: text,
  replyTo: id.optional(),
  replyBy: instant.optional(),
})
type Sent = z.infer<typeof sent>

/** A message: precedence in the header, subject and body as texts. */
export const messageSent: ActKind<MessageState, Sent> = actKind({
  kind: "message.sent",
  schema: sent,
  texts: ["subject", "body"],
  by: "officer",
  callsForReceipt: true,
  mayAct: (state) => (state ? refuse("message.already-sent") : "permitted"),
  fold: (_state, record, entry) => ({
    by: entry.by,
    at: entry.at,
    index: entry.index,
    place: entry.place,
    header: entry.header,
    precedence: entry.precedence,
    language: record.language,
    subject: record.subject,
    body: record.body,
    replyTo: record.replyTo ?? null,
    replyBy: record.replyBy ?? null,
    recalled: null,
    answers: Object.fromEntries(entry.line.members.filter((m) => m !== entry.by).map((m) => [m, {}])),
  }),
  relates: {
    to: (record) => record.replyTo,
    fold(state, record, entry) {
      const reply = { at: entry.at, index: entry.index, matter: record.matter }
      return state.answers[entry.by]?.replied || !Object.hasOwn(state.answers, entry.by)
        ? state
        : answered(state, entry.by, { replied: reply })
    },
  },
})

function answered(state: MessageState | undefined, by: string, answer: Answer): MessageState {
  if (!state) throw new Error("an answer stands before its message")
  return { ...state, answers: { ...state.answers, [by]: { ...state.answers[by], ...answer } } }
}

/** What holds for every answer: there is a message, it is this one, and the answering delegation was addressed. */
function mayAnswer(state: MessageState | undefined, by: string, of: string): Verdict {
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
  by: "officer",
  callsForReceipt: false,
  mayAct: mayObject,
  fold: (state, record, { by, at, index }) =>
    answered(state, by, { objected: { at, index, reason: record.reason, text: record.text ?? null } }),
})

const recalled = z.strictObject({ matter: id, of: id, text: text.optional() })

function mayRecall(state: MessageState | undefined, record: z.infer<typeof recalled>, entry: Entry): Verdict {
  if (!state) return refuse("message.unknown")
  if (entry.by !== state.by) return refuse("message.not-author")
  if (record.of !== state.header) return refuse("message.other-content")
  return state.recalled ? refuse("message.already-recalled") : "permitted"
}

/** The author takes its message back: one more act, delivered like any other; the message stays. */
export const messageRecalled: ActKind<MessageState, z.infer<typeof recalled>> = actKind({
  kind: "message.recalled",
  schema: recalled,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayRecall,
  fold(state, record, { at, index }) {
    if (!state) throw new Error("a recall stands before its message")
    return { ...state, recalled: { at, index, text: record.text ?? null } }
  },
})

const unanswered = z.strictObject({ matter: id, of: id, by: name })

/** The instant after which a message counts as without response: its reply-by, or the clock of its precedence. */
export function deadline(state: Pick<MessageState, "at" | "precedence" | "replyBy">, clocks: Entry["clocks"]): string {
  if (state.replyBy) return state.replyBy
  return new Date(Date.parse(state.at) + clocks.acknowledge[state.precedence] * 1000).toISOString()
}

/** Who says that a deadline passed: the secretariat, or on a line without it the message's author. */
export function speaksForTheClock(state: Pick<MessageState, "by">, line: Entry["line"], secretariat: string): string {
  return line.members.includes(secretariat) ? secretariat : state.by
}

function mayLapse(state: MessageState | undefined, record: z.infer<typeof unanswered>, entry: Entry): Verdict {
  if (!state) return refuse("message.unknown")
  if (entry.by !== speaksForTheClock(state, entry.line, entry.secretariat)) return refuse("message.not-for-you-to-say")
  // Its author chooses this name: one that every object of the language has is nobody's answer.
  const answer = Object.hasOwn(state.answers, record.by) ? state.answers[record.by] : undefined
  if (!answer) return refuse("message.not-addressee")
  if (record.of !== state.header) return refuse("message.other-content")
  if (answer.unanswered) return refuse("message.already-unanswered")
  if (answer.acknowledged || answer.objected || answer.replied) return refuse("message.answered")
  return entry.at >= lapseFrom(state, entry.clocks) ? "permitted" : refuse("message.deadline-not-passed")
}

/** The first instant after the deadline: its own second is still in time (docs/specs/envelope.md §6). */
function lapseFrom(state: MessageState, clocks: Entry["clocks"]): string {
  return new Date((Math.floor(Date.parse(deadline(state, clocks)) / 1000) + 1) * 1000).toISOString()
}

/** Who has not answered, and of whom that was not yet said. */
function silent(state: MessageState): string[] {
  if (state.recalled) return []
  const answered = (a: Answer) => a.acknowledged ?? a.objected ?? a.replied ?? a.unanswered
  return Object.entries(state.answers).flatMap(([by, a]) => (answered(a) ? [] : [by]))
}

/** Silence past the deadline, said by whoever speaks for the clock on that line. */
export const messageClock: ClockRule<MessageState> = {
  due: (state, clocks) => (silent(state).length > 0 ? lapseFrom(state, clocks) : null),
  say(state, { speaker, now, matter, line, secretariat, clocks }) {
    if (now < lapseFrom(state, clocks) || speaker !== speaksForTheClock(state, line, secretariat)) return []
    return silent(state).map((by) => ({ act: "message.unanswered", fields: { matter, of: state.header, by } }))
  },
}

/** No response received by the deadline: neither consent nor refusal. `by` is who was asked. */
export const messageUnanswered: ActKind<MessageState, z.infer<typeof unanswered>> = actKind({
  kind: "message.unanswered",
  schema: unanswered,
  texts: [],
  by: "desk",
  callsForReceipt: false,
  mayAct: mayLapse,
  fold: (state, record, { at, index }) => answered(state, record.by, { unanswered: { at, index } }),
})

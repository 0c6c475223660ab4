import { z } from "zod"
import { utf8 } from "#register/bytes.ts"
import { parseDescription } from "#seal/attachment.ts"
import {
  type ActKind,
  actKind,
  type Entry,
  id,
  instant,
  language,
  type Precedence,
  refuse,
  text,
  type Verdict,
} from "../act.ts"
import { type Attachment, attachments } from "../attachment.ts"
import {
  isDiscreet,
  isUrgent,
  type RelayState,
  relayAsked,
  relayFits,
  relayFrom,
  releaseCarried,
  releaseMade,
} from "./relay-form.ts"
import { answersOf } from "./stop.ts"
import { formatWords } from "./words.ts"

/** What one addressee said of a message. Silence is a statement of the clock, never theirs. */
export type Answer = {
  opened?: { at: string; index: number; role: string }
  acknowledged?: { at: string; index: number }
  /** Passed on to the competent operational level at `since`, as its author states; no unit is named. */
  cascaded?: { at: string; index: number; since: string }
  takenIntoAccount?: { at: string; index: number }
  confirmed?: { at: string; index: number }
  objected?: { at: string; index: number; reason: string; text: string | null }
  unanswered?: { at: string; index: number }
  replied?: { at: string; index: number; matter: string }
}

/** A translation beside the original, which always prevails. */
export type Translation = {
  language: z.infer<typeof language>
  kind: string
  by: string
  at: string
  index: number
  subject: string
  body: string
}

/** What a message's text is: free words, or the five answers of an emergency stop as JSON (stop.ts). */
export const FORMS = ["words", "emergency-stop"] as const

/** A message on a line with the ladder of each addressee (handbook §1.4). */
export type MessageState = {
  by: string
  at: string
  index: number
  place: number
  header: string
  precedence: Precedence
  language: z.infer<typeof language>
  form: (typeof FORMS)[number]
  subject: string
  body: string
  files: readonly Attachment[]
  replyTo: string | null
  replyBy: string | null
  recalled: { at: string; index: number; text: string | null } | null
  answers: Record<string, Answer>
  translations: readonly Translation[]
  /** Set where the message is to go further, or came from further (relay.ts). */
  relay: RelayState | null
}

const sent = z.strictObject({
  matter: id,
  language,
  form: z.enum(FORMS).optional(),
  subject: text,
  body: text,
  files: attachments.optional(),
  replyTo: id.optional(),
  replyBy: instant.optional(),
  /** Asks the secretariat to pass the message on. */
  relay: relayAsked.optional(),
  /** Says whose words the secretariat passes on here. */
  relayed: relayFrom.optional(),
  /** Says that its author says the same words on other lines too, under one release that names all who get them. */
  circular: z.literal(true).optional(),
  /** The author's release of these words, and the words as it covers them: both or neither. */
  release: text.optional(),
  words: text.optional(),
})
export type Sent = z.infer<typeof sent>

function maySend(state: MessageState | undefined, record: Sent, entry: Entry): Verdict {
  if (state) return refuse("message.already-sent")
  if (record.form === "emergency-stop" && entry.precedence !== "FLASH") return refuse("stop.not-flash")
  // It leaves at once, and files take their time.
  if (record.form === "emergency-stop" && record.files) return refuse("stop.files")
  return relayFits(record, entry)
}

/** A message: precedence in the header, subject and body as texts. */
export const messageSent: ActKind<MessageState, Sent> = actKind({
  kind: "message.sent",
  schema: sent,
  texts: ["subject", "body", "release", "words"],
  // `words` says once more what subject and body say.
  forMachines: ["release", "words"],
  reads: (record, field, text) =>
    field === "body" && "form" in record && record.form === "emergency-stop" ? answersOf(text) : text,
  files: true,
  by: "officer",
  callsForReceipt: true,
  release: {
    makes: releaseMade,
    carries: releaseCarried,
    words: ({ language, form = "words", subject, body, files = [] }, clear) => {
      const covered = files.map(({ file, length, text: hash }) => {
        const { size, type, name } = parseDescription(utf8(clear(hash)), length)
        return { file, size, type, name }
      })
      return formatWords({ language, form, subject: clear(subject), body: clear(body), files: covered })
    },
  },
  mayAct: maySend,
  fold: (_state, record, entry) => ({
    by: entry.by,
    at: entry.at,
    index: entry.index,
    place: entry.place,
    header: entry.header,
    precedence: entry.precedence,
    language: record.language,
    form: record.form ?? "words",
    subject: record.subject,
    body: record.body,
    files: record.files ?? [],
    replyTo: record.replyTo ?? null,
    replyBy: record.replyBy ?? null,
    recalled: null,
    answers: Object.fromEntries(entry.line.members.filter((m) => m !== entry.by).map((m) => [m, {}])),
    translations: [],
    relay: relayOf(record),
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

function relayOf({ relay, relayed }: Sent): RelayState | null {
  if (relay) return { asked: relay, open: true, passedOn: {}, returned: null, heard: [] }
  return relayed ? { from: relayed, released: [] } : null
}

/** The message with one more answer of `by`; throws where an answer stands before its message. */
export function answered(state: MessageState | undefined, by: string, answer: Answer): MessageState {
  if (!state) throw new Error("an answer stands before its message")
  return { ...state, answers: { ...state.answers, [by]: { ...state.answers[by], ...answer } } }
}

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
    const relay = state.relay && "asked" in state.relay ? { ...state.relay, open: false } : state.relay
    return { ...state, relay, recalled: { at, index, text: record.text ?? null } }
  },
})

/** Whether an act of a message must leave in a slot: its own words do, or those that it speaks of or replies to. */
export function isMessageDiscreet(
  record: { matter: string } & Partial<Pick<Sent, "relay" | "relayed" | "replyTo">>,
  precedence: Precedence,
  stateOf: (matter: string) => MessageState | undefined,
): boolean {
  if (isUrgent(precedence)) return false
  if (isDiscreet(record.relay ?? record.relayed, precedence)) return true
  return [record.matter, record.replyTo].some((matter) => {
    const state = matter === undefined ? undefined : stateOf(matter)
    return state?.relay ? isDiscreet(attributed(state.relay), state.precedence) : false
  })
}

function attributed(relay: RelayState) {
  return "asked" in relay ? relay.asked : relay.from
}

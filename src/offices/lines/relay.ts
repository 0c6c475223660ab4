import { z } from "zod"
import { type ActKind, actKind, type Entry, id, instant, name, refuse, text, type Verdict } from "../act.ts"
import type { Answer, MessageState } from "./message.ts"
import { type AskedRelay, type PassedRelay, RELEASED, type Released, UNNAMED } from "./relay-form.ts"

/** The relay that the author asked for on this line; undefined where there is none. */
export function askedRelay(state: MessageState | undefined): AskedRelay | undefined {
  return state?.relay && "asked" in state.relay ? state.relay : undefined
}

/** The relay that the secretariat passed on on this line; undefined where there is none. */
export function passedRelay(state: MessageState | undefined): PassedRelay | undefined {
  return state?.relay && "from" in state.relay ? state.relay : undefined
}

/** What only the secretariat says, and only of a message that asks for a relay and is this one. */
function maySayOfRelay(state: MessageState | undefined, of: string, entry: Entry): Verdict {
  if (!state) return refuse("message.unknown")
  if (entry.by !== entry.secretariat) return refuse("roll.not-secretariat")
  if (!askedRelay(state)) return refuse("relay.not-asked")
  return of === state.header ? "permitted" : refuse("message.other-content")
}

function withAsked(state: MessageState | undefined, change: (relay: AskedRelay) => Partial<AskedRelay>): MessageState {
  const relay = askedRelay(state)
  if (!state || !relay) throw new Error("a word about a relay stands before it was asked for")
  return { ...state, relay: { ...relay, ...change(relay) } }
}

const passedOn = z.strictObject({ matter: id, of: id, to: name.optional() })

/** Whether a delegation is named exactly where the request named its addressees, and is one of them. */
function isAsked({ asked: { to } }: AskedRelay, named: string | undefined): boolean {
  return to ? named !== undefined && to.includes(named) : named === undefined
}

/** The secretariat states to the author that its words left for this addressee; without a name where it asked for none. */
export const relayPassedOn: ActKind<MessageState, z.infer<typeof passedOn>> = actKind({
  kind: "relay.passed-on",
  about: "message",
  schema: passedOn,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const verdict = maySayOfRelay(state, record.of, entry)
    const relay = askedRelay(state)
    if (verdict !== "permitted" || !relay) return verdict
    if (relay.returned) return refuse("relay.already-returned")
    if (!isAsked(relay, record.to)) return refuse("relay.nowhere")
    return Object.hasOwn(relay.passedOn, record.to ?? UNNAMED) ? refuse("relay.already-passed-on") : "permitted"
  },
  fold: (state, { to = UNNAMED }, { at, index }) =>
    withAsked(state, ({ asked, passedOn: before }) => {
      const after = { ...before, [to]: { at, index } }
      return { passedOn: after, open: Object.keys(after).length < (asked.to?.length ?? 1) }
    }),
})

const returned = z.strictObject({ matter: id, of: id, text })

/** The secretariat gives the words back unsent, with the defect of form that stands in the way. */
export const relayReturned: ActKind<MessageState, z.infer<typeof returned>> = actKind({
  kind: "relay.returned",
  about: "message",
  schema: returned,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const verdict = maySayOfRelay(state, record.of, entry)
    const relay = askedRelay(state)
    if (verdict !== "permitted" || !relay) return verdict
    if (relay.returned) return refuse("relay.already-returned")
    return Object.keys(relay.passedOn).length > 0 ? refuse("relay.already-passed-on") : "permitted"
  },
  fold: (state, record, { at, index }) =>
    withAsked(state, () => ({ open: false, returned: { at, index, text: record.text } })),
})

const answerReleased = z.strictObject({ matter: id, of: id, answer: z.enum(RELEASED), text: text.optional() })

const STATED: Record<Exclude<Released, "words">, keyof Answer> = {
  acknowledged: "acknowledged",
  cascaded: "cascaded",
  "taken-into-account": "takenIntoAccount",
  confirmed: "confirmed",
  objected: "objected",
}

function mayRelease(state: MessageState | undefined, record: z.infer<typeof answerReleased>, entry: Entry): Verdict {
  const relay = passedRelay(state)
  if (!state) return refuse("message.unknown")
  if (!relay) return refuse("relay.not-passed-on")
  if (!Object.hasOwn(state.answers, entry.by)) return refuse("message.not-addressee")
  if (record.of !== state.header) return refuse("message.other-content")
  if (record.answer === "words") return record.text === undefined ? refuse("relay.words-missing") : "permitted"
  if (!state.answers[entry.by]?.[STATED[record.answer]]) return refuse("relay.not-stated")
  const before = relay.released.some(({ answer }) => answer === record.answer)
  return before ? refuse("relay.already-released") : "permitted"
}

/** The addressee lets the author know of one of its answers; what it does not release, the author never learns. */
export const relayAnswerReleased: ActKind<MessageState, z.infer<typeof answerReleased>> = actKind({
  kind: "relay.answer-released",
  about: "message",
  schema: answerReleased,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayRelease,
  fold(state, record, { at, index }) {
    const relay = passedRelay(state)
    if (!state || !relay) throw new Error("an answer was released before its message")
    const released = [...relay.released, { at, index, answer: record.answer, text: record.text ?? null }]
    return { ...state, relay: { ...relay, released } }
  },
})

const answerPassedOn = z.strictObject({
  matter: id,
  of: id,
  /** Left out where the request named nobody. */
  from: name.optional(),
  answer: z.enum(RELEASED),
  /** When the addressee stated it, by the stamp on its own line. */
  said: instant,
  text: text.optional(),
})

/** The secretariat carries an answer that its addressee released back to the author. */
export const relayAnswerPassedOn: ActKind<MessageState, z.infer<typeof answerPassedOn>> = actKind({
  kind: "relay.answer-passed-on",
  about: "message",
  schema: answerPassedOn,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const verdict = maySayOfRelay(state, record.of, entry)
    const relay = askedRelay(state)
    if (verdict !== "permitted" || !relay) return verdict
    const { answer, from = UNNAMED } = record
    if (!Object.hasOwn(relay.passedOn, from)) return refuse("relay.not-passed-on")
    const again = answer !== "words" && relay.heard.some((one) => one.from === from && one.answer === answer)
    return again ? refuse("relay.already-released") : "permitted"
  },
  fold: (state, { from = UNNAMED, answer, said, text: words }, { at, index }) =>
    withAsked(state, ({ heard }) => ({ heard: [...heard, { at, index, from, answer, said, text: words ?? null }] })),
})

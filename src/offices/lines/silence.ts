import { z } from "zod"
import { type ActKind, actKind, type ClockRule, type Entry, id, name, refuse, type Verdict } from "../act.ts"
import { type Answer, answered, type MessageState } from "./message.ts"

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
  // Words to be passed on are answered by passing them on or by returning them; a word of the clock, at once and on
  // their author's line, would tell the register's watchers of them.
  if (state.recalled || (state.relay && "asked" in state.relay)) return []
  const answered = (a: Answer) => a.acknowledged ?? a.objected ?? a.replied ?? a.unanswered
  return Object.entries(state.answers).flatMap(([by, a]) => (answered(a) ? [] : [by]))
}

/** Whether this addressee has something to do still: nothing once it acknowledged or objected, or the message was recalled. */
export function awaits(message: Pick<MessageState, "answers" | "recalled">, addressee: string): boolean {
  const answer = message.answers[addressee]
  return answer !== undefined && !answer.acknowledged && !answer.objected && !message.recalled
}

/** Silence past the deadline, said by whoever speaks for the clock on that line. */
export const messageClock: ClockRule<MessageState> = {
  due: (state, clocks) => (silent(state).length > 0 ? lapseFrom(state, clocks) : null),
  awaited: (state) => Object.keys(state.answers).filter((name) => awaits(state, name)),
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

import { z } from "zod"
import {
  type ActKind,
  actKind,
  type ClockRule,
  type Entry,
  id,
  instant,
  name,
  refuse,
  text,
  type Verdict,
} from "../act.ts"

/** What a check of the line by officers came to, for one member (handbook W1 b). */
export const RESULTS = ["OK", "GARBLED", "OUT_OF_SERVICE"] as const

/** A check: a neutral text, called at an hour of the charter, to be read back by each other member. */
export type CheckState = {
  by: string
  at: string
  index: number
  header: string
  /** The hour that the check is of, UTC. */
  slot: string
  text: string
  members: Record<string, Checked>
}
type Moment = { at: string; index: number }
export type Checked = {
  answered?: Moment & { readBack: string; quality: number; letters: boolean }
  closed?: Moment & { result: (typeof RESULTS)[number]; text: string | null }
  unanswered?: Moment
  explained?: Moment & { text: string }
}

const called = z.strictObject({ matter: id, slot: instant, text })

/** Who calls the checks of a line: the secretariat, or on a line without it whoever begins. */
function mayCall(state: CheckState | undefined, record: z.infer<typeof called>, entry: Entry): Verdict {
  if (state) return refuse("check.already-called")
  const { members } = entry.line
  if (members.includes(entry.secretariat) && entry.by !== entry.secretariat) return refuse("roll.not-secretariat")
  return record.slot <= entry.at ? "permitted" : refuse("check.too-early")
}

/** A line check by officers: this text is to be read back. */
export const checkCalled: ActKind<CheckState, z.infer<typeof called>> = actKind({
  kind: "check.called",
  schema: called,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayCall,
  fold: (_state, record, { by, at, index, header, line }) => ({
    ...{ by, at, index, header, slot: record.slot, text: record.text },
    members: Object.fromEntries(line.members.filter((one) => one !== by).map((one) => [one, {}])),
  }),
})

/** What one member's part of a check becomes; throws where it stands before the check. */
function checked(state: CheckState | undefined, of: string, change: Checked): CheckState {
  if (!state) throw new Error("an answer stands before its check")
  return { ...state, members: { ...state.members, [of]: { ...state.members[of], ...change } } }
}

function part(state: CheckState | undefined, of: string, header: string): Checked | { refusal: Verdict } {
  if (!state) return { refusal: refuse("check.unknown") }
  if (header !== state.header) return { refusal: refuse("message.other-content") }
  const mine = Object.hasOwn(state.members, of) ? state.members[of] : undefined
  return mine ?? { refusal: refuse("message.not-addressee") }
}

const answeredForm = z.strictObject({
  matter: id,
  of: id,
  readBack: text,
  /** 1 (hardly readable) to 5 (perfect). */
  quality: z.int().min(1).max(5),
  /** Whether the letters of all three languages came through. */
  letters: z.boolean(),
})

/** The text read back, late or in time; how it was received. */
export const checkAnswered: ActKind<CheckState, z.infer<typeof answeredForm>> = actKind({
  kind: "check.answered",
  schema: answeredForm,
  texts: ["readBack"],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const mine = part(state, entry.by, record.of)
    if ("refusal" in mine) return mine.refusal
    return mine.answered ? refuse("check.already-answered") : "permitted"
  },
  fold: (state, { readBack, quality, letters }, { by, at, index }) =>
    checked(state, by, { answered: { at, index, readBack, quality, letters } }),
})

const closed = z.strictObject({ matter: id, of: id, by: name, result: z.enum(RESULTS), text: text.optional() })

/** Whoever called the check compares what was read back and says what it came to. */
export const checkClosed: ActKind<CheckState, z.infer<typeof closed>> = actKind({
  kind: "check.closed",
  schema: closed,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const theirs = part(state, record.by, record.of)
    if ("refusal" in theirs) return theirs.refusal
    if (state?.by !== entry.by) return refuse("check.not-for-you-to-say")
    if (theirs.closed) return refuse("check.already-closed")
    // Out of service is said of a line that nobody read anything back on.
    return (record.result === "OUT_OF_SERVICE") !== (theirs.answered !== undefined)
      ? "permitted"
      : refuse("check.result-does-not-fit")
  },
  fold: (state, record, { at, index }) =>
    checked(state, record.by, { closed: { at, index, result: record.result, text: record.text ?? null } }),
})

const unanswered = z.strictObject({ matter: id, of: id, by: name })

/** The first instant at which a check counts as unanswered: its own last second is in time. */
function lapseFrom(state: CheckState, seconds: number): string {
  return new Date((Math.floor(Date.parse(state.at) / 1000) + seconds + 1) * 1000).toISOString()
}

/** No read-back by the charter's clock. Whether that desk was up is another question (joins/board.ts). */
export const checkUnanswered: ActKind<CheckState, z.infer<typeof unanswered>> = actKind({
  kind: "check.unanswered",
  schema: unanswered,
  texts: [],
  by: "desk",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const theirs = part(state, record.by, record.of)
    if ("refusal" in theirs) return theirs.refusal
    if (!state || state.by !== entry.by) return refuse("check.not-for-you-to-say")
    if (theirs.unanswered) return refuse("check.already-unanswered")
    if (theirs.answered || theirs.closed) return refuse("check.already-answered")
    return entry.at >= lapseFrom(state, entry.clocks.check) ? "permitted" : refuse("message.deadline-not-passed")
  },
  fold: (state, record, { at, index }) => checked(state, record.by, { unanswered: { at, index } }),
})

const explained = z.strictObject({ matter: id, of: id, text })

/** Who missed a check says why, in its own words. */
export const checkExplained: ActKind<CheckState, z.infer<typeof explained>> = actKind({
  kind: "check.explained",
  schema: explained,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    const mine = part(state, entry.by, record.of)
    if ("refusal" in mine) return mine.refusal
    return mine.explained ? refuse("check.already-explained") : "permitted"
  },
  fold: (state, record, { by, at, index }) => checked(state, by, { explained: { at, index, text: record.text } }),
})

/** Who has not read back, and of whom that was not yet said. */
function silent(state: CheckState): string[] {
  return Object.entries(state.members).flatMap(([by, one]) =>
    one.answered || one.closed || one.unanswered ? [] : [by],
  )
}

/** Silence past the clock of the checks, said by whoever called. */
export const checkClock: ClockRule<CheckState> = {
  due: (state, clocks) => (silent(state).length > 0 ? lapseFrom(state, clocks.check) : null),
  say(state, { speaker, now, matter, clocks }) {
    if (now < lapseFrom(state, clocks.check) || speaker !== state.by) return []
    return silent(state).map((by) => ({ act: "check.unanswered", fields: { matter, of: state.header, by } }))
  },
}

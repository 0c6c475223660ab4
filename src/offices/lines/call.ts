import { z } from "zod"
import { type ActKind, actKind, type Entry, id, instant, language, name, refuse, text, type Verdict } from "../act.ts"

/** Why somebody telephoned (handbook W1 b). */
export const PURPOSES = ["LINE_CHECK", "NOTIFY", "CLARIFY", "EMERGENCY_STOP", "ARRANGE", "RELAY", "ADMIN"] as const
/** Whether what was heard was read back to whoever said it. */
export const READ_BACKS = ["DONE", "REFUSED", "NOT_APPLICABLE"] as const

/** A telephone call as one side wrote it down, and what the others said of that. */
export type CallState = {
  by: string
  at: string
  index: number
  header: string
  fields: Omit<z.infer<typeof entered>, "matter">
  stated: Record<string, { at: string; index: number; same: boolean; text: string | null }>
}

const entered = z.strictObject({
  matter: id,
  /** Who was called, or who called. */
  with: name,
  direction: z.enum(["to", "from"]),
  started: instant,
  ended: instant.optional(),
  /** Seconds that it rang. */
  rang: z.int().min(0).max(3600).optional(),
  answered: z.boolean(),
  /** Function of who spoke at the other end; never a name. */
  role: z.enum(["officer", "supervisor", "head", "interpreter", "other"]).optional(),
  interpreter: z.boolean(),
  language,
  purpose: z.enum(PURPOSES),
  gist: text,
  readBack: z.enum(READ_BACKS),
  readBackText: text.optional(),
  /** The message that the call is about. */
  about: id.optional(),
})

function mayEnter(state: CallState | undefined, record: z.infer<typeof entered>, entry: Entry): Verdict {
  if (state) return refuse("call.already-entered")
  if (record.with === entry.by || !entry.line.members.includes(record.with)) return refuse("call.not-member")
  if (record.started > entry.at || (record.ended !== undefined && record.ended < record.started))
    return refuse("call.times-do-not-fit")
  const needsText = record.readBack === "DONE"
  return needsText === (record.readBackText !== undefined) ? "permitted" : refuse("call.read-back-missing")
}

/** A call written down on the line of those who spoke: what was said in gist, and what was read back. */
export const callEntered: ActKind<CallState, z.infer<typeof entered>> = actKind({
  kind: "call.entered",
  schema: entered,
  texts: ["gist", "readBackText"],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayEnter,
  fold(_state, { matter: _, ...fields }, { by, at, index, header }) {
    return { by, at, index, header, fields, stated: {} }
  },
})

const stated = z.strictObject({ matter: id, of: id, same: z.boolean(), text: text.optional() })

/** Another member states whether it heard the same; both records stand. */
export const callStated: ActKind<CallState, z.infer<typeof stated>> = actKind({
  kind: "call.stated",
  schema: stated,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct(state, record, entry) {
    if (!state) return refuse("call.unknown")
    if (record.of !== state.header) return refuse("message.other-content")
    if (entry.by === state.by) return refuse("call.not-for-you-to-say")
    return Object.hasOwn(state.stated, entry.by) ? refuse("call.already-stated") : "permitted"
  },
  fold(state, record, { by, at, index }) {
    if (!state) throw new Error("a word about a call stands before it")
    const one = { at, index, same: record.same, text: record.text ?? null }
    return { ...state, stated: { ...state.stated, [by]: one } }
  },
})

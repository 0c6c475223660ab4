import { z } from "zod"
import { type ActKind, actKind, type Entry, id, refuse, type Verdict } from "../act.ts"

/** A line as its members fold it: proposed at place 1, open once each member has accepted. */
export type LineState = {
  proposedBy: string
  text: string
  purpose: string
  members: readonly string[]
  /** When each member accepted; proposing is accepting. */
  accepted: Record<string, string>
  openedAt: string | null
  /** Whom to telephone at each member, as it states (service.ts). */
  contacts?: Record<string, { at: string; index: number; text: string }>
  /** Members that state that they do not answer at present. */
  outOfService?: Record<string, { at: string; index: number; until: string | null; text: string }>
}

/** Whether every member has accepted, so that other acts may pass. */
export function isOpen(line: LineState | undefined): boolean {
  return line?.openedAt != null
}

const proposed = z.strictObject({
  matter: id,
  /** The line's text, whose hash is its id; the desk has checked that before it asks the rule. */
  text: z.string().max(4000),
  purpose: z.string().max(200),
})

function mayPropose(state: LineState | undefined, _record: z.infer<typeof proposed>, entry: Entry): Verdict {
  if (state) return refuse("line.already-proposed")
  return entry.place === 1 ? "permitted" : refuse("line.not-proposed")
}

/** Place 1 of a line: its text, by whoever proposes it. */
export const lineProposed: ActKind<LineState, z.infer<typeof proposed>> = actKind({
  kind: "line.proposed",
  schema: proposed,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayPropose,
  fold: (_state, record, entry) => ({
    proposedBy: entry.by,
    text: record.text,
    purpose: record.purpose,
    members: entry.line.members,
    accepted: { [entry.by]: entry.at },
    openedAt: null,
  }),
})

const accepted = z.strictObject({ matter: id })

function mayAccept(state: LineState | undefined, _record: z.infer<typeof accepted>, entry: Entry): Verdict {
  if (!state) return refuse("line.not-proposed")
  return Object.hasOwn(state.accepted, entry.by) ? refuse("line.already-accepted") : "permitted"
}

/** A member's acceptance; the last one opens the line. */
export const lineAccepted: ActKind<LineState, z.infer<typeof accepted>> = actKind({
  kind: "line.accepted",
  schema: accepted,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayAccept,
  fold(state, _record, entry) {
    if (!state) throw new Error("a line was accepted before it was proposed")
    const all = { ...state.accepted, [entry.by]: entry.at }
    const openedAt = state.members.every((member) => member in all) ? entry.at : null
    return { ...state, accepted: all, openedAt }
  },
})

const checked = z.strictObject({ matter: id })

/** The machines' line check: the smallest envelope, in every slot, whose header says how far its desk has come. */
export const lineChecked: ActKind<LineState, z.infer<typeof checked>> = actKind({
  kind: "line.checked",
  schema: checked,
  texts: [],
  by: "desk",
  callsForReceipt: false,
  mayAct: (state) => (state ? "permitted" : refuse("line.not-proposed")),
  fold: keep,
})

function keep(state: LineState | undefined): LineState {
  if (!state) throw new Error("an act stands on a line that was never proposed")
  return state
}

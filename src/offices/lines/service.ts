import { z } from "zod"
import { type ActKind, actKind, type Entry, id, instant, refuse, text, type Verdict } from "../act.ts"
import type { LineState } from "./line.ts"

const contact = z.strictObject({ matter: id, text })

function onOpenLine(state: LineState | undefined): Verdict {
  return state ? "permitted" : refuse("line.not-proposed")
}

function kept(state: LineState | undefined): LineState {
  if (!state) throw new Error("an act stands on a line that was never proposed")
  return state
}

/** Whom to telephone at this delegation about this line: functions and numbers, in its own words; the last one holds. */
export const lineContact: ActKind<LineState, z.infer<typeof contact>> = actKind({
  kind: "line.contact",
  schema: contact,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct: onOpenLine,
  fold(state, record, { by, at, index }) {
    const line = kept(state)
    return { ...line, contacts: { ...line.contacts, [by]: { at, index, text: record.text } } }
  },
})

const outOfService = z.strictObject({ matter: id, until: instant.optional(), text })

/** A member states that it will not answer on this line, and why; its silence is then declared. */
export const lineOutOfService: ActKind<LineState, z.infer<typeof outOfService>> = actKind({
  kind: "line.out-of-service",
  schema: outOfService,
  texts: ["text"],
  by: "officer",
  callsForReceipt: false,
  mayAct: (state, _record, entry) => (isOut(state, entry) ? refuse("line.already-out-of-service") : onOpenLine(state)),
  fold(state, { until, text: why }, { by, at, index }) {
    const line = kept(state)
    return { ...line, outOfService: { ...line.outOfService, [by]: { at, index, until: until ?? null, text: why } } }
  },
})

const back = z.strictObject({ matter: id })

/** The member answers on this line again. */
export const lineBackInService: ActKind<LineState, z.infer<typeof back>> = actKind({
  kind: "line.back-in-service",
  schema: back,
  texts: [],
  by: "officer",
  callsForReceipt: false,
  mayAct: (state, _record, entry) => (isOut(state, entry) ? "permitted" : refuse("line.not-out-of-service")),
  fold(state, _record, { by }) {
    const line = kept(state)
    const { [by]: _, ...others } = line.outOfService ?? {}
    return { ...line, outOfService: others }
  },
})

function isOut(state: LineState | undefined, { by }: Entry): boolean {
  return Object.hasOwn(state?.outOfService ?? {}, by)
}

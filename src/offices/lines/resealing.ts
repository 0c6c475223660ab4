import { z } from "zod"
import { type ActKind, actKind, type Entry, id, refuse, type Verdict } from "../act.ts"

/** An envelope that does not open for everyone, as the members of its line fold it. */
export type EnvelopeState = {
  place: number
  /** Each member's word that it does not open, and what became of it. */
  unopenable: Record<string, Unopenable>
  /** Sealing again that goes in parts: whose, the index of the first, which part is awaited, of how many. */
  underWay: { by: string; index: number; next: number; of: number } | null
  /** Whether somebody still waits for it. */
  open: boolean
}

export type Unopenable = {
  at: string
  index: number
  /** How often this member has asked; a wrong answer may be followed by another question, not by any number. */
  times: number
  /** Header and stamp are missing too: the registry left the place out. */
  missing: boolean
  /** Who sealed it again since this member asked last. */
  resealed: { by: string; at: string; index: number } | null
}

const PREFIX = "e".repeat(48)
/** How often a member may ask for one envelope. */
export const MOST_TIMES = 3

/** An envelope as a matter: 48 times `e` and its place as 16 hex digits; no other matter may have such an id. */
export function envelopeMatter(place: number): string {
  return `${PREFIX}${place.toString(16).padStart(16, "0")}`
}

/** Whether an id is that of an envelope as a matter. */
export function isEnvelopeMatter(matter: string): boolean {
  return matter.startsWith(PREFIX)
}

/** Members that wait until somebody seals it again. */
export function waitingFor(state: EnvelopeState): string[] {
  return Object.entries(state.unopenable).flatMap(([member, { resealed }]) => (resealed ? [] : [member]))
}

/**
 * How many turns a member lets pass before it seals an envelope again: its author answers at once, the others by name,
 * each a turn after the one before; undefined for those who wait for it themselves.
 */
export function turnOf(
  member: string,
  { author, members, state }: { author: string; members: readonly string[]; state: EnvelopeState },
): number | undefined {
  const waiting = waitingFor(state)
  const others = members.filter((one) => one !== author).sort()
  const turn = [author, ...others].filter((one) => !waiting.includes(one)).indexOf(member)
  return turn < 0 || waiting.length === 0 ? undefined : turn
}

const unopenable = z.strictObject({ matter: id, place: z.int().min(1), missing: z.literal(true).optional() })
type UnopenableRecord = z.infer<typeof unopenable>

function mayAsk(state: EnvelopeState | undefined, { matter, place }: UnopenableRecord, entry: Entry): Verdict {
  if (matter !== envelopeMatter(place) || place >= entry.place) return refuse("envelope.no-such-place")
  const before = ownWord(state, entry.by)
  if (before && !before.resealed) return refuse("envelope.already-unopenable")
  return (before?.times ?? 0) < MOST_TIMES ? "permitted" : refuse("envelope.asked-too-often")
}

/** Names come from others: one that every object of the language has must find nothing. */
function ownWord(state: EnvelopeState | undefined, by: string): Unopenable | undefined {
  return state && Object.hasOwn(state.unopenable, by) ? state.unopenable[by] : undefined
}

/** A member's word that the envelope at this place does not open for it; any other member can seal it again. */
export const lineUnopenable: ActKind<EnvelopeState, UnopenableRecord> = actKind({
  kind: "line.unopenable",
  about: "envelope",
  schema: unopenable,
  texts: [],
  by: "desk",
  callsForReceipt: false,
  mayAct: mayAsk,
  fold(state, { place, missing = false }, { by, at, index }) {
    const times = (ownWord(state, by)?.times ?? 0) + 1
    const asked: Unopenable = { at, index, times, missing, resealed: null }
    const before = state ?? { place, underWay: null }
    return { ...before, unopenable: { ...state?.unopenable, [by]: asked }, open: true }
  },
})

/** How many envelopes one may need that is sealed again. */
export const MOST_PARTS = 64

/** Sealing an envelope again: with `header`, its header and stamp travel too, for whom the place is missing. */
export const resealed = z.strictObject({
  matter: id,
  place: z.int().min(1),
  part: z.int().min(1).max(MOST_PARTS),
  of: z.int().min(1).max(MOST_PARTS),
  header: z.literal(true).optional(),
})
export type Resealed = z.infer<typeof resealed>

function mayReseal(state: EnvelopeState | undefined, { matter, place, part, of }: Resealed, entry: Entry): Verdict {
  if (matter !== envelopeMatter(place) || place >= entry.place) return refuse("envelope.no-such-place")
  if (!state?.open) return refuse("envelope.not-unopenable")
  if (waitingFor(state).includes(entry.by)) return refuse("envelope.not-holder")
  const { underWay } = state
  const follows = underWay?.by === entry.by && underWay.next === part && underWay.of === of
  return part === 1 ? "permitted" : follows && part <= of ? "permitted" : refuse("envelope.part-does-not-follow")
}

/**
 * A member seals again what others could not open: salt, act and texts as they first were, which the book holds against
 * the commitment of the first header. The act keeps its place. It answers everyone who waits, once.
 */
export const lineResealed: ActKind<EnvelopeState, Resealed> = actKind({
  kind: "line.resealed",
  about: "envelope",
  schema: resealed,
  texts: [],
  by: "desk",
  callsForReceipt: false,
  mayAct: mayReseal,
  fold(state, { part, of }, { by, at, index }) {
    if (!state) throw new Error("an envelope was sealed again that nobody had called unopenable")
    if (part < of) {
      const first = part === 1 ? index : (state.underWay?.index ?? index)
      return { ...state, underWay: { by, index: first, next: part + 1, of } }
    }
    const answered = Object.entries(state.unopenable).map(([member, asked]): [string, Unopenable] => [
      member,
      asked.resealed ? asked : { ...asked, resealed: { by, at, index } },
    ])
    return { ...state, unopenable: Object.fromEntries(answered), underWay: null, open: false }
  },
})

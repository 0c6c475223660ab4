import { z } from "zod"
import { type AnyActKind, type Entry, id, officeOf, type Refusal, refuse, type Verdict } from "./act.ts"
import { isOpen, type LineState } from "./lines/line.ts"
import { isEnvelopeMatter } from "./lines/resealing.ts"

/** The outer form of an act: one record, or up to 500 of one kind named by their hashes (docs/specs/envelope.md §3). */
export const actForm = z.union([
  z.strictObject({ act: z.string().max(64), software: id, record: z.looseObject({ matter: id }) }),
  z.strictObject({ act: z.string().max(64), software: id, list: z.array(id).min(1).max(500) }),
])
export type ActForm = z.infer<typeof actForm>

/** How many records of one kind one act may hold. */
export const LONGEST_LIST = 500

/** A record that its kind's schema has accepted. */
export type ParsedRecord = { matter: string }

/** Judges a record's form by its kind; the bytes behind it come from another desk. */
export function parseRecord(kind: AnyActKind, value: unknown): ParsedRecord | Refusal {
  const parsed = kind.schema.safeParse(value)
  return parsed.success ? parsed.data : refuse("act.malformed")
}

/** A matter as it was folded: what it is, and its state. */
export type Matter = { office: string; state: unknown }

/** What a line carries before it is open: its text and its members' acceptance, and what mends those. */
const OPENING: readonly string[] = ["line.proposed", "line.accepted", "line.unopenable", "line.resealed"]

/**
 * The one judgement of every act on a sealed line, at the door and in the book alike: until each member has accepted, a
 * line carries its own acts only; then the act's own rule is asked.
 */
export function judge(
  kind: AnyActKind,
  line: LineState | undefined,
  matter: Matter | undefined,
  record: ParsedRecord,
  entry: Entry,
): Verdict {
  const office = officeOf(kind)
  if (office === "line" && record.matter !== entry.line.id) return refuse("line.text-does-not-fit")
  if (!OPENING.includes(kind.kind) && !isOpen(line)) return refuse("line.not-open")
  // Its author chose the matter: one of another kind has a state that this rule cannot read.
  const isAnother = matter !== undefined && matter.office !== office
  if (isAnother || isEnvelopeMatter(record.matter) !== (office === "envelope")) return refuse("act.other-matter")
  return kind.mayAct(matter?.state, record, entry)
}

import { randomBytes } from "node:crypto"
import { z } from "zod"
import { type AnyActKind, id, name, officeOf, type RefusalCode, refuse } from "#offices/act.ts"
import { discretion, type Rules } from "#offices/index.ts"
import { judge, LONGEST_LIST, parseRecord } from "#offices/judge.ts"
import { isOpen, type LineState } from "#offices/lines/line.ts"
import { type Draft, type Prepared, pack, prepare, type Salting } from "#offices/pack.ts"
import { allTakePart } from "#offices/roll/roll.ts"
import { MOST_FILES } from "#seal/attachment.ts"
import { packedLength, recordHash, SMALLEST_BODY, textHash } from "#seal/body.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { parseLine } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { instantOf } from "../clock.ts"
import type { Book } from "./book.ts"
import { ruleEntry } from "./entry.ts"
import { type AttachingParts, leaveWith, withFiles } from "./files/attaching.ts"
import { matterOnLine } from "./fold.ts"
import { mayHandIn } from "./officers/access.ts"
import { holdAct } from "./officers/holding.ts"
import { releasePolicy } from "./officers/policy.ts"
import { LEAVES, type Outbox } from "./outbox.ts"
import { RELEASE_TEXTS, type ReleasingParts, withRelease } from "./releasing.ts"

/** What an officer, a script or the desk itself asks for: records of one kind, their free texts in clear. */
export const request = z.strictObject({
  act: z.string().max(64),
  line: id,
  precedence: z.enum(PRECEDENCES).default("ROUTINE"),
  /** At once, or as the line's envelope of one of its next slots, which is ROUTINE as all of them are. */
  leaves: z.enum(LEAVES).default("at-once"),
  /** Fields of each record but its texts; a matter that is left out is a new one. */
  records: z
    .array(
      z.strictObject({
        fields: z.record(z.string(), z.json()),
        texts: z.record(z.string(), z.string().max(200_000)).default({}),
        /** Whose release the record carries; one that this desk verified and holds. */
        carries: z.strictObject({ from: name, id }).optional(),
        /** Uploads that are whole, in the order in which the record names them. */
        files: z.array(id).max(MOST_FILES).default([]),
      }),
    )
    .min(1)
    .max(LONGEST_LIST),
  /** One word of the caller: handed in twice, it is one act. */
  token: z.string().min(8).max(200).optional(),
})
export type Request = z.input<typeof request>

/** Why the door lets an act not pass: the rule's reason, or one of its own; or it is kept for a second officer. */
export type DoorRefusal = { refused: "door.awaits-release"; held: string } | DoorReason
type DoorReason = {
  refused:
    | RefusalCode
    | "version.unknown"
    | "door.unknown-line"
    | "door.line-rests"
    | "door.reply-by-past"
    | "door.too-large"
    | "door.empty-text"
    | "door.unknown-release"
    | "door.other-words"
    | "role.not-yours"
    | "role.no-access"
    | "file.unknown"
    | "file.brought"
    | "file.not-clean"
}
/** `bySize`: it leaves in a slot, and its envelope is larger than the others there or has files, so that it can be told. */
export type Handed = { outbox: number; matters: string[]; bySize: boolean }

/** The door of the desk: parses an act, asks the same rule that the book will ask, and hands it to the outbox. */
export type Door = {
  hand(input: unknown, by: HandedBy): Handed | DoorRefusal
}

/**
 * Who hands an act in: an officer, or the desk itself. `decided`: the officer was asked for his access when he said it,
 * and what he said then is carried out, whether or not he is still there.
 */
export type HandedBy = { officer: string | null; decided?: true }

export type DoorParts = ReleasingParts &
  AttachingParts & {
    book: Book
    outbox: Outbox
    delegation: string
    software: string
    versions: ReadonlyMap<number, Rules>
    submitted(): void
  }

/** Opens the door of a desk. It knows no office: what an act is, the table of acts says. */
export function openDoor(parts: DoorParts): Door {
  return { hand: (input, by) => parts.archive.transact(() => hand(parts, input, by)) }
}

type Parsed = z.output<typeof request>

const SALTING: Salting = {
  random: () => new Uint8Array(randomBytes(32)),
  textHash: (text) => textHash(nodeCrypto, text),
  recordHash: (record) => recordHash(nodeCrypto, record),
}

function hand(parts: DoorParts, input: unknown, by: HandedBy): Handed | DoorRefusal {
  const parsed = request.safeParse(input)
  if (!parsed.success) return refuse("act.malformed")
  const { act, line, precedence, token, records } = parsed.data
  // Before the rules: what was taken once may meanwhile have changed what they would say to it.
  const before = token === undefined ? undefined : parts.outbox.handed(token)
  if (before) return before
  const version = parts.versions.get(parts.book.roll().rules)
  if (!version) return { refused: "version.unknown" }
  const kind = version.get(act)
  if (!kind) return refuse("act.unknown")
  const members = act === "line.proposed" ? proposedMembers(records[0]?.fields.text) : parts.book.members(line)
  const refused =
    noAccess(parts, act, by) ??
    mayLeave(parts, parsed.data, members) ??
    firstOf(records, (one) => mayPrepare(kind, one))
  if (refused) return refused
  const held = holds(parts, version, kind, { request: parsed.data, members, by })
  if (held) return held
  const { secretariat } = parts.book.roll().charter
  const at = { by: parts.delegation, line: { id: line, members }, secretariat }
  const ready: Prepared[] = []
  // One after the other: of a list that is refused no more releases are signed than until there.
  const judged = firstOf(records, (draft) => {
    // Files first: a release covers them as well.
    const prepared = withFiles(parts, SALTING, kind, prepare(SALTING, draft), draft.files)
    const one = "refused" in prepared ? prepared : withRelease(parts, SALTING, kind, { draft, prepared, at })
    if ("refused" in one) return one
    ready.push(one)
    return mayHand(parts, kind, parsed.data, members, one.record)
  })
  if (judged) return judged
  const leaves = mustBeDiscreet(parts, kind, parsed.data, ready) ? "slot" : parsed.data.leaves
  const packed = pack(SALTING, act, parts.software, ready)
  const length = packedLength(packed)
  if (length > parts.book.roll().charter.limits.body / 2) return { refused: "door.too-large" }
  const files = records.flatMap((one) => one.files)
  const { id: outbox, known } = parts.outbox.submit({
    ...{ line, members, leaves, officer: by.officer, token: token ?? null, filing: files.length > 0 },
    precedence: precedenceOf(leaves, precedence),
    ...packed,
  })
  leaveWith(parts, files, { line, outbox })
  if (!known) parts.submitted()
  const matters = ready.map(({ record }) => record.matter)
  return { outbox, matters, bySize: leaves === "slot" && isToldBySize(length, files) }
}

/** In a slot one of its own would tell an envelope from the others. */
function precedenceOf(leaves: Parsed["leaves"], asked: Parsed["precedence"]): Parsed["precedence"] {
  return leaves === "slot" ? "ROUTINE" : asked
}

function isToldBySize(length: number, files: readonly string[]): boolean {
  return length > SMALLEST_BODY || files.length > 0
}

type Asked = { request: Parsed; members: readonly string[]; by: HandedBy }

/** Keeps what the desk's policy lets out only by a second officer, unless the rules would not take it anyway. */
function holds(parts: DoorParts, rules: Rules, kind: AnyActKind, asked: Asked): DoorRefusal | undefined {
  const { request, members, by } = asked
  if (by.officer === null || by.decided || !releasePolicy(parts.archive, rules).has(kind.kind)) return undefined
  // A release is signed only when it goes: until then such a record is not whole, and the rules cannot be asked.
  const refused = kind.release
    ? undefined
    : firstOf(request.records, (draft) => mayHand(parts, kind, request, members, prepare(SALTING, draft).record))
  return refused ?? holdAct(parts.archive, parts.clock, request, by.officer)
}

/** Whether an officer's role keeps him from entering this; the desk itself needs none. */
function noAccess({ archive, clock }: DoorParts, act: string, { officer, decided }: HandedBy): DoorRefusal | undefined {
  if (officer === null || decided) return undefined
  const access = mayHandIn(archive, officer, act, instantOf(clock))
  return access === "permitted" ? undefined : access
}

function firstOf<T>(all: readonly T[], refusal: (one: T) => DoorRefusal | undefined): DoorRefusal | undefined {
  for (const one of all) {
    const refused = refusal(one)
    if (refused) return refused
  }
  return undefined
}

/** Whether an act may leave on this line, and in this way: a slot has one precedence, and a line none before it is open. */
function mayLeave(
  { archive, book, delegation }: DoorParts,
  { line, leaves, precedence }: Parsed,
  members: readonly string[],
): DoorRefusal | undefined {
  if (!members.includes(delegation)) return { refused: "door.unknown-line" }
  if (!allTakePart(book.roll(), members)) return { refused: "door.line-rests" }
  if (leaves === "at-once") return undefined
  if (precedence !== "ROUTINE") return refuse("act.malformed")
  return isOpen(matterOnLine(archive, line, line)?.state as LineState | undefined) ? undefined : refuse("line.not-open")
}

/** Whether an act leaves in a slot whatever its caller asked: at once it would tell of what must not be told. */
function mustBeDiscreet(
  { archive }: DoorParts,
  kind: AnyActKind,
  { line, precedence }: Parsed,
  ready: readonly Prepared[],
): boolean {
  const rule = discretion.get(officeOf(kind))
  const stateOf = (matter: string) => matterOnLine(archive, line, matter)?.state
  return rule ? ready.some(({ record }) => rule(record, precedence, stateOf)) : false
}

function mayPrepare(kind: AnyActKind, { texts }: Draft): DoorRefusal | undefined {
  for (const [field, value] of Object.entries(texts)) {
    if (!kind.texts.includes(field) || (kind.release && RELEASE_TEXTS.includes(field))) return refuse("act.malformed")
    if (value.trim() === "") return { refused: "door.empty-text" }
  }
  return undefined
}

/** The book's own rule at the real clock; and what only a door may refuse. */
function mayHand(
  { archive, book, clock, delegation }: DoorParts,
  kind: AnyActKind,
  { line, precedence }: Parsed,
  members: readonly string[],
  fields: Record<string, unknown>,
): DoorRefusal | undefined {
  const record = parseRecord(kind, fields)
  if ("refused" in record) return record
  const at = instantOf(clock)
  if ("replyBy" in record && typeof record.replyBy === "string" && record.replyBy <= at)
    return { refused: "door.reply-by-past" }
  const place = kind.kind === "line.proposed" ? 1 : Number.MAX_SAFE_INTEGER
  const facts = { index: Number(book.next()), place, at, header: "", precedence, by: delegation }
  const entry = ruleEntry(book.roll(), { ...facts, line, members })
  const lineState = matterOnLine(archive, line, line)?.state as LineState | undefined
  const verdict = judge(kind, lineState, matterOnLine(archive, line, record.matter), record, entry)
  return verdict === "permitted" ? undefined : verdict
}

/** Members of a line that is about to be proposed; none where its text is malformed. */
function proposedMembers(text: unknown): readonly string[] {
  try {
    return parseLine(String(text)).members
  } catch {
    return []
  }
}

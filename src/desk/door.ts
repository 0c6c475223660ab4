import { randomBytes } from "node:crypto"
import { z } from "zod"
import { type AnyActKind, id, type RefusalCode, refuse } from "#offices/act.ts"
import { rules } from "#offices/index.ts"
import { judge, LONGEST_LIST, parseRecord } from "#offices/judge.ts"
import type { LineState } from "#offices/lines/line.ts"
import { utf8 } from "#register/bytes.ts"
import { recordHash, type SaltedText, textHash } from "#seal/body.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { parseLine } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Clock, instantOf } from "../clock.ts"
import type { Archive } from "./archive.ts"
import type { Book } from "./book.ts"
import { ruleEntry } from "./entry.ts"
import { matterOnLine } from "./fold.ts"
import type { Outbox } from "./outbox.ts"

/** What an officer, a script or the desk itself asks for: records of one kind, their free texts in clear. */
export const request = z.strictObject({
  act: z.string().max(64),
  line: id,
  precedence: z.enum(PRECEDENCES).default("ROUTINE"),
  /** Fields of each record but its texts; a matter that is left out is a new one. */
  records: z
    .array(
      z.strictObject({
        fields: z.record(z.string(), z.json()),
        texts: z.record(z.string(), z.string().max(200_000)).default({}),
      }),
    )
    .min(1)
    .max(LONGEST_LIST),
  /** One word of the caller: handed in twice, it is one act. */
  token: z.string().min(8).max(200).optional(),
})
export type Request = z.input<typeof request>

/** Why the door lets an act not pass: the rule's reason, or one of its own. */
export type DoorRefusal = {
  refused: RefusalCode | "door.unknown-line" | "door.reply-by-past" | "door.too-large" | "door.empty-text"
}
export type Handed = { outbox: number; matters: string[] }

/** The door of the desk: parses an act, asks the same rule that the book will ask, and hands it to the outbox. */
export type Door = {
  hand(input: unknown, by: { officer: string | null }): Handed | DoorRefusal
}

export type DoorParts = {
  archive: Archive
  clock: Clock
  book: Book
  outbox: Outbox
  delegation: string
  software: string
  submitted(): void
}

/** Opens the door of a desk. It knows no office: what an act is, the table of acts says. */
export function openDoor(parts: DoorParts): Door {
  return { hand: (input, by) => parts.archive.transact(() => hand(parts, input, by.officer)) }
}

type Parsed = z.output<typeof request>
/** A record with its texts salted and named by their hashes. */
type Prepared = { record: Record<string, unknown>; texts: SaltedText[] }

function hand(parts: DoorParts, input: unknown, officer: string | null): Handed | DoorRefusal {
  const parsed = request.safeParse(input)
  if (!parsed.success) return refuse("act.malformed")
  const { act, line, precedence, token } = parsed.data
  // Before the rules: what was taken once may meanwhile have changed what they would say to it.
  const before = token === undefined ? undefined : parts.outbox.handed(token)
  if (before) return before
  const kind = rules.get(parts.book.roll().rules)?.get(act)
  if (!kind) return refuse("act.unknown")
  const proposed = parsed.data.records[0]?.fields.text
  const members = act === "line.proposed" ? proposedMembers(proposed) : parts.book.members(line)
  if (!members.includes(parts.delegation)) return { refused: "door.unknown-line" }
  const prepared = parsed.data.records.map((one) => prepare(kind, one))
  for (const one of prepared) {
    const refused = "refused" in one ? one : mayHand(parts, kind, parsed.data, members, one.record)
    if (refused) return refused
  }
  const ready = prepared.filter((one): one is Prepared => "record" in one)
  const packed = pack(act, parts.software, ready)
  const size = [packed.act, ...packed.texts.map((t) => t.bytes)].reduce((sum, b) => sum + b.length + 36, 36)
  if (size > parts.book.roll().charter.limits.body / 2) return { refused: "door.too-large" }
  const { id: outbox, known } = parts.outbox.submit({
    line,
    members,
    precedence,
    ...packed,
    token: token ?? null,
    officer,
  })
  if (!known) parts.submitted()
  return { outbox, matters: ready.map(({ record }) => String(record.matter)) }
}

/** Salts the texts of a record; what they say never stands in the act itself. */
function prepare(kind: AnyActKind, { fields, texts }: Parsed["records"][number]): Prepared | DoorRefusal {
  const prepared: Prepared = { record: { matter: randomBytes(32).toHex(), ...fields }, texts: [] }
  for (const [field, value] of Object.entries(texts)) {
    if (!kind.texts.includes(field)) return refuse("act.malformed")
    if (value.trim() === "") return { refused: "door.empty-text" }
    const salted = salt(utf8(value.normalize("NFC")))
    prepared.texts.push(salted)
    prepared.record[field] = textHash(nodeCrypto, salted)
  }
  return prepared
}

/** One record stands in the act itself; of several, the act holds their hashes and they travel before the texts. */
function pack(act: string, software: string, ready: readonly Prepared[]): { act: Uint8Array; texts: SaltedText[] } {
  const texts = ready.flatMap((one) => one.texts)
  const [first] = ready
  if (ready.length === 1 && first) return { act: utf8(JSON.stringify({ act, software, record: first.record })), texts }
  const list = ready.map((one) => salt(utf8(JSON.stringify(one.record))))
  const hashes = list.map((record) => recordHash(nodeCrypto, record))
  return { act: utf8(JSON.stringify({ act, software, list: hashes })), texts: [...list, ...texts] }
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

function salt(bytes: Uint8Array): SaltedText {
  return { salt: new Uint8Array(randomBytes(32)), bytes }
}

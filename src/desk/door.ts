import { randomBytes } from "node:crypto"
import { z } from "zod"
import { type Entry, id, type RefusalCode, refuse } from "#offices/act.ts"
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
import { stateOf } from "./fold.ts"
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
  const { archive, book } = parts

  function hand(input: unknown, by: { officer: string | null }): Handed | DoorRefusal {
    const parsed = request.safeParse(input)
    if (!parsed.success) return refuse("act.malformed")
    const { act, line, precedence, token } = parsed.data
    const kind = rules.get(book.roll().rules)?.get(act)
    if (!kind) return refuse("act.unknown")
    const members = act === "line.proposed" ? proposedMembers(parsed.data.records[0]?.fields.text) : book.members(line)
    if (!members.includes(parts.delegation)) return { refused: "door.unknown-line" }
    const texts: SaltedText[] = []
    const records: Record<string, unknown>[] = []
    for (const one of parsed.data.records) {
      const record: Record<string, unknown> = { matter: randomBytes(32).toHex(), ...one.fields }
      for (const [field, value] of Object.entries(one.texts)) {
        if (!kind.texts.includes(field)) return refuse("act.malformed")
        if (value.trim() === "") return { refused: "door.empty-text" }
        const text = { salt: new Uint8Array(randomBytes(32)), bytes: utf8(value.normalize("NFC")) }
        texts.push(text)
        record[field] = textHash(nodeCrypto, text)
      }
      records.push(record)
    }
    const refused = records
      .map((record) => mayHand(act, record, line, precedence, members))
      .find((v) => v !== undefined)
    if (refused) return refused
    const first = records[0]
    const software = parts.software
    const list = records.length === 1 ? [] : records.map(salted)
    const form =
      list.length === 0
        ? { act, software, record: first }
        : { act, software, list: list.map((r) => recordHash(nodeCrypto, r)) }
    const bytes = utf8(JSON.stringify(form))
    const size = [bytes, ...[...list, ...texts].map((t) => t.bytes)].reduce((sum, b) => sum + b.length + 36, 36)
    if (size > book.roll().charter.limits.body / 2) return { refused: "door.too-large" }
    const { id: outbox, known } = parts.outbox.submit({
      line,
      members,
      precedence,
      act: bytes,
      texts: [...list, ...texts],
      token: token ?? null,
      officer: by.officer,
    })
    if (!known) parts.submitted()
    return { outbox, matters: records.map((r) => String(r.matter)) }
  }

  /** The book's own rule at the real clock; and what only a door may refuse. */
  function mayHand(
    act: string,
    fields: Record<string, unknown>,
    line: string,
    precedence: Entry["precedence"],
    members: readonly string[],
  ): DoorRefusal | undefined {
    const roll = book.roll()
    const kind = rules.get(roll.rules)?.get(act)
    if (!kind) return refuse("act.unknown")
    const record = parseRecord(kind, fields)
    if ("refused" in record) return record
    const at = instantOf(parts.clock)
    if ("replyBy" in record && typeof record.replyBy === "string" && record.replyBy <= at)
      return { refused: "door.reply-by-past" }
    const place = act === "line.proposed" ? 1 : Number.MAX_SAFE_INTEGER
    const facts = { index: Number(book.next()), place, at, header: "", precedence, by: parts.delegation }
    const entry = ruleEntry(roll, { ...facts, line, members })
    const lineState = stateOf(archive, line, line) as LineState | undefined
    const verdict = judge(kind, lineState, stateOf(archive, line, record.matter), record, entry)
    return verdict === "permitted" ? undefined : verdict
  }

  return { hand: (input, by) => archive.transact(() => hand(input, by)) }
}

/** Members of a line that is about to be proposed; none where its text is malformed. */
function proposedMembers(text: unknown): readonly string[] {
  try {
    return parseLine(String(text)).members
  } catch {
    return []
  }
}

function salted(record: Record<string, unknown>): SaltedText {
  return { salt: new Uint8Array(randomBytes(32)), bytes: utf8(JSON.stringify(record)) }
}

import { concat, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { formatNote, parseNote, type Signer, signNote, type VerifierKey, verifyExactly } from "#register/note.ts"
import { idBytes, isId, parseNumber, parseSize, readForm } from "./form.ts"

/** The registry's signed word on an envelope (docs/specs/envelope.md §5). */
export type Stamp = {
  office: string
  header: string
  line: string
  place: number
  head: string
  /** Last place and head of public line 0 when this was entered. */
  roll: { place: number; head: string }
  index: bigint
  at: string
}

/** The registry's signed word on how far a line goes. */
export type LineHead = { office: string; line: string; place: number; head: string; size: bigint; at: string }

/** How a registry refuses: `wait` means the same bytes again later; `final` frees the serial. */
export type RegistryRefusal = {
  office: string
  header: string
  kind: "wait" | "final"
  code: RegistryRefusalCode
  /** Milliseconds after which to try again; 0 for a final refusal. */
  again: number
  at: string
}

/** Why the registry took an envelope not in. The first four are answered with `wait`. */
export const REGISTRY_REFUSALS = [
  "rate",
  "backlog",
  "busy",
  "order",
  "malformed",
  "office",
  "unknown-delegation",
  "signature",
  "members",
  "sealing-key",
  "serial",
  "prev",
  "body",
  "size",
  "line",
  "rule",
] as const
export type RegistryRefusalCode = (typeof REGISTRY_REFUSALS)[number]

const STAMP = "iod.stamp/v1"
const LINE_HEAD = "iod.line-head/v1"
const REFUSAL = "iod.refusal/v1"

/** The next head of a line: `sha256("iod.head/v1\n" || previous head || header hash)`; before place 1 it is the line's id. */
export function nextHead(crypto: Crypto, head: string, header: string): string {
  return crypto.sha256(concat(utf8("iod.head/v1\n"), idBytes(head), idBytes(header))).toHex()
}

/** The text of a stamp. */
export function formatStamp(stamp: Stamp): string {
  return [
    STAMP,
    `office ${stamp.office}`,
    `header ${stamp.header}`,
    `line ${stamp.line}`,
    `place ${stamp.place}`,
    `head ${stamp.head}`,
    `roll ${stamp.roll.place} ${stamp.roll.head}`,
    `index ${stamp.index}`,
    `at ${stamp.at}`,
    "",
  ].join("\n")
}

/** Signs a stamp. */
export function signStamp(stamp: Stamp, registry: Signer): string {
  return formatNote(signNote(formatStamp(stamp), [registry]))
}

/** Reads a stamp that exactly `registry` signed; throws a VerificationError. */
export async function openStamp(crypto: Crypto, note: string, registry: VerifierKey): Promise<Stamp> {
  const stamp = parseStamp(note)
  await verifyExactly(crypto, parseNote(note), [registry])
  return stamp
}

/** Reads a stamp and checks no signature; throws a VerificationError. */
export function parseStamp(note: string): Stamp {
  const form = readForm(parseNote(note).text, STAMP, "stamp.malformed")
  const stamp: Stamp = {
    office: form.id("office"),
    header: form.id("header"),
    line: form.id("line"),
    place: form.number("place"),
    head: form.id("head"),
    roll: rollAt(form.fields("roll", 2)),
    index: parseSize(form.field("index"), "stamp.malformed"),
    at: form.instant("at"),
  }
  form.end()
  if (stamp.place < 1) throw new VerificationError("stamp.malformed", "a place begins at 1")
  return stamp
}

function rollAt([place = "", head = ""]: string[]): Stamp["roll"] {
  if (!isId(head)) throw new VerificationError("stamp.malformed", "the roll's head is malformed")
  return { place: parseNumber(place, "stamp.malformed"), head }
}

/** The number of a public line, 0…255, or undefined for a sealed one. */
export function publicLineNumber(line: string): number | undefined {
  return line.startsWith("0".repeat(62)) ? Number.parseInt(line.slice(62), 16) : undefined
}

/** The id of public line `number`: its number as 64 hex digits. */
export function publicLine(number: number): string {
  return number.toString(16).padStart(64, "0")
}

/**
 * What the register holds for a stamp (docs/specs/envelope.md §5): a salted hash for a sealed act, so that strangers
 * learn nothing, and a marked one for a public act, so that none can be withheld.
 */
export function registerEntry(crypto: Crypto, stamp: Pick<Stamp, "line" | "place">, stampText: string): Uint8Array {
  const hash = crypto.sha256(concat(utf8("iod.entry/v1\n"), utf8(stampText)))
  const number = publicLineNumber(stamp.line)
  if (number === undefined) return concat(Uint8Array.of(0x00), hash)
  const marked = new Uint8Array(10)
  marked[0] = 0x01
  marked[1] = number
  new DataView(marked.buffer).setBigUint64(2, BigInt(stamp.place))
  return concat(marked, hash)
}

/** Signs a line's last place and head. */
export function signLineHead(head: LineHead, registry: Signer): string {
  const lines = [LINE_HEAD, `office ${head.office}`, `line ${head.line}`, `place ${head.place}`, `head ${head.head}`]
  return formatNote(signNote([...lines, `size ${head.size}`, `at ${head.at}`, ""].join("\n"), [registry]))
}

/** Reads a line head that exactly `registry` signed; throws a VerificationError. */
export async function openLineHead(crypto: Crypto, note: string, registry: VerifierKey): Promise<LineHead> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, LINE_HEAD, "line-head.malformed")
  const head: LineHead = {
    office: form.id("office"),
    line: form.id("line"),
    place: form.number("place"),
    head: form.id("head"),
    size: parseSize(form.field("size"), "line-head.malformed"),
    at: form.instant("at"),
  }
  form.end()
  await verifyExactly(crypto, parsed, [registry])
  return head
}

/** Signs a refusal. */
export function signRefusal(refusal: RegistryRefusal, registry: Signer): string {
  const { office, header, kind, code, again, at } = refusal
  const lines = [REFUSAL, `office ${office}`, `header ${header}`, `kind ${kind}`, `code ${code}`, `again ${again}`]
  return formatNote(signNote([...lines, `at ${at}`, ""].join("\n"), [registry]))
}

/** Reads a refusal that exactly `registry` signed; throws a VerificationError. */
export async function openRefusal(crypto: Crypto, note: string, registry: VerifierKey): Promise<RegistryRefusal> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, REFUSAL, "refusal.malformed")
  const refusal: RegistryRefusal = {
    office: form.id("office"),
    header: form.id("header"),
    kind: form.oneOf("kind", ["wait", "final"]),
    code: form.oneOf("code", REGISTRY_REFUSALS),
    again: form.number("again"),
    at: form.instant("at"),
  }
  form.end()
  await verifyExactly(crypto, parsed, [registry])
  return refusal
}

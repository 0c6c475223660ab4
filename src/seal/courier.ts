import { concat, fromUtf8, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import {
  formatNote,
  type Note,
  parseNote,
  type Signer,
  signNote,
  type VerifierKey,
  verifyExactly,
} from "#register/note.ts"
import type { KeyPair } from "./desk-key.ts"
import { type FormReader, isId, parseNumber, parseSize, readForm } from "./form.ts"
import { type Frame, formatFrame, formatPosted, frameReader, type Posted, parsePosted } from "./wire.ts"

// What travels by courier when there is no network (docs/specs/courier.md): a signed note that names every part by kind,
// hash and length, an empty line, and the parts one after the other. Whoever carries a file controls every byte of it.

/** Bytes of the longest file that is written or read. */
export const LONGEST_FILE = 16 << 20
/** The most parts that one file may name. */
export const MOST_PARTS = 4096

const DESK = "iod.courier/v1"
const ANSWER = "iod.courier-answer/v1"
const ORDER = "iod.courier-order/v1"
const SEALED = "iod.courier-sealed/v1"
/** A part's line is at most so long; the rest of the text and its signatures fit in as much again. */
const LONGEST_LINE = 128
const LONGEST_NOTE = MOST_PARTS * LONGEST_LINE + (1 << 16)

export type EnvelopeFrame = Extract<Frame, { kind: "envelope" }>

/** What a desk writes: envelopes as it hands them in, and the registry's stamps of those that it has answers for. */
export type DeskFile = {
  office: string
  from: string
  made: string
  /** Index of the first entry that this desk lacks: from there on the registry gives its mail along. */
  next: bigint
  posted: readonly Posted[]
  stamps: readonly string[]
}

/** What the registry writes: its answers to the envelopes of a desk's file, and that desk's mail. */
export type AnswerFile = {
  office: string
  to: string
  /** Hash of the text of the desk's file that it answers; null where nobody asked. */
  of: string | null
  made: string
  /** Envelopes of that file without an answer yet: the same file is handed in again. */
  left: number
  /** Every envelope for this desk with an index from `after` on and smaller than `until` is in here. */
  mail: { after: bigint; until: bigint }
  answers: readonly string[]
  frames: readonly EnvelopeFrame[]
}

/** The registry's own word, to itself, that it may write a desk's mail to a file without having been asked. */
export type OrderFile = { office: string; to: string; after: bigint; made: string }

/** An answer that only the desk named in it can open: whoever carries it reads neither names nor numbers. */
export type SealedFile = { office: string; to: string; key: number; made: string; sealed: Uint8Array }

/** A file as it was read: what its text says and its parts fit each other. Who signed it has still to be asked. */
export type CourierFile =
  | { form: "desk"; note: Note; hash: string; file: DeskFile }
  | { form: "answer"; note: Note; file: AnswerFile }
  | { form: "order"; note: Note; file: OrderFile }
  | { form: "sealed"; file: SealedFile }

type Part = { kind: "posted" | "stamp" | "answer" | "mail"; bytes: Uint8Array }

/** Writes a desk's file, signed with both its keys. */
export function formatDeskFile(crypto: Crypto, file: DeskFile, signers: readonly [Signer, Signer]): Uint8Array {
  const parts: Part[] = [
    ...file.posted.map((one) => ({ kind: "posted" as const, bytes: formatPosted([one]) })),
    ...file.stamps.map((note) => ({ kind: "stamp" as const, bytes: utf8(note) })),
  ]
  const lines = [DESK, `office ${file.office}`, `from ${file.from}`, `made ${file.made}`, `next ${file.next}`]
  return withParts(crypto, lines, parts, signers)
}

/** Writes the registry's answer, signed with its key. */
export function formatAnswerFile(crypto: Crypto, file: AnswerFile, registry: Signer): Uint8Array {
  const parts: Part[] = [
    ...file.answers.map((note) => ({ kind: "answer" as const, bytes: utf8(note) })),
    ...file.frames.map((frame) => ({ kind: "mail" as const, bytes: formatFrame(frame) })),
  ]
  const { office, to, of, made, left, mail } = file
  const lines = [ANSWER, `office ${office}`, `to ${to}`, `of ${of ?? "-"}`, `made ${made}`, `left ${left}`]
  return withParts(crypto, [...lines, `mail ${mail.after} ${mail.until}`], parts, [registry])
}

/** Writes the order for a desk's mail, signed with the registry's key. */
export function formatOrderFile(file: OrderFile, registry: Signer): Uint8Array {
  const { office, to, after, made } = file
  const text = [ORDER, `office ${office}`, `to ${to}`, `after ${after}`, `made ${made}`, ""].join("\n")
  return utf8(`${formatNote(signNote(text, [registry]))}\n`)
}

/** Writes what only one desk can open; nobody signs it, the file inside is signed. */
export function formatSealedFile({ office, to, key, made, sealed }: SealedFile): Uint8Array {
  const text = [SEALED, `office ${office}`, `to ${to}/${key}`, `made ${made}`, `length ${sealed.length}`, ""].join("\n")
  return concat(utf8(`${text}\n`), sealed)
}

function withParts(
  crypto: Crypto,
  lines: readonly string[],
  parts: readonly Part[],
  signers: readonly Signer[],
): Uint8Array {
  if (parts.length > MOST_PARTS) throw new Error("more parts than a courier's file may have")
  const named = parts.map(({ kind, bytes }) => `part ${kind} ${crypto.sha256(bytes).toHex()} ${bytes.length}`)
  const text = [...lines, ...named, ""].join("\n")
  return concat(utf8(`${formatNote(signNote(text, signers))}\n`), ...parts.map(({ bytes }) => bytes))
}

/**
 * Reads a courier's file. Throws `courier.malformed` for what is none, `courier.cut-off` where bytes are missing, and
 * `courier.altered` where a part is not the one that the text names.
 */
export function readCourierFile(crypto: Crypto, bytes: Uint8Array): CourierFile {
  if (bytes.length > LONGEST_FILE) return malformed("a file is too long")
  const { head, rest } = split(bytes)
  if (head.startsWith(`${SEALED}\n`)) return { form: "sealed", file: readSealed(head, rest) }
  const note = readNote(head)
  if (note.text.startsWith(`${ORDER}\n`)) return { form: "order", note, file: readOrder(note.text, rest) }
  if (note.text.startsWith(`${ANSWER}\n`)) return { form: "answer", note, file: readAnswer(crypto, note.text, rest) }
  const hash = crypto.sha256(utf8(note.text)).toHex()
  return { form: "desk", note, hash, file: readDesk(crypto, note.text, rest) }
}

/** That exactly both keys of the desk signed its file; throws `note.signature`. */
export function verifyDeskFile(crypto: Crypto, note: Note, { ed25519, mlDsa65 }: KeyPair): Promise<void> {
  return verifyExactly(crypto, note, [ed25519, mlDsa65])
}

/** That exactly the registry signed its answer or its order; throws `note.signature`. */
export function verifyRegistryFile(crypto: Crypto, note: Note, registry: VerifierKey): Promise<void> {
  return verifyExactly(crypto, note, [registry])
}

function malformed(message: string): never {
  throw new VerificationError("courier.malformed", message)
}

/** The readable head with its last newline, and the bytes behind the empty line that ends it. */
function split(bytes: Uint8Array): { head: string; rest: Uint8Array } {
  const room = bytes.subarray(0, LONGEST_NOTE)
  const isSealed = isPrefix(utf8(`${SEALED}\n`), bytes)
  const text = emptyLine(room, 0)
  const end = isSealed || text < 0 ? text : emptyLine(room, text + 2)
  if (end < 0) return malformed("a file has no readable head")
  try {
    return { head: fromUtf8(bytes.subarray(0, end + 1)), rest: bytes.subarray(end + 2) }
  } catch (cause) {
    throw new VerificationError("courier.malformed", "a file's head is not text", { cause })
  }
}

function isPrefix(prefix: Uint8Array, bytes: Uint8Array): boolean {
  return prefix.every((byte, i) => bytes[i] === byte)
}

/** Where a line ends behind which an empty one follows, or -1. */
function emptyLine(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(0x0a, from); at >= 0; at = bytes.indexOf(0x0a, at + 1))
    if (bytes[at + 1] === 0x0a) return at
  return -1
}

function readNote(head: string): Note {
  try {
    return parseNote(head)
  } catch (cause) {
    throw new VerificationError("courier.malformed", "a file's head is no note", { cause })
  }
}

function readDesk(crypto: Crypto, text: string, rest: Uint8Array): DeskFile {
  const form = readForm(text, DESK, "courier.malformed")
  const head = { office: form.id("office"), from: form.name("from"), made: form.instant("made") }
  const next = parseSize(form.field("next"), "courier.malformed")
  const parts = readParts(crypto, form, rest, ["posted", "stamp"])
  return {
    ...{ ...head, next },
    posted: parts.flatMap(({ kind, bytes }) => (kind === "posted" ? onePosted(bytes) : [])),
    stamps: parts.flatMap(({ kind, bytes }) => (kind === "stamp" ? [oneText(bytes)] : [])),
  }
}

function readAnswer(crypto: Crypto, text: string, rest: Uint8Array): AnswerFile {
  const form = readForm(text, ANSWER, "courier.malformed")
  const head = { office: form.id("office"), to: form.name("to") }
  const named = form.field("of")
  const of = named === "-" ? null : isId(named) ? named : malformed("a file says not what it answers")
  const [made, left] = [form.instant("made"), form.number("left")]
  const [after = "", until = ""] = form.fields("mail", 2)
  const mail = { after: parseSize(after, "courier.malformed"), until: parseSize(until, "courier.malformed") }
  if (mail.after > mail.until) return malformed("mail ends before it begins")
  const parts = readParts(crypto, form, rest, ["answer", "mail"])
  const frames = parts.flatMap(({ kind, bytes }) => (kind === "mail" ? oneFrame(bytes) : []))
  const answers = parts.flatMap(({ kind, bytes }) => (kind === "answer" ? [oneText(bytes)] : []))
  return { ...head, of, made, left, mail, answers, frames }
}

function readOrder(text: string, rest: Uint8Array): OrderFile {
  const form = readForm(text, ORDER, "courier.malformed")
  const [office, to] = [form.id("office"), form.name("to")]
  const after = parseSize(form.field("after"), "courier.malformed")
  const made = form.instant("made")
  form.end()
  if (rest.length > 0) return malformed("an order carries nothing")
  return { office, to, after, made }
}

function readSealed(head: string, rest: Uint8Array): SealedFile {
  const form = readForm(head, SEALED, "courier.malformed")
  const office = form.id("office")
  const [, to = "", key = ""] = /^([a-z][a-z0-9-]{1,31})\/(\d{1,15})$/.exec(form.field("to")) ?? []
  if (to === "") return malformed("a file says not to whom it goes")
  const [made, length] = [form.instant("made"), form.number("length")]
  form.end()
  if (rest.length < length) throw cutOff()
  if (rest.length > length) return malformed("a file is longer than it says")
  return { office, to, key: parseNumber(key, "courier.malformed"), made, sealed: rest.slice() }
}

function cutOff(): VerificationError {
  return new VerificationError("courier.cut-off", "a file ends before its last part does")
}

/** The parts that the text names, those of one kind behind each other. Nothing is made room for that is not there. */
function readParts<K extends Part["kind"]>(
  crypto: Crypto,
  form: FormReader,
  rest: Uint8Array,
  kinds: readonly K[],
): { kind: K; bytes: Uint8Array }[] {
  const parts: { kind: K; bytes: Uint8Array }[] = []
  let offset = 0
  while (form.has("part")) {
    const [name = "", hash = "", long = ""] = form.fields("part", 3)
    const kind = kinds.find((one) => one === name) ?? malformed("a part is of an unknown kind")
    if (kinds.indexOf(kind) < kinds.indexOf(parts.at(-1)?.kind ?? kind)) return malformed("parts are out of order")
    if (parts.length === MOST_PARTS) return malformed("a file names too many parts")
    const end = offset + parseNumber(long, "courier.malformed")
    if (end > rest.length) throw cutOff()
    const bytes = rest.slice(offset, end)
    if (crypto.sha256(bytes).toHex() !== hash)
      throw new VerificationError("courier.altered", "a part is not the one that its file names")
    parts.push({ kind, bytes })
    offset = end
  }
  form.end()
  return offset === rest.length ? parts : malformed("a file is longer than it says")
}

function onePosted(bytes: Uint8Array): Posted[] {
  return inForm(() => {
    const posted = parsePosted(bytes)
    return posted.length === 1 ? posted : malformed("a part is not one envelope")
  })
}

function oneFrame(bytes: Uint8Array): EnvelopeFrame[] {
  return inForm(() => {
    const [frame, ...more] = frameReader()(bytes)
    if (frame?.kind !== "envelope" || more.length > 0 || formatFrame(frame).length !== bytes.length)
      return malformed("a part is not one envelope")
    return [frame]
  })
}

function oneText(bytes: Uint8Array): string {
  return inForm(() => fromUtf8(bytes))
}

function inForm<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof VerificationError && cause.code === "courier.malformed") throw cause
    throw new VerificationError("courier.malformed", "a part is not of its form", { cause })
  }
}

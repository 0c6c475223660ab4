import { inflateRawSync } from "node:zlib"
import type { CourierOutcome, CourierPages } from "#offices/joins/courier.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import type { VerifierKey } from "#register/note.ts"
import { parseNote } from "#register/note.ts"
import {
  type AnswerFile,
  type CourierFile,
  LONGEST_FILE,
  readCourierFile,
  type SealedFile,
  verifyDeskFile,
  verifyRegistryFile,
} from "#seal/courier.ts"
import { collectPages, type Page, parsePage } from "#seal/courier-pages.ts"
import { open } from "#seal/node/hybrid.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type AnswersParts, settle } from "../answers.ts"
import { TransitFault } from "../arrival.ts"
import type { Book } from "../book.ts"
import type { Live } from "../live.ts"
import type { CourierRegistry } from "./registry.ts"
import { keepUnstamped, type UnstampedParts } from "./unstamped.ts"

export type TakingRefusal = {
  refused:
    | "courier.malformed"
    | "courier.cut-off"
    | "courier.altered"
    | "courier.page"
    | "courier.office"
    | "courier.not-signed"
    | "courier.for-another"
    | "courier.own"
    | "courier.unopenable"
    | "courier.damaged"
}

export type TakingParts = Omit<UnstampedParts, "members"> &
  AnswersParts & {
    clock: Clock
    office: string
    book: Book
    live: Live
    registryKey: VerifierKey
    registry: CourierRegistry
    /** Keeps the registry's answer to another desk's file until an officer gives it to the courier; answers its name. */
    keepAnswer(file: Uint8Array): string
  }

const CODES: Readonly<Record<string, TakingRefusal["refused"]>> = {
  "courier.malformed": "courier.malformed",
  "courier.cut-off": "courier.cut-off",
  "courier.altered": "courier.altered",
  "courier.page": "courier.page",
  "header.office": "courier.office",
  "note.signature": "courier.not-signed",
  "roll.unknown-key": "courier.not-signed",
}

/** Takes a courier's file in, whoever wrote it. Nothing of a file that is refused is kept. */
export async function takeFile(parts: TakingParts, bytes: Uint8Array): Promise<CourierOutcome | TakingRefusal> {
  try {
    return await take(parts, bytes)
  } catch (error) {
    if (error instanceof TransitFault) return { refused: "courier.damaged" }
    const code = error instanceof VerificationError ? CODES[error.code] : undefined
    if (code) return { refused: code }
    if (error instanceof VerificationError) return { refused: "courier.malformed" }
    throw error
  }
}

/** Puts pages together; takes the file in once all of its pages are there, else answers which are missing. */
export async function takePages(
  parts: TakingParts,
  texts: readonly string[],
): Promise<CourierOutcome | CourierPages | TakingRefusal> {
  const pages = texts.flatMap((text) => pageOrNothing(text))
  const collected = collectPages(parts.crypto, pages).toSorted((a, b) => a.missing.length - b.missing.length)
  const [first] = collected
  if (!first) return { refused: "courier.page" }
  const { hash, of, missing, whole } = first
  if (!whole) return { hash, of, missing, others: collected.length - 1 }
  return takeFile(parts, inflated(whole))
}

function pageOrNothing(text: string): Page[] {
  try {
    return [parsePage(text)]
  } catch (error) {
    if (error instanceof VerificationError) return []
    throw error
  }
}

/** Whoever printed the pages chose these bytes: no more room is made than for the longest file. */
function inflated(whole: Uint8Array): Uint8Array {
  try {
    return inflateRawSync(whole, { maxOutputLength: LONGEST_FILE })
  } catch {
    return new Uint8Array()
  }
}

async function take(parts: TakingParts, bytes: Uint8Array): Promise<CourierOutcome | TakingRefusal> {
  const read = readCourierFile(parts.crypto, bytes)
  if (read.file.office !== parts.office) return { refused: "courier.office" }
  if (read.form === "desk") return takeDeskFile(parts, read, bytes)
  if (read.form !== "sealed") return { refused: "courier.malformed" }
  if (read.file.to !== parts.delegation) return { refused: "courier.for-another" }
  const inner = opened(parts, read.file)
  if (!inner) return { refused: "courier.unopenable" }
  const answer = readCourierFile(parts.crypto, inner)
  if (answer.form !== "answer" || answer.file.office !== parts.office || answer.file.to !== parts.delegation)
    return { refused: "courier.malformed" }
  await verifyRegistryFile(parts.crypto, answer.note, parts.registryKey)
  return takeAnswer(parts, answer.file)
}

function opened(parts: TakingParts, { key, sealed }: SealedFile): Uint8Array | undefined {
  const identity = parts.identity(key)
  try {
    return identity && open({ identity, place: 0, count: 1 }, sealed)
  } catch (error) {
    if (error instanceof VerificationError) return undefined
    throw error
  }
}

/** The registry's answers settle what waits, then its mail is taken in with the same checks as any. */
async function takeAnswer(parts: TakingParts, file: AnswerFile): Promise<CourierOutcome> {
  const { book, outbox, archive } = parts
  const counts = { stamped: 0, returned: 0 }
  for (const answer of file.answers) {
    const hash = /\nheader ([0-9a-f]{64})\n/.exec(parseNote(answer).text)?.[1] ?? ""
    const sealed = outbox.underWay(hash)
    if (!sealed) continue
    await settle(parts, [{ sealed, answer }])
    if (outbox.underWay(hash)) continue
    if (answer.startsWith("iod.stamp/v1\n")) counts.stamped++
    else counts.returned++
  }
  // What lies between is in no file: taken in now, it would be missing for ever.
  const gap = file.mail.after > book.next()
  const before = held(archive)
  if (!gap) await book.takeIn(file.frames)
  const entered = held(archive) - before
  parts.live.tell({ kind: "outbox" })
  return { took: "answer", ...counts, entered, left: file.left, gap: gap ? Number(file.mail.after) : null }
}

function held({ sql }: TakingParts["archive"]): number {
  return Number(sql.get`SELECT count(*) AS n FROM envelope`?.n)
}

/**
 * Another desk's file: what of it is for this desk is shown as not yet stamped, and where the registry can be reached it
 * is handed in as it is.
 */
async function takeDeskFile(
  parts: TakingParts,
  { note, file }: Extract<CourierFile, { form: "desk" }>,
  bytes: Uint8Array,
): Promise<CourierOutcome | TakingRefusal> {
  const { book, crypto, clock, delegation } = parts
  if (file.from === delegation) return { refused: "courier.own" }
  const roll: Roll = book.roll()
  const key = roll.members[file.from]?.key
  if (!key) return { refused: "courier.not-signed" }
  await verifyDeskFile(crypto, note, key)
  const shown = { ...parts, members: book.members }
  const stamps = new Map(file.stamps.flatMap((stamp) => (stampedHash(stamp) ? [[stampedHash(stamp), stamp]] : [])))
  const counts = { shown: 0, known: 0 }
  for (const posted of file.posted) {
    const stamp = stamps.get(crypto.sha256(utf8(parseNote(posted.header).text)).toHex())
    const kept = await keepUnstamped(shown, roll, file.from, posted, instantOf(clock), stamp)
    if (kept !== "not-ours") counts[kept]++
  }
  if (counts.shown > 0) parts.live.tell({ kind: "unstamped" })
  const answered = await parts.registry.handIn(bytes)
  const handed = answered && { left: answered.left, answer: parts.keepAnswer(answered.file) }
  return { took: "envelopes", from: file.from, of: file.posted.length, ...counts, handed: handed ?? null }
}

function stampedHash(stamp: string): string | undefined {
  return /\nheader ([0-9a-f]{64})\n/.exec(stamp)?.[1]
}

import { type Roll, sealingKeyFor } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseNote, type Signer } from "#register/note.ts"
import {
  type AnswerFile,
  type DeskFile,
  type EnvelopeFrame,
  formatAnswerFile,
  formatSealedFile,
  MOST_PARTS,
  readCourierFile,
  verifyDeskFile,
  verifyRegistryFile,
} from "#seal/courier.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { seal } from "#seal/node/hybrid.ts"
import { openRefusal } from "#seal/stamp.ts"
import { formatFrame, type Posted } from "#seal/wire.ts"
import { type Clock, instantOf } from "../clock.ts"
import type { Growth } from "./growth.ts"
import type { Ledger } from "./ledger.ts"
import type { Writer } from "./writer.ts"

export type CourierParts = {
  crypto: Crypto
  clock: Clock
  office: string
  ledger: Pick<Ledger, "mail">
  growth: Pick<Growth, "size">
  writer: Pick<Writer, "submit" | "roll">
  signer: Signer
  /** Whether entries are missing here: then nothing is answered. */
  behind(): boolean
}

/** What goes back with a courier, and how many of the envelopes that he brought have no answer yet. */
export type CourierAnswer = { file: Uint8Array; left: number }

/**
 * Takes a courier's file in and writes the one that goes back: the answers to its envelopes, and the mail of the desk
 * that signed it, sealed to that desk. Undefined while entries are missing here. Throws a VerificationError for a file
 * that is none, of another office, or not signed by whom it names.
 */
export type Courier = (bytes: Uint8Array) => Promise<CourierAnswer | undefined>

// For how long one request waits for an envelope's turn; what has none by then is handed in again with the same file.
const PATIENCE_MS = 15_000
const BATCH = 128
const MAIL_BYTES = 12 << 20
// A file that somebody copied is good for its desk's mail no longer than this; orders are written where they are used.
const OLDEST_FILE_MS = 30 * 86_400_000
const OLDEST_ORDER_MS = 10 * 60_000

/** Opens the registry's door for couriers. */
export function openCourier(parts: CourierParts): Courier {
  let working: Promise<unknown> = Promise.resolve()
  return (bytes) => {
    // One after the other: a file is large, and whoever sends it need not be anybody.
    const mine = working.then(() => take(parts, bytes))
    working = mine.catch(() => undefined)
    return mine
  }
}

async function take(parts: CourierParts, bytes: Uint8Array): Promise<CourierAnswer | undefined> {
  const { crypto, clock, office, writer, signer } = parts
  const read = readCourierFile(crypto, bytes)
  if (read.form !== "desk" && read.form !== "order")
    throw new VerificationError("courier.malformed", "a file that no desk wrote")
  if (read.file.office !== office) throw new VerificationError("header.office", "a file of another office")
  const roll = writer.roll()
  const age = clock.now() - Date.parse(read.file.made)
  if (read.form === "order") {
    await verifyRegistryFile(crypto, read.note, signer.key)
    if (age > OLDEST_ORDER_MS) throw new VerificationError("courier.malformed", "an order that is too old")
    const { to, after } = read.file
    if (parts.behind()) return undefined
    return write(parts, roll, { to, of: null, left: 0, answers: [] }, after)
  }
  const { from, posted, next } = read.file
  const key = roll.members[from]?.key
  if (!key) throw new VerificationError("roll.unknown-key", "a file of nobody on the roll")
  await verifyDeskFile(crypto, read.note, key)
  if (parts.behind()) return undefined
  const { answers, left } = await handIn(parts, posted)
  // The roll may have changed by what was handed in.
  const after = age > OLDEST_FILE_MS ? parts.growth.size() : next
  return write(parts, writer.roll(), { to: from, of: read.hash, left, answers }, after)
}

type Head = Pick<AnswerFile, "to" | "of" | "left" | "answers">

async function write(parts: CourierParts, roll: Roll, head: Head, after: bigint): Promise<CourierAnswer> {
  const { crypto, clock, office, signer } = parts
  const made = instantOf(clock)
  const member = roll.members[head.to]
  const key = member && sealingKeyFor(member, made)
  if (!key) throw new VerificationError("roll.unknown-key", "a desk that has published no sealing key")
  const { frames, mail } = await mailOf(parts, head.to, after, MOST_PARTS - head.answers.length)
  const inner = formatAnswerFile(crypto, { office, ...head, made, mail, frames }, signer)
  const sealed = seal([key.recipient], inner)
  return { file: formatSealedFile({ office, to: head.to, key: key.number, made, sealed }), left: head.left }
}

/** Everything for a desk from `after` on, or the first of it that one file holds. */
async function mailOf({ ledger, growth }: CourierParts, to: string, after: bigint, most: number) {
  const size = growth.size()
  const frames: EnvelopeFrame[] = []
  let [cursor, bytes] = [after, 0]
  for (let more = cursor < size; more; ) {
    const rows = (await ledger.mail(to, cursor, BATCH)).filter((row) => row.index < size)
    for (const row of rows) {
      const frame = { kind: "envelope" as const, header: row.header, stamp: row.stamp, body: row.body }
      bytes += formatFrame(frame).length
      if (bytes > MAIL_BYTES || frames.length === most) return { frames, mail: { after, until: row.index } }
      frames.push(frame)
      cursor = row.index + 1n
    }
    more = rows.length === BATCH
  }
  return { frames, mail: { after, until: size > after ? size : after } }
}

type HandedIn = { answers: string[]; left: number }

/** Hands envelopes in: those of one author on one line one after the other, as their desk would. */
async function handIn(parts: CourierParts, posted: DeskFile["posted"]): Promise<HandedIn> {
  const until = parts.clock.now() + PATIENCE_MS
  const chains = Map.groupBy(posted, ({ header }) => chainOf(parts.crypto, header))
  const done = await Promise.all([...chains.values()].map((chain) => handInChain(parts, chain, until)))
  return { answers: done.flatMap(({ answers }) => answers), left: done.reduce((sum, { left }) => sum + left, 0) }
}

function chainOf(crypto: Crypto, header: string): string {
  try {
    const { from, line } = parseSignedHeader(crypto, header).header
    return `${from} ${line}`
  } catch {
    // Refused like any other malformed envelope.
    return header
  }
}

async function handInChain(parts: CourierParts, chain: readonly Posted[], until: number): Promise<HandedIn> {
  const answers: string[] = []
  for (const [i, one] of chain.entries()) {
    const answer = await untilAnswered(parts, one, until)
    if (answer === undefined) return { answers, left: chain.length - i }
    answers.push(answer)
    // Whatever follows it names it as the one before, and cannot be entered any more.
    if (!answer.startsWith("iod.stamp/v1\n")) return { answers, left: 0 }
  }
  return { answers, left: 0 }
}

/** A stamp or a final refusal; undefined where its turn has not come in time. */
async function untilAnswered(parts: CourierParts, posted: Posted, until: number): Promise<string | undefined> {
  const { crypto, clock, writer, signer } = parts
  for (;;) {
    const answer = await writer.submit(posted)
    if (parseNote(answer).text.startsWith("iod.stamp/v1\n")) return answer
    const refusal = await openRefusal(crypto, answer, signer.key)
    if (refusal.kind === "final") return answer
    if (clock.now() + refusal.again > until) return undefined
    await new Promise<void>((resolve) => void clock.after(refusal.again, resolve))
  }
}

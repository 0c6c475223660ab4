import { createHash } from "node:crypto"
import type pg from "pg"
import { LONGEST_SEALED } from "#seal/attachment.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type FileHashes, openFileHashes } from "./file-hashes.ts"
import { type FileRow, type FileRows, openFileRows } from "./file-rows.ts"
import { LONGEST_KEPT } from "./forgetting.ts"

/** Where a file may be found, and who asks: a delegation whose key signed the request. */
export type FileName = { line: string; hash: string; by: string }

/** Why a desk's file is not taken or handed out now, with the numbers that it needs to try again. */
export type FileRefusal =
  /** Not a member of that line: nothing is said of what is there. */
  | { refused: "members" }
  | { refused: "unknown" }
  | { refused: "gone" }
  | { refused: "length"; most: number }
  | { refused: "backlog"; held: number; most: number; again: number }
  | { refused: "unfinished"; held: number; most: number; again: number }
  | { refused: "busy"; again: number }
  /** Another offset than the end of what is here. */
  | { refused: "at"; received: number }
  /** All bytes came and are not the announced ones: nothing of them was kept. */
  | { refused: "hash"; received: number }

export type Received = { received: number; length: number }

/**
 * Sealed files on their way between the members of a line. What `begin` and `receive` answer is on disk; a file is
 * handed out once its hash was checked, until every other member has said that it holds it.
 */
export type Files = {
  /** Announces a file, or asks how much of it is here: the same again is the same file. */
  begin(name: FileName, length: number): Promise<Received | FileRefusal>
  /** Takes bytes in from `at` on. However they end, what came whole is kept, and the next ones go on from there. */
  receive(name: FileName, at: number, bytes: AsyncIterable<Uint8Array>): Promise<Received | FileRefusal>
  /** The bytes from `from` until before `until`, or the end of the file, piece by piece. */
  handOut(name: FileName, from: number, until: number): Promise<HandedOut | FileRefusal>
  /** A member's desk holds the file. */
  taken(name: FileName): Promise<Record<string, never> | FileRefusal>
  /** Drops what nobody needs any more; answers how many files. */
  forget(): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

export type HandedOut = { length: number; from: number; until: number; pieces: AsyncIterable<Uint8Array> }

/** The same for every desk (charter, limits): bytes of one file, and of all that others have still to take. */
export type FileLimits = { length: number; backlog: number }
export const FILE_LIMITS: FileLimits = { length: LONGEST_SEALED, backlog: 1 << 30 }

export type FilesParts = {
  clock: Clock
  pool: pg.Pool
  limits: FileLimits
  /** Whether nothing may be taken in now (behind.ts). */
  behind(): boolean
  log(message: string): void
}

const PIECE = 1 << 20
/** Files of one desk that may be arriving at once. */
const MOST_UNFINISHED = 8
const HOUR = 3_600_000
const UNFINISHED_MS = 24 * HOUR
const FULL_AGAIN = 60_000
const BUSY_AGAIN = 5000

type Open = FilesParts & { rows: FileRows; hashes: FileHashes; now(): string }

/** Opens the files of a registry; every hour it drops what nobody needs any more. */
export function openFiles(parts: FilesParts): Files {
  const { clock, pool } = parts
  const open: Open = { ...parts, rows: openFileRows(pool), hashes: openFileHashes(), now: () => instantOf(clock) }
  let closed = false
  const look = () => {
    forget(open)
      .catch((error: unknown) => parts.log(`files were not deleted: ${error instanceof Error ? error.message : ""}`))
      .finally(() => {
        if (!closed) bell = clock.after(HOUR, look)
      })
  }
  let bell = clock.after(HOUR, look)
  return {
    begin: (name, length) => begin(open, name, length),
    receive: (name, at, bytes) => receive(open, name, at, bytes),
    handOut: (name, from, until) => handOut(open, name, from, until),
    async taken({ line, hash, by }) {
      if (!(await open.rows.members(line)).includes(by)) return { refused: "members" }
      await open.rows.taken(line, hash, by)
      await open.rows.dropTaken(open.now())
      return {}
    },
    forget: () => forget(open),
    async [Symbol.asyncDispose]() {
      closed = true
      bell[Symbol.dispose]()
      await pool.end()
    },
  }
}

async function begin(open: Open, name: FileName, length: number): Promise<Received | FileRefusal> {
  const { rows } = open
  if (open.behind()) return { refused: "busy", again: BUSY_AGAIN }
  if (!(await rows.members(name.line)).includes(name.by)) return { refused: "members" }
  const known = await rows.find(name.line, name.hash)
  if (known.some((row) => row.complete !== null && row.gone === null)) return { received: length, length }
  const mine = known.find((row) => row.sender === name.by)
  if (mine?.gone) return { refused: "gone" }
  // A crash may have come between the last piece and the look at the hash.
  if (mine) return mine.received === mine.length ? finish(open, mine) : { received: mine.received, length: mine.length }
  const full = await mayBegin(open, name.by, length)
  if (full) return full
  await rows.begin({ line: name.line, hash: name.hash, sender: name.by, length }, open.now())
  return { received: 0, length }
}

async function mayBegin({ rows, limits }: Open, by: string, length: number): Promise<FileRefusal | undefined> {
  if (length > limits.length) return { refused: "length", most: limits.length }
  const { bytes, unfinished } = await rows.held(by)
  if (unfinished >= MOST_UNFINISHED)
    return { refused: "unfinished", held: unfinished, most: MOST_UNFINISHED, again: FULL_AGAIN }
  if (bytes + length > limits.backlog)
    return { refused: "backlog", held: bytes, most: limits.backlog, again: FULL_AGAIN }
  return undefined
}

async function receive(
  open: Open,
  name: FileName,
  at: number,
  bytes: AsyncIterable<Uint8Array>,
): Promise<Received | FileRefusal> {
  if (open.behind()) return { refused: "busy", again: BUSY_AGAIN }
  const row = await own(open, name)
  if ("refused" in row) return row
  if (row.gone) return { refused: "gone" }
  if (row.received !== at) return { refused: "at", received: row.received }
  let [received, sent] = [at, at]
  let storing = Promise.resolve(true)
  // While a piece goes to the disk the next one comes in; never more than these two are here.
  for await (const piece of pieces(bytes, row.length - at)) {
    if (!(await storing)) return { refused: "at", received }
    received = sent
    storing = store(open, row, sent, piece)
    // Where the line breaks off before anybody awaits it, it is awaited below all the same.
    storing.catch(() => undefined)
    sent += piece.length
  }
  if (!(await storing)) return { refused: "at", received }
  return sent === row.length ? finish(open, row) : { received: sent, length: row.length }
}

async function store(open: Open, row: FileRow, at: number, piece: Uint8Array): Promise<boolean> {
  if (!(await open.rows.append(row.number, at, piece, open.now()))) return false
  open.hashes.went(row.number, at, piece)
  return true
}

async function own({ rows }: Open, { line, hash, by }: FileName): Promise<FileRow | FileRefusal> {
  if (!(await rows.members(line)).includes(by)) return { refused: "members" }
  return (await rows.find(line, hash)).find((row) => row.sender === by) ?? { refused: "unknown" }
}

/** Every byte is on disk: whether they are the announced ones decides what becomes of them. */
async function finish(open: Open, row: FileRow): Promise<Received | FileRefusal> {
  const { rows, hashes, now } = open
  if ((hashes.digest(row.number, row.length) ?? (await digestStored(rows, row))) === row.hash) {
    await rows.completed(row.number, now())
    return { received: row.length, length: row.length }
  }
  await rows.restart(row.number, now())
  return { refused: "hash", received: 0 }
}

async function digestStored(rows: FileRows, row: FileRow): Promise<string> {
  const hash = createHash("sha256")
  for await (const bytes of stored(rows, row, 0, row.length)) hash.update(bytes)
  return hash.digest("hex")
}

async function handOut(open: Open, { line, hash, by }: FileName, from: number, until: number) {
  const { rows } = open
  if (!(await rows.members(line)).includes(by)) return { refused: "members" as const }
  const known = await rows.find(line, hash)
  const row = known.find(({ complete, gone }) => complete !== null && gone === null)
  if (!row) return { refused: known.some(({ gone }) => gone !== null) ? ("gone" as const) : ("unknown" as const) }
  if (from >= Math.min(until, row.length)) return { refused: "length" as const, most: row.length }
  const end = Math.min(until, row.length)
  return { length: row.length, from, until: end, pieces: stored(rows, row, from, end) }
}

/** One piece in memory, and the next one on its way. */
async function* stored(rows: FileRows, { number }: FileRow, from: number, until: number): AsyncGenerator<Uint8Array> {
  let next = rows.piece(number, from)
  for (let at = from; at < until; ) {
    const piece = await next
    if (!piece) throw new Error("a piece of a file is missing")
    const end = piece.at + piece.bytes.length
    next = end < until ? rows.piece(number, end) : Promise.resolve(undefined)
    // Whoever reads may stop reading: then nobody awaits this.
    next.catch(() => undefined)
    yield piece.bytes.subarray(at - piece.at, Math.min(end, until) - piece.at)
    at = end
  }
}

async function forget({ rows, clock, now }: Open): Promise<number> {
  const since = (ms: number) => new Date(clock.now() - ms).toISOString()
  const taken = await rows.dropTaken(now())
  const old = { unfinished: since(UNFINISHED_MS), complete: since(LONGEST_KEPT), gone: since(2 * LONGEST_KEPT) }
  return taken + (await rows.dropOld(old, now()))
}

/** What arrives in pieces of one size, at most `most` bytes of it; where it breaks off, what came until then. */
async function* pieces(bytes: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let waiting: Uint8Array[] = []
  let held = 0
  let left = most
  try {
    for await (const arrived of bytes) {
      const part = arrived.subarray(0, left)
      left -= part.length
      if (part.length > 0) waiting.push(part)
      held += part.length
      if (held < PIECE && left > 0) continue
      yield Buffer.concat(waiting)
      waiting = []
      held = 0
      if (left === 0) return
    }
  } catch {
    // The line broke: whatever came of it is as good as the rest.
  }
  if (held > 0) yield Buffer.concat(waiting)
}

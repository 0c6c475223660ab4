import { createHash } from "node:crypto"
import type { FileHandle } from "node:fs/promises"
import type { Clock } from "../../clock.ts"
import type { Archive } from "../archive.ts"
import { type Errands, openErrands } from "./errands.ts"
import type { Folder } from "./folder.ts"
import type { Progress } from "./progress.ts"
import type { FileAnswer, FileRegistry } from "./registry.ts"
import { type FileRow, leavingFiles } from "./rows.ts"

export type SendingParts = {
  archive: Archive
  clock: Clock
  folder: Folder
  registry: FileRegistry
  progress: Progress
  /** An act has all its files at the registry, or goes back to its officer. */
  settled(): void
  log(message: string): void
}

// After each part the most urgent file goes on: a FLASH never waits for the end of a large one.
const PART_BYTES = 8 << 20
const PART_MS = 8000
const READ = 1 << 18
const HOLD_MS = 15_000
/** Refusals that time mends; the registry says after how long. */
const LATER = ["backlog", "unfinished", "busy"]

type Room = SendingParts & {
  /** How much of a file the registry has, by its last answer. */
  offsets: Map<string, number>
  errands(): Errands
}

/** Carries files of acts that are to leave to the registry. An act leaves when all of its files are there. */
export function openSending(parts: SendingParts): Errands {
  const room: Room = { ...parts, offsets: new Map(), errands: () => errands }
  const errands = openErrands({
    clock: parts.clock,
    next(held) {
      const file = leavingFiles(parts.archive).find((one) => !held.has(keyOf(one)))
      return file && (() => send(room, file))
    },
    failed(error, first) {
      // Whatever the registry had said may no longer hold.
      room.offsets.clear()
      if (first) parts.log(`files wait here: ${error instanceof Error ? error.message : ""}`)
    },
  })
  return errands
}

function keyOf({ line, hash }: FileRow): string {
  return `${line} ${hash}`
}

async function send(room: Room, file: FileRow): Promise<void> {
  const at = room.offsets.get(keyOf(file))
  if (at === undefined) return take(room, file, await room.registry.begin(file))
  const handle = await room.folder.read(file.hash)
  if (!handle) return refuse(room, file, { refused: "file.lost" })
  try {
    const answer = await room.registry.send(file, at, partOf(room, file, handle, at))
    await take(room, file, answer)
    // A registry that keeps nothing of what it is sent is not sent more at once.
    if (answer.refused === undefined && answer.received === at) room.errands().hold(keyOf(file), HOLD_MS)
  } finally {
    await handle.close()
  }
}

/** The bytes from `at` on, as many as one request carries. */
async function* partOf(
  { clock, progress }: Room,
  file: FileRow,
  handle: FileHandle,
  from: number,
): AsyncGenerator<Uint8Array> {
  const until = Math.min(file.length, from + PART_BYTES)
  const end = clock.now() + PART_MS
  for (let at = from; at < until && clock.now() < end; ) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(Math.min(READ, until - at)), 0, undefined, at)
    if (bytesRead === 0) throw new Error("a sealed file is shorter than it was")
    yield buffer.subarray(0, bytesRead)
    at += bytesRead
    progress.went(file, at)
  }
}

async function take(room: Room, file: FileRow, answer: FileAnswer): Promise<void> {
  const { refused, received = 0, again = HOLD_MS } = answer
  if (refused === undefined || refused === "at") return reached(room, file, received)
  // It was there before and every member has taken it.
  if (refused === "gone") return reached(room, file, file.length)
  if (refused === "unknown") return void room.offsets.delete(keyOf(file))
  if (refused === "hash") return misfit(room, file)
  if (!LATER.includes(refused))
    return refuse(room, file, refused === "length" ? { refused: "file.too-large" } : { refused: "file.not-taken" })
  room.archive.sql.run`UPDATE file SET waits = ${refused} WHERE line = ${file.line} AND hash = ${file.hash}`
  room.progress.changed(file)
  room.errands().hold(keyOf(file), Math.max(again, 1))
}

/** The registry has so many bytes of it, on its disk. */
function reached({ archive, offsets, progress, settled }: Room, file: FileRow, received: number): void {
  const { sql } = archive
  const isThere = received >= file.length
  if (isThere) offsets.delete(keyOf(file))
  else offsets.set(keyOf(file), received)
  archive.transact(() => {
    sql.run`UPDATE file SET done = ${received}, waits = NULL, state = ${isThere ? "sent" : "leaving"}
      WHERE line = ${file.line} AND hash = ${file.hash}`
    if (isThere)
      sql.run`UPDATE outbox SET state = 'waiting' WHERE id = ${file.outbox} AND state = 'filing'
        AND NOT EXISTS (SELECT 1 FROM file f WHERE f.outbox = outbox.id AND f.state = 'leaving')`
  })
  progress.changed(file)
  if (isThere) settled()
}

/** The bytes that came there have another hash: on the way, or because this desk's disk holds others by now. */
async function misfit(room: Room, file: FileRow): Promise<void> {
  room.offsets.delete(keyOf(file))
  const handle = await room.folder.read(file.hash)
  const hash = createHash("sha256")
  try {
    for await (const bytes of handle?.createReadStream({ autoClose: false }) ?? []) hash.update(bytes)
  } finally {
    await handle?.close()
  }
  if (hash.digest("hex") !== file.hash) return refuse(room, file, { refused: "file.lost" })
  room.errands().hold(keyOf(file), HOLD_MS)
}

/** Nothing mends it: the act goes back to its officer, who attaches the file again. */
function refuse(
  { archive, log, settled }: Room,
  { line, hash, outbox }: FileRow,
  { refused }: { refused: string },
): void {
  const { sql } = archive
  archive.transact(() => {
    sql.run`UPDATE file SET state = 'refused' WHERE line = ${line} AND hash = ${hash}`
    sql.run`UPDATE outbox SET state = 'refused', refused = ${refused} WHERE id = ${outbox} AND state = 'filing'`
  })
  log(`a file was not taken to the registry: ${refused}`)
  settled()
}

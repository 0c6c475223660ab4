import { createHash, type Hash } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import type { Clock } from "../../clock.ts"
import type { Archive } from "../archive.ts"
import { type Errands, openErrands } from "./errands.ts"
import type { Folder } from "./folder.ts"
import type { Progress } from "./progress.ts"
import type { FetchedFile, FileAnswer, FileRegistry } from "./registry.ts"
import { comingFiles, type FileRow } from "./rows.ts"

export type FetchingParts = {
  archive: Archive
  clock: Clock
  folder: Folder
  registry: FileRegistry
  progress: Progress
  log(message: string): void
}

const PART_BYTES = 8 << 20
const WRITE = 1 << 19
const HOLD_MS = 15_000
// Whoever has to bring it again may be away for long.
const ABSENT_MS = 60_000
/** After so many times the registry hands out something else than its author signed. */
const MISFITS = 2

/** A file that is coming in: what is on disk of it, with its hash so far. */
type Coming = { handle: FileHandle; hash: Hash; at: number }
type Room = FetchingParts & { coming: Map<string, Coming>; errands(): Errands }

/** Fetches files that envelopes name, in the background, and tells the registry of each that it is held here. */
export function openFetching(parts: FetchingParts): Errands {
  const room: Room = { ...parts, coming: new Map(), errands: () => errands }
  const errands = openErrands({
    clock: parts.clock,
    next(held) {
      const file = comingFiles(parts.archive).find((one) => !held.has(keyOf(one)))
      return file && (() => fetchOrTell(room, file))
    },
    failed(error, first) {
      if (first) parts.log(`files are waited for: ${error instanceof Error ? error.message : ""}`)
    },
  })
  return {
    ...errands,
    async close() {
      await errands.close()
      for (const { handle } of room.coming.values()) await handle.close()
    },
  }
}

function keyOf({ line, hash }: FileRow): string {
  return `${line} ${hash}`
}

async function fetchOrTell(room: Room, file: FileRow): Promise<void> {
  if (file.state === "awaited") return fetchPart(room, file)
  const { refused, again = HOLD_MS } = await room.registry.taken(file)
  if (refused === "busy") return room.errands().hold(keyOf(file), again)
  setState(room, file, "taken")
}

async function fetchPart(room: Room, file: FileRow): Promise<void> {
  const coming = await comingOf(room, file)
  if (coming.at < file.length) {
    if ((await room.folder.free()) < file.length - coming.at) return wait(room, file, "disk-full", ABSENT_MS)
    const until = Math.min(file.length, coming.at + PART_BYTES)
    const fetched = await room.registry.fetch(file, coming.at, until)
    if (!("bytes" in fetched)) return notThere(room, file, fetched)
    // Its author named another length than that of the file with this hash.
    if (fetched.length !== file.length) return setState(room, file, "false")
    await takeIn(room, file, coming, fetched, until)
  }
  if (coming.at >= file.length) await finish(room, file, coming)
}

/** What is on disk of a file goes on; its hash is computed again after a start. */
async function comingOf({ coming, folder }: Room, file: FileRow): Promise<Coming> {
  const known = coming.get(keyOf(file))
  if (known) return known
  const handle = await open(folder.part(file.hash), "a+", 0o600)
  const hash = createHash("sha256")
  const one = { handle, hash, at: 0 }
  const { size } = await handle.stat()
  if (size > file.length) await handle.truncate(0)
  else {
    for await (const bytes of handle.createReadStream({ autoClose: false, start: 0 })) hash.update(bytes)
    one.at = size
  }
  coming.set(keyOf(file), one)
  return one
}

/** Writes what arrives; where it breaks off, all that came until then stays. */
async function takeIn(
  { coming, progress }: Room,
  file: FileRow,
  one: Coming,
  { bytes }: FetchedFile,
  until: number,
): Promise<void> {
  let held: Uint8Array[] = []
  let length = 0
  const write = async () => {
    const all = Buffer.concat(held)
    held = []
    length = 0
    await one.handle.appendFile(all)
    one.hash.update(all)
    one.at += all.length
    progress.went(file, one.at)
  }
  try {
    for await (const piece of bytes) {
      // Whoever hands out more than was asked for is not listened to.
      const part = piece.subarray(0, until - one.at - length)
      held.push(part)
      length += part.length
      if (length >= WRITE) await write()
    }
    if (length > 0) await write()
  } catch (error) {
    // The line broke, or the disk is full: what is there is looked at anew before it goes on.
    if (length > 0) await write().catch(() => undefined)
    coming.delete(keyOf(file))
    await one.handle.close()
    throw error
  }
}

/** All bytes are here: they are the file, or they are thrown away and asked for again. */
async function finish(room: Room, file: FileRow, { handle, hash }: Coming): Promise<void> {
  await handle.sync()
  await handle.close()
  room.coming.delete(keyOf(file))
  if (hash.digest("hex") === file.hash) {
    // A crash here leaves a whole file that is awaited: it is looked at again at the next start.
    await room.folder.keep(file.hash, file.hash)
    return setState(room, file, "held")
  }
  await room.folder.drop(file.hash)
  const misfits = file.misfits + 1
  room.archive.sql.run`UPDATE file SET misfits = ${misfits} WHERE line = ${file.line} AND hash = ${file.hash}`
  room.log(`a file does not fit the hash that its author signed (${misfits})`)
  if (misfits >= MISFITS) setState(room, file, "false")
}

function notThere(room: Room, file: FileRow, { refused, again = HOLD_MS }: FileAnswer): void {
  if (refused === "gone") setState(room, file, "gone")
  else if (refused === "busy") wait(room, file, "busy", again)
  else wait(room, file, "absent", ABSENT_MS)
}

function wait({ archive, errands, progress }: Room, file: FileRow, code: string, ms: number): void {
  if (file.waits !== code) {
    archive.sql.run`UPDATE file SET waits = ${code} WHERE line = ${file.line} AND hash = ${file.hash}`
    progress.changed(file)
  }
  errands().hold(keyOf(file), ms)
}

function setState({ archive, progress }: Room, file: FileRow, state: FileRow["state"]): void {
  archive.sql.run`UPDATE file SET state = ${state}, waits = NULL WHERE line = ${file.line} AND hash = ${file.hash}`
  progress.changed(file)
}

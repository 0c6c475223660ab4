import { z } from "zod"
import { isFileName, largestFile, mediaType, sealedLength } from "#seal/attachment.ts"
import { newAttachment } from "#seal/node/attachment.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, bytes, number, text } from "../archive.ts"
import type { Folder } from "./folder.ts"
import { openSealing, type Sealing } from "./sealing.ts"

/** A file as whoever attaches it sees it: `received` bytes of it are sealed and on disk. */
export type UploadView = { upload: string; name: string; type: string; size: number; received: number; whole: boolean }

export type UploadRefusal =
  | { refused: "act.malformed" | "file.unknown" }
  | { refused: "file.too-large"; most: number }
  | { refused: "file.at"; received: number }

/** An upload that is whole, with the secret that opens it; what an act takes of it. */
export type WholeUpload = { hash: string; length: number; identity: string; name: string; type: string; size: number }

/**
 * Files that come in from screens and scripts. Their plaintext never lies on disk: it is sealed while it comes in. What
 * `receive` answers is on disk, and goes on from there after a crash.
 */
export type Uploads = {
  /** Announces a file; the same word again is the same file. */
  begin(input: unknown): Promise<UploadView | UploadRefusal>
  view(upload: string): Promise<UploadView | UploadRefusal>
  /** Takes the bytes from `at` on, which must be `received`; they may end or break off anywhere. */
  receive(upload: string, at: number, bytes: AsyncIterable<Uint8Array>): Promise<UploadView | UploadRefusal>
  discard(upload: string): Promise<void>
  /** What an act may take: undefined for one that is unknown or not whole yet. */
  whole(upload: string): WholeUpload | undefined
  /** An act took it: inside that act's transaction. */
  taken(upload: string): void
  /** Deletes what no act took within a day. */
  forget(): Promise<void>
  close(): Promise<void>
}

export type UploadsParts = {
  archive: Archive
  clock: Clock
  folder: Folder
  /** Bytes of the longest sealed file that the office takes. */
  longest: number
}

export const uploadForm = z.strictObject({
  /** One word of the caller, 32 random bytes: announced twice, it is one file. */
  upload: z.string().regex(/^[0-9a-f]{64}$/),
  name: z.string().refine(isFileName),
  type: z.string().max(200),
  size: z.int().min(1),
})

const DAY = 86_400_000

type Room = UploadsParts & { sealings: Map<string, Sealing>; turns: Map<string, Promise<unknown>> }
type Row = Record<string, unknown>

/** Opens the uploads of a desk. */
export function openUploads(parts: UploadsParts): Uploads {
  const room: Room = { ...parts, sealings: new Map(), turns: new Map() }
  const { archive } = parts
  const { sql } = archive
  return {
    begin: (input) => begin(room, input),
    view: (upload) => inTurn(room, upload, () => view(room, upload)),
    receive: (upload, at, from) => inTurn(room, upload, () => receive(room, upload, at, from)),
    discard: (upload) => inTurn(room, upload, () => discard(room, upload)),
    whole(upload) {
      const row = rowOf(room, upload)
      const hash = text(row?.hash)
      if (!row || hash === undefined) return undefined
      const { name, type, size } = described(row)
      return { hash, length: sealedLength(size), identity: text(row.identity) ?? "", name, type, size }
    },
    taken: (upload) => void sql.run`DELETE FROM upload WHERE id = ${upload}`,
    forget: () => forget(room),
    async close() {
      await Promise.all(room.turns.values())
      for (const sealing of room.sealings.values()) await sealing.close()
      room.sealings.clear()
    },
  }
}

/** One after the other for each file: two requests for one may come at once. */
function inTurn<T>({ turns }: Room, upload: string, work: () => Promise<T>): Promise<T> {
  const mine = (turns.get(upload) ?? Promise.resolve()).then(work)
  const settled = mine
    .catch(() => undefined)
    .finally(() => {
      if (turns.get(upload) === settled) turns.delete(upload)
    })
  turns.set(upload, settled)
  return mine
}

function rowOf({ archive: { sql } }: Room, upload: string): Row | undefined {
  return sql.get`SELECT * FROM upload WHERE id = ${upload}`
}

function described(row: Row): { name: string; type: string; size: number } {
  return { name: text(row.name) ?? "", type: text(row.type) ?? "", size: number(row.size) }
}

async function begin(room: Room, input: unknown): Promise<UploadView | UploadRefusal> {
  const form = uploadForm.safeParse(input)
  if (!form.success) return { refused: "act.malformed" }
  const { upload, name, type, size } = form.data
  const most = largestFile(room.longest)
  if (size > most) return { refused: "file.too-large", most }
  const { identity, head, key } = newAttachment()
  room.archive.sql
    .run`INSERT OR IGNORE INTO upload VALUES (${upload}, ${name.normalize("NFC")}, ${mediaType(type)}, ${size},
    ${identity}, ${head}, ${key}, ${instantOf(room.clock)}, NULL)`
  return inTurn(room, upload, () => view(room, upload))
}

async function view(room: Room, upload: string): Promise<UploadView | UploadRefusal> {
  const row = rowOf(room, upload)
  if (!row) return { refused: "file.unknown" }
  const { name, type, size } = described(row)
  if (row.hash !== null) return { upload, name, type, size, received: size, whole: true }
  const sealing = await sealingOf(room, upload, row)
  const received = sealing.received()
  // Also where a crash came after the last byte and before its padding.
  if (received === size) await finish(room, upload, sealing)
  return { upload, name, type, size, received, whole: received === size }
}

/** What is open of it, or what is on disk. */
async function sealingOf(room: Room, upload: string, row: Row): Promise<Sealing> {
  const known = room.sealings.get(upload)
  if (known) return known
  const keys = { head: bytes(row.head) ?? new Uint8Array(), key: bytes(row.key) ?? new Uint8Array() }
  const sealing = await openSealing(room.folder.part(upload), { ...keys, size: number(row.size) })
  room.folder.sync()
  room.sealings.set(upload, sealing)
  return sealing
}

async function receive(room: Room, upload: string, at: number, from: AsyncIterable<Uint8Array>) {
  const row = rowOf(room, upload)
  if (!row) return { refused: "file.unknown" as const }
  if (row.hash !== null) return { refused: "file.at" as const, received: number(row.size) }
  const sealing = await sealingOf(room, upload, row)
  if (sealing.received() !== at) return { refused: "file.at" as const, received: sealing.received() }
  try {
    await sealing.take(from)
    return await view(room, upload)
  } catch (error) {
    // What is on disk now is looked at anew: a full disk may hold half of a chunk.
    await forgetOpen(room, upload)
    throw error
  }
}

async function finish(room: Room, upload: string, sealing: Sealing): Promise<void> {
  const hash = await sealing.finish()
  await forgetOpen(room, upload)
  // A crash here leaves a whole file without a row: it comes in again.
  await room.folder.keep(upload, hash)
  room.archive.sql.run`UPDATE upload SET hash = ${hash} WHERE id = ${upload}`
}

async function forgetOpen({ sealings }: Room, upload: string): Promise<void> {
  const sealing = sealings.get(upload)
  sealings.delete(upload)
  await sealing?.close()
}

async function discard(room: Room, upload: string): Promise<void> {
  const hash = text(rowOf(room, upload)?.hash)
  await forgetOpen(room, upload)
  room.archive.sql.run`DELETE FROM upload WHERE id = ${upload}`
  await room.folder.drop(upload)
  if (hash !== undefined) await room.folder.remove(hash)
}

async function forget(room: Room): Promise<void> {
  const { archive, clock } = room
  const before = new Date(clock.now() - DAY).toISOString()
  // What a draft names stays as long as the draft.
  for (const row of archive.sql.all`SELECT id FROM upload WHERE begun < ${before}
    AND NOT EXISTS (SELECT 1 FROM draft WHERE instr(draft.form, upload.id) > 0)`) {
    const upload = text(row.id) ?? ""
    await inTurn(room, upload, () => discard(room, upload))
  }
}

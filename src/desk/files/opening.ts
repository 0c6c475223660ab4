import { createHash } from "node:crypto"
import type { FileHandle } from "node:fs/promises"
import type { Attachment } from "#offices/attachment.ts"
import { VerificationError } from "#register/error.ts"
import { CHUNK, chunkCount, type Description, HEAD, parseDescription } from "#seal/attachment.ts"
import { chunkRange, type OpenAttachment, openAttachment } from "#seal/node/attachment.ts"
import { type Archive, bytes } from "../archive.ts"
import { matterOnLine } from "../fold.ts"
import type { Folder } from "./folder.ts"
import type { Progress } from "./progress.ts"
import { fileRow } from "./rows.ts"

/** Why a file cannot be opened here. */
export type OpeningRefusal = {
  refused: "file.unknown" | "file.not-here" | "file.undescribed" | "file.malformed"
}

/** A file that may be read: its description, and any part of it in clear, chunk by chunk. */
export type ReadableFile = { description: Description; read(from: number, until: number): AsyncGenerator<Uint8Array> }

export type OpeningParts = {
  archive: Archive
  folder: Folder
  progress: Progress
  /** What is on disk is to be fetched again. */
  fetch(): void
  log(message: string): void
}

/** Chunks that are read from disk at once. */
const TOGETHER = 16

/** The files that the matter of a line names, as it is folded now. */
export function filesOfMatter(archive: Archive, line: string, matter: string): readonly Attachment[] {
  const state = matterOnLine(archive, line, matter)?.state as { files?: readonly Attachment[] } | undefined
  return state?.files ?? []
}

/** What is said of a file to those who may open it; undefined where that text was erased or never came. */
export function descriptionOf({ sql }: Archive, file: Attachment): Description | undefined {
  const text = bytes(sql.get`SELECT bytes FROM text WHERE hash = ${file.text}`?.bytes)
  return text && parseDescription(text, file.length)
}

/**
 * Opens a file that a message names. Its padding is looked at before the first byte is given out. Where a chunk does not
 * open after all, reading throws and the file is doubted: see `doubt`.
 */
export async function openFile(
  parts: OpeningParts,
  { line, matter, hash }: { line: string; matter: string; hash: string },
): Promise<ReadableFile | OpeningRefusal> {
  const file = filesOfMatter(parts.archive, line, matter).find((one) => one.file === hash)
  if (!file) return { refused: "file.unknown" }
  const handle = await parts.folder.read(hash)
  const state = fileRow(parts.archive, line, hash)?.state
  if (!handle) return { refused: "file.not-here" }
  if (state === "awaited") {
    await handle.close()
    return { refused: "file.not-here" }
  }
  try {
    const description = descriptionOf(parts.archive, file)
    if (!description) return { refused: "file.undescribed" }
    const opened = openAttachment(description, await readBytes(handle, 0, HEAD))
    await checkPadding(handle, opened, description.size)
    const one = { line, hash, opened, description }
    return { description, read: (from, until) => read(parts, one, from, until) }
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    await doubt(parts, line, hash)
    return { refused: "file.malformed" }
  } finally {
    await handle.close()
  }
}

type Opened = {
  line: string
  hash: string
  opened: OpenAttachment
  description: Description
}

async function* read(
  parts: OpeningParts,
  { line, hash, opened, description: { size } }: Opened,
  from: number,
  until: number,
): AsyncGenerator<Uint8Array> {
  // Opened when somebody reads: a request that only asks for the head leaves nothing open.
  const handle = await parts.folder.read(hash)
  if (!handle) throw new Error("a file is gone from this desk's disk")
  try {
    for (let index = Math.floor(from / CHUNK); index * CHUNK < until; index += TOGETHER) {
      const count = Math.min(TOGETHER, chunkCount(size) - index)
      const start = chunkRange(size, index).from
      const sealed = await readBytes(handle, start, chunkRange(size, index + count - 1).until - start)
      for (let i = index; i < index + count && i * CHUNK < until; i++) {
        const range = chunkRange(size, i)
        const plaintext = opened.chunk(i, sealed.subarray(range.from - start, range.until - start))
        yield plaintext.subarray(Math.max(0, from - i * CHUNK), until - i * CHUNK)
      }
    }
  } catch (error) {
    if (error instanceof VerificationError) await doubt(parts, line, hash)
    throw error
  } finally {
    await handle.close()
  }
}

/** The last chunk with something of the file in it, and those that only pad it. */
async function checkPadding(handle: FileHandle, opened: OpenAttachment, size: number): Promise<void> {
  for (let index = Math.ceil(size / CHUNK) - 1; index < chunkCount(size); index++) {
    const { from, until } = chunkRange(size, index)
    opened.chunk(index, await readBytes(handle, from, until - from))
  }
}

async function readBytes(handle: FileHandle, at: number, length: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(length), 0, length, at)
  if (bytesRead !== length) throw new VerificationError("file.malformed", "not an attachment: it is cut off")
  return buffer
}

/**
 * A file does not open. If its bytes are those whose hash the author signed, that is the author's doing; if not, this
 * desk's disk holds others than it once wrote, and the file is asked for again.
 */
async function doubt({ archive, folder, progress, fetch, log }: OpeningParts, line: string, hash: string) {
  const handle = await folder.read(hash)
  const digest = createHash("sha256")
  for await (const piece of handle?.createReadStream() ?? []) digest.update(piece)
  const isAuthors = digest.digest("hex") === hash
  log(isAuthors ? "a file is not sealed as its author describes it" : "a file was changed on this desk's disk")
  archive.sql.run`UPDATE file SET state = ${isAuthors ? "malformed" : "awaited"}, misfits = 0
    WHERE line = ${line} AND hash = ${hash}`
  if (!isAuthors) await folder.remove(hash)
  progress.changed({ line, hash })
  if (!isAuthors) fetch()
}

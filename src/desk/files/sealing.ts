import { createHash, type Hash } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import { CHUNK, chunkCount, HEAD } from "#seal/attachment.ts"
import { chunkRange, isFileChunk, sealFileChunk } from "#seal/node/attachment.ts"

/** What a file is sealed with, as its upload's row keeps it. */
export type Keys = { head: Uint8Array; key: Uint8Array; size: number }

/**
 * A file that is being sealed onto disk as it comes in. `received` counts plaintext whose sealed chunks were written, and
 * stands at a chunk's end; `take` settles when what it answers is on disk.
 */
export type Sealing = {
  received(): number
  take(bytes: AsyncIterable<Uint8Array>): Promise<number>
  /** Hash of the whole sealed file in hex, once `received` is its size; what pads it is written first. */
  finish(): Promise<string>
  close(): Promise<void>
}

/** Sealed chunks that are written at once. */
const TOGETHER = 16

/**
 * Opens a file that is to be sealed to `path`, or goes on with one: whatever of it is whole by its own tags stays, and
 * the rest of what a crash left is cut off.
 */
export async function openSealing(path: string, keys: Keys): Promise<Sealing> {
  const handle = await open(path, "a+", 0o600)
  try {
    const hash = createHash("sha256")
    const chunks = await wholeChunks(handle, keys, hash)
    return sealingFrom(handle, keys, hash, chunks)
  } catch (error) {
    await handle.close()
    throw error
  }
}

/** How many chunks are there and are what was sealed under this key; nothing follows them when this settles. */
async function wholeChunks(handle: FileHandle, { head, key, size }: Keys, hash: Hash): Promise<number> {
  const start = Buffer.alloc(HEAD)
  const { bytesRead } = await handle.read(start, 0, HEAD, 0)
  hash.update(head)
  if (bytesRead < HEAD || !start.equals(head)) {
    await handle.truncate(0)
    await handle.appendFile(head)
    return 0
  }
  let index = 0
  for (const count = Math.ceil(size / CHUNK); index < count; index++) {
    const { from, until } = chunkRange(size, index)
    const sealed = Buffer.alloc(until - from)
    const read = await handle.read(sealed, 0, sealed.length, from)
    if (read.bytesRead < sealed.length || !isFileChunk(key, size, index, sealed)) break
    hash.update(sealed)
  }
  await handle.truncate(index === 0 ? HEAD : chunkRange(size, index - 1).until)
  return index
}

function sealingFrom(handle: FileHandle, { key, size }: Keys, hash: Hash, done: number): Sealing {
  let next = done
  let sealed: Uint8Array[] = []
  const received = () => Math.min(size, next * CHUNK)

  async function write(): Promise<void> {
    if (sealed.length === 0) return
    const parts = sealed
    sealed = []
    await writeAll(handle, parts)
  }

  /** One chunk of plaintext, or less of it at the file's end; nothing where only padding is left. */
  async function seal(plaintext: Uint8Array): Promise<void> {
    const chunk = sealFileChunk(key, size, next, plaintext)
    hash.update(chunk)
    sealed.push(chunk)
    next++
    if (sealed.length >= TOGETHER) await write()
  }

  return {
    received,
    async take(bytes) {
      const expected = () => Math.min(CHUNK, size - next * CHUNK)
      for await (const plaintext of chunksOf(bytes, expected)) await seal(plaintext)
      await write()
      await handle.datasync()
      return received()
    },
    async finish() {
      for (const count = chunkCount(size); next < count; ) await seal(new Uint8Array())
      await write()
      await handle.sync()
      return hash.digest("hex")
    },
    close: () => handle.close(),
  }
}

/**
 * Bytes as they arrive, in chunks of the length that is expected next; what is left of less than one, or beyond the
 * file's end, is dropped. Where they break off, what came whole until then counts.
 */
async function* chunksOf(bytes: AsyncIterable<Uint8Array>, expected: () => number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  try {
    for await (let piece of bytes) {
      for (let wanted = expected() - length; wanted > 0 && piece.length >= wanted; wanted = expected() - length) {
        const rest = piece.subarray(0, wanted)
        yield length === 0 ? rest : Buffer.concat([...held, rest])
        piece = piece.subarray(wanted)
        held = []
        length = 0
      }
      if (expected() <= 0) return
      held.push(piece)
      length += piece.length
    }
  } catch {
    // The line broke: the same bytes come again.
  }
}

async function writeAll(handle: FileHandle, parts: readonly Uint8Array[]): Promise<void> {
  const length = parts.reduce((sum, part) => sum + part.length, 0)
  const { bytesWritten } = await handle.writev([...parts])
  if (bytesWritten === length) return
  // A short write is rare: a full disk shows at the next one.
  await handle.appendFile(Buffer.concat(parts).subarray(bytesWritten))
}

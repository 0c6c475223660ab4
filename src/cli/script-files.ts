import { randomBytes } from "node:crypto"
import { type FileHandle, open, rm } from "node:fs/promises"
import { basename, join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import { inflateWithin } from "#desk/files/cleaning.ts"
import { cleaned } from "#files/metadata.ts"
import { endingOf, savedName, shownName } from "#files/name.ts"
import { type Part, partsLength, readPart, type Source } from "#files/source.ts"
import type { FileState } from "#offices/joins/screen.ts"
import type { DeskCall } from "./desk-call.ts"
import { findMessage } from "./export.ts"
import { say } from "./terminal.ts"

const SLICE = 1 << 20
/** How often a broken line to the desk is tried again. */
const TRIES = 20
const AGAIN_MS = 500
const HERE: readonly FileState[] = ["leaving", "sent", "held", "taken"]

type Upload = { received: number; whole: boolean }

/** Brings a file to the running desk, which seals it as it comes; answers the word by which an act takes it. */
export async function attach(call: DeskCall, path: string, withoutMetadata: boolean): Promise<string> {
  const handle = await open(path, "r")
  try {
    const { size } = await handle.stat()
    const source: Source = { size, read: (from, until) => readRange(handle, from, until) }
    const parts = withoutMetadata ? await cleaned(textType(path), source, inflateWithin) : [{ from: 0, until: size }]
    if (parts === "cannot") throw new Error(`the metadata of ${path} cannot be removed; it was not attached`)
    const upload = randomBytes(32).toHex()
    const file = { upload, name: basename(path).normalize("NFC"), type: "", size: partsLength(parts) }
    await bring(call, file, source, parts)
    return upload
  } finally {
    await handle.close()
  }
}

type Announced = { upload: string; name: string; type: string; size: number }

async function bring(call: DeskCall, file: Announced, source: Source, parts: readonly Part[]): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      const begun = await call<Upload>("POST", "/files", file)
      let at = begun.received
      for await (const bytes of slices(source, parts, at)) {
        const { received } = await call.put<Upload>(`/files/${file.upload}?at=${at}`, bytes)
        at = received
      }
      return
    } catch (error) {
      // The desk's own word ends it; a desk that does not answer may be starting again.
      if (!(error instanceof Error && "code" in error) || tries === TRIES) throw error
      await pause(AGAIN_MS)
    }
  }
}

/** The bytes that parts come to, from `start` on: slices of one size, of which a desk keeps each whole, and the rest. */
async function* slices(source: Source, parts: readonly Part[], start: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = []
  let length = 0
  for await (const piece of pieces(source, parts, start)) {
    held.push(piece)
    length += piece.length
    for (; length >= SLICE; length -= SLICE) {
      const all = Buffer.concat(held)
      yield all.subarray(0, SLICE)
      held = [all.subarray(SLICE)]
    }
  }
  if (length > 0) yield Buffer.concat(held)
}

async function* pieces(source: Source, parts: readonly Part[], start: number): AsyncGenerator<Uint8Array> {
  let at = 0
  for (const part of parts) {
    const length = partsLength([part])
    const skip = Math.max(0, start - at)
    at += length
    if (skip >= length) continue
    if ("from" in part)
      for (let from = part.from + skip; from < part.until; from += SLICE)
        yield await source.read(from, Math.min(part.until, from + SLICE))
    else yield (await readPart(source, part)).subarray(skip)
  }
}

async function readRange(handle: FileHandle, from: number, until: number): Promise<Uint8Array> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(until - from), 0, until - from, from)
  return buffer.subarray(0, bytesRead)
}

function textType(path: string): string {
  const ending = endingOf(path)
  if (ending === "csv") return "text/csv"
  return ending === "txt" ? "text/plain" : ""
}

/** `iod desk save`: the files of a message in clear, each under a name that runs nothing; none is overwritten. */
export async function saveCommand(call: DeskCall, { matter = "", to = "." }: { matter?: string; to?: string }) {
  const { line, files } = await findMessage(call, matter)
  let missing = 0
  for (const { file, name, state } of files) {
    if (name === null || !HERE.includes(state)) {
      missing++
      say(`${name === null ? file : shownName(name)}: ${state}`)
      continue
    }
    const path = join(to, savedName(name))
    await save(await call.stream(`/messages/${line}/${matter}/files/${file}`), path)
    say(path)
  }
  return missing === 0 ? 0 : 1
}

async function save(bytes: AsyncIterable<Uint8Array>, path: string): Promise<void> {
  const handle = await open(path, "wx", 0o600)
  try {
    for await (const piece of bytes) await handle.appendFile(piece)
    await handle.sync()
  } catch (error) {
    // Half of a file could be taken for the whole.
    await rm(path, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

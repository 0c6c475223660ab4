import { createHash } from "node:crypto"
import { existsSync } from "node:fs"
import { type FileHandle, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import pg from "pg"
import { type Founded, openCharter } from "#offices/roll/charter.ts"
import { fromUtf8, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { parseU63 } from "#register/tree.ts"
import { readForm } from "#seal/form.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Frame, formatFrame, frameReader } from "#seal/wire.ts"
import { fileFrames } from "./backup-files.ts"

const FORM = "iod.backup/v1"
/** The last line, over everything before it: `sha256 <64 hex digits>\n`. */
const TRAILER = 72
const LONGEST_HEAD = 1024
const LONGEST_CHARTER = 1 << 24
const PIECE = 1 << 20
// Rows in memory at once: each may hold a body of the largest size.
const ROWS = 16

/** What a backup holds: so many entries in so many bytes. */
export type Written = { size: bigint; bytes: number }

/**
 * Writes charter, checkpoints, every envelope and the files on their way of a registry's database to the new file `file`, from one snapshot
 * (REPEATABLE READ), while the registry works; format: docs/operating.md. The file appears under its name only when it
 * is whole and on disk. Throws with a sentence; then there is no file.
 */
export async function writeBackup(database: pg.ClientConfig, founded: Founded, file: string): Promise<Written> {
  if (existsSync(file)) throw new Error(`${file} is there already; name a new file`)
  const client = new pg.Client(database)
  client.on("error", () => undefined) // The query under way reports it.
  const part = `${file}.part`
  const handle = await open(part, "w", 0o600)
  try {
    await client.connect()
    const written = await writeAll(client, founded, handle)
    await handle.sync()
    await rename(part, file)
    await syncFolder(file)
    return written
  } catch (cause) {
    await rm(part, { force: true })
    throw new Error(`the backup was not written: ${cause instanceof Error ? cause.message : ""}`, { cause })
  } finally {
    await handle.close()
    await client.end().catch(() => undefined)
  }
}

async function writeAll(client: pg.Client, founded: Founded, handle: FileHandle): Promise<Written> {
  const hash = createHash("sha256")
  let bytes = 0
  const write = async (piece: Uint8Array) => {
    hash.update(piece)
    bytes += piece.length
    await handle.writeFile(piece)
  }
  await client.query("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
  const { rows } = await client.query("SELECT coalesce(max(index) + 1, 0) AS size FROM envelope")
  const size = BigInt(rows[0].size)
  await write(formatHead({ founded, size }))
  for (const note of await lastCheckpoints(client)) await write(formatFrame({ kind: "checkpoint", note }))
  await client.query(`DECLARE envelopes NO SCROLL CURSOR FOR SELECT e.index, e.header, e.stamp, b.bytes AS body
    FROM envelope e LEFT JOIN body b USING (index) ORDER BY e.index`)
  let next = 0n
  for (;;) {
    const fetched = await client.query(`FETCH ${ROWS} FROM envelopes`)
    if (fetched.rows.length === 0) break
    for (const { index, header, stamp, body } of fetched.rows) {
      if (BigInt(index) !== next) throw new Error(`the database lacks entry ${next}`)
      if (next === 0n && !String(stamp).includes(`\noffice ${founded.office}\n`))
        throw new Error("the database is of another office than the charter")
      await write(formatFrame({ kind: "envelope", header, stamp, body }))
      next++
    }
  }
  for await (const frame of fileFrames(client)) await write(formatFrame(frame))
  await handle.writeFile(`sha256 ${hash.digest("hex")}\n`)
  return { size, bytes: bytes + TRAILER }
}

/** The last checkpoint that was published, and before it the last that a quorum cosigned. */
async function lastCheckpoints(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query(`SELECT note FROM checkpoint WHERE size IN (
    (SELECT max(size) FROM checkpoint), (SELECT max(size) FROM checkpoint WHERE witnessed)) ORDER BY size`)
  return rows.map((row) => row.note)
}

async function syncFolder(file: string): Promise<void> {
  const folder = await open(dirname(file), "r")
  await folder.sync()
  await folder.close()
}

type Head = { founded: Founded; size: bigint }

/** Text lines, an empty line, the charter: what stands before the frames. */
function formatHead({ founded, size }: Head): Uint8Array {
  const charter = utf8(founded.text)
  return utf8(`${FORM}\noffice ${founded.office}\nsize ${size}\ncharter ${charter.length}\n\n${founded.text}`)
}

/** A backup that is being read. `frames` may be walked through once. */
export type Backup = Head & {
  /** Throws a VerificationError at its end where the file is not the one that was written. */
  frames(): AsyncGenerator<Frame[]>
  [Symbol.asyncDispose](): Promise<void>
}

/** Opens a backup; throws a VerificationError for a file that is none. Whoever kept it controls every byte. */
export async function openBackup(file: string): Promise<Backup> {
  const handle = await open(file, "r")
  try {
    const end = (await handle.stat()).size - TRAILER
    const hash = createHash("sha256")
    const { head, length } = await readHead(handle, end)
    hash.update(formatHead(head))
    return { ...head, frames: () => readFrames(handle, hash, length, end), [Symbol.asyncDispose]: () => handle.close() }
  } catch (error) {
    await handle.close()
    throw error
  }
}

async function readHead(handle: FileHandle, end: number): Promise<{ head: Head; length: number }> {
  const start = await readBytes(handle, 0, Math.min(LONGEST_HEAD, Math.max(0, end)))
  const lines = start.indexOf("\n\n") + 1
  if (lines < 1) throw new VerificationError("encoding", "it does not begin as a backup does")
  const form = readForm(fromUtf8(start.subarray(0, lines)), FORM, "encoding")
  const office = form.id("office")
  const size = parseU63(form.field("size"), "encoding")
  const charter = Number(parseU63(form.field("charter"), "encoding"))
  form.end()
  const from = lines + 1
  if (charter > LONGEST_CHARTER || from + charter > end) throw new VerificationError("encoding", "it is cut off")
  const founded = openCharter(nodeCrypto, fromUtf8(await readBytes(handle, from, charter)))
  if (founded.office !== office) throw new VerificationError("encoding", "its charter is not its office's")
  return { head: { founded, size }, length: from + charter }
}

async function* readFrames(
  handle: FileHandle,
  hash: ReturnType<typeof createHash>,
  from: number,
  end: number,
): AsyncGenerator<Frame[]> {
  const read = frameReader()
  for (let at = from; at < end; ) {
    const piece = await readBytes(handle, at, Math.min(PIECE, end - at))
    hash.update(piece)
    at += piece.length
    yield read(piece)
  }
  const trailer = await readBytes(handle, end, TRAILER)
  if (trailer.toString("latin1") !== `sha256 ${hash.digest("hex")}\n`)
    throw new VerificationError("encoding", "its checksum does not fit: it was cut off or altered")
}

async function readBytes(handle: FileHandle, at: number, length: number): Promise<Buffer> {
  const { bytesRead, buffer } = await handle.read(Buffer.alloc(length), 0, length, at)
  if (bytesRead !== length) throw new VerificationError("encoding", "it is cut off")
  return buffer
}

import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto"
import { type FileHandle, open } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as pause } from "node:timers/promises"
import pg from "pg"
import type { FileView, MessageView } from "#offices/joins/screen.ts"
import { readDatabase } from "#registry/backup-database.ts"
import { callDesk, type DeskCall } from "../src/cli/desk-call.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { type Exercise, lineOf, openExercise } from "./exercise.ts"
import { atLeast, atMost, beside, type Figure, median, timed } from "./figure.ts"
import { openModule, temporaryFolder } from "./program.ts"

const SIZE = 100 << 20
const SLICE = 1 << 20
const CHUNK = 1 << 16
const ROUNDS = 3

/** A file of 100 MiB from one desk's screen to the other's, against its unavoidable parts, each measured alone. */
export async function measureAttachment(): Promise<Figure[]> {
  const piece = randomBytes(SLICE)
  using folder = temporaryFolder()
  const data = join(folder.path, "data")
  await using exercise = await openExercise(data)
  const rounds: { parts: Parts; road: number }[] = []
  for (let round = 0; round <= ROUNDS; round++)
    rounds.push({ parts: await measureParts(piece, data, folder.path), road: await carry(exercise, data, piece) })
  const warm = rounds.slice(1)
  const sum = (parts: Parts) => Object.values(parts).reduce((a, b) => a + b, 0)
  const ratio = median(warm.map(({ parts, road }) => sum(parts) / road))
  const alone = (Object.keys(warm[0]?.parts ?? {}) as (keyof Parts)[])
    .map((name) => `${name} ${Math.round(median(warm.map(({ parts }) => parts[name])))}`)
    .join(", ")
  const how = `100 MiB in one running iod start, from the first byte that a screen sends until the last that the other's saves; against Σ of the parts alone, ms: ${alone}; median of ${ROUNDS} rounds`
  await using held = await openModule("./attachment-held.ts", ["--expose-gc"])
  return [
    atLeast("lines.attachment", ratio, 0.5, { unit: "of predicted", how }),
    beside("lines.attachment.time", median(warm.map(({ road }) => road)) / 1000, { unit: "s", how: "the same" }),
    atMost("lines.attachment.held", Number(held.said) / 2 ** 20, 8, {
      unit: "MiB",
      how: "most that heap and buffers held beyond what they held before, in a process that is screens, desks and registry at once, right after a collection every 10 ms of the same road",
    }),
  ]
}

/** Milliseconds of each part of the road that nothing can spare. */
type Parts = {
  seal: number
  open: number
  hash: number
  "hash again": number
  write: number
  file: number
  "write again": number
}

async function measureParts(piece: Uint8Array, data: string, folder: string): Promise<Parts> {
  const [key, nonce] = [randomBytes(32), Buffer.alloc(12)]
  const chunks = Array.from({ length: SIZE / CHUNK }, (_, i) =>
    piece.subarray((i * CHUNK) % SLICE, ((i * CHUNK) % SLICE) + CHUNK),
  )
  const sealed = chunks.slice(0, SLICE / CHUNK).map((chunk) => {
    const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 })
    return { bytes: Buffer.concat([cipher.update(chunk), cipher.final()]), tag: cipher.getAuthTag() }
  })
  const seal = await timed(() => {
    for (const chunk of chunks) {
      const cipher = createCipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 })
      cipher.update(chunk)
      cipher.final()
      cipher.getAuthTag()
    }
  })
  const openAll = await timed(() => {
    for (let i = 0; i < chunks.length; i++) {
      const one = sealed[i % sealed.length]
      if (!one) continue
      const decipher = createDecipheriv("chacha20-poly1305", key, nonce, { authTagLength: 16 })
      decipher.setAuthTag(one.tag)
      decipher.update(one.bytes)
      decipher.final()
    }
  })
  const hashing = () => {
    const hash = createHash("sha256")
    for (const chunk of chunks) hash.update(chunk)
    hash.digest()
  }
  const hash = await timed(hashing)
  const again = await timed(hashing)
  // What a screen is told is on disk is on disk: slice by slice at the author's, whole at the addressee's.
  const write = await timed(() => writeFile(join(folder, "sliced"), piece, (file) => file.datasync()))
  const whole = await timed(() => writeFile(join(folder, "whole"), piece, async () => {}))
  const file = await insertAlone(piece, data)
  return { seal, open: openAll, hash, "hash again": again, write, file, "write again": whole }
}

async function writeFile(path: string, piece: Uint8Array, each: (file: FileHandle) => Promise<void>): Promise<void> {
  const file = await open(path, "w")
  for (let at = 0; at < SIZE; at += SLICE) {
    await file.write(piece)
    await each(file)
  }
  await file.sync()
  await file.close()
}

/** The same bytes as rows of the same database, each committed, with nothing around them. */
async function insertAlone(piece: Uint8Array, data: string): Promise<number> {
  const config = readDatabase(programFolder(data, "registry")) ?? {}
  const client = new pg.Client(config)
  await client.connect()
  await client.query("CREATE TABLE IF NOT EXISTS bare_piece (at bigint PRIMARY KEY, bytes bytea STORAGE EXTERNAL)")
  await client.query("TRUNCATE bare_piece")
  const insert = { name: "bare", text: "INSERT INTO bare_piece VALUES ($1, $2)" }
  const took = await timed(async () => {
    for (let at = 0; at < SIZE; at += SLICE) await client.query({ ...insert, values: [at, piece] })
  })
  await client.query("DROP TABLE bare_piece")
  await client.end()
  return took
}

/** The whole road once; milliseconds. */
async function carry(exercise: Exercise, data: string, piece: Uint8Array): Promise<number> {
  const [from, to] = ["ukraine", "russian-federation"].map((name) => callDesk(programFolder(data, "desk", name)))
  if (!from || !to) throw new Error("the exercise has two parties")
  const line = await lineOf(exercise.desk("ukraine"), "direct line")
  const arrived = Promise.withResolvers<void>()
  const began = performance.now()
  const upload = await bring(from, piece)
  const texts = { subject: "Drawing of the power line", body: "The file is large." }
  const records = [{ fields: { language: "en" }, texts, files: [upload] }]
  const { matters } = await from<{ matters: string[] }>("POST", "/acts", { act: "message.sent", line, records })
  const path = `/messages/${line}/${matters[0]}`
  // As a screen does: whatever happened, it asks again.
  const look = async () => {
    const file = await fileOf(to, path)
    if (file?.state === "held" || file?.state === "taken") arrived.resolve()
  }
  using _live = await exercise.desk("russian-federation").live(() => void look())
  await look()
  await arrived.promise
  const file = await fileOf(to, path)
  let length = 0
  for await (const bytes of await to.stream(`${path}/files/${file?.file}`)) length += bytes.length
  if (length !== SIZE) throw new Error("the file is not what was sent")
  const took = performance.now() - began
  // What is left of it (the registry drops it, the desk tells so) is not the next round's.
  while ((await fileOf(to, path))?.state !== "taken") await pause(5)
  return took
}

async function bring(desk: DeskCall, piece: Uint8Array): Promise<string> {
  const upload = randomBytes(32).toHex()
  await desk("POST", "/files", { upload, name: "drawing.pdf", type: "application/pdf", size: SIZE })
  for (let at = 0; at < SIZE; at += SLICE) await desk.put(`/files/${upload}?at=${at}`, piece)
  return upload
}

async function fileOf(desk: DeskCall, path: string): Promise<FileView | undefined> {
  const message = await desk<MessageView>("GET", path).catch(() => undefined)
  return message?.files[0]
}

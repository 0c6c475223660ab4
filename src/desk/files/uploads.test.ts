import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { CHUNK, chunkCount, HEAD, LARGEST_FILE, LONGEST_SEALED, SEALED_CHUNK } from "#seal/attachment.ts"
import { chunkRange, openAttachment } from "#seal/node/attachment.ts"
import { manualClock } from "../../clock.ts"
import { openArchive } from "../archive.ts"
import { openFolder } from "./folder.ts"
import { openUploads, type WholeUpload } from "./uploads.ts"

const DAY = 86_400_000
const START = Date.UTC(2027, 0, 1)

async function openDesk(data = mkdtempSync(join(tmpdir(), "iod-uploads-")), clock = manualClock(START)) {
  const archive = await openArchive(join(data, "desk.sqlite"))
  const uploads = openUploads({ archive, clock, folder: openFolder(archive), longest: LONGEST_SEALED })
  return {
    ...{ data, clock, archive, uploads },
    files: () => readdirSync(join(data, "files")),
    async close() {
      await uploads.close()
      archive[Symbol.dispose]()
    },
    async [Symbol.asyncDispose]() {
      await this.close()
      rmSync(data, { recursive: true, force: true })
    },
  }
}
type TestDesk = Awaited<ReturnType<typeof openDesk>>

/** Bytes in uneven pieces; breaks off after `most` of them. */
async function* arriving(bytes: Uint8Array, most = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < most; at += 37_001) yield bytes.subarray(at, Math.min(most, at + 37_001))
  if (most < bytes.length) throw new Error("the line broke")
}

async function begin({ uploads }: TestDesk, size: number, name = "a.bin"): Promise<string> {
  const upload = randomBytes(32).toHex()
  assert.deepEqual(await uploads.begin({ upload, name, type: "", size }), {
    ...{ upload, name, type: "application/octet-stream", size, received: 0, whole: false },
  })
  return upload
}

function opened({ data }: TestDesk, whole: WholeUpload): Buffer {
  const file = readFileSync(join(data, "files", whole.hash))
  assert.equal(file.length, whole.length)
  assert.equal(createHash("sha256").update(file).digest("hex"), whole.hash)
  const { chunk } = openAttachment(whole, file.subarray(0, HEAD))
  const all = Array.from({ length: chunkCount(whole.size) }, (_, i) => {
    const { from, until } = chunkRange(whole.size, i)
    return chunk(i, file.subarray(from, until))
  })
  return Buffer.concat(all)
}

const received = (answer: object) =>
  "received" in answer ? Number(answer.received) : assert.fail(JSON.stringify(answer))
const wholeOf = ({ uploads }: TestDesk, upload: string) => uploads.whole(upload) ?? assert.fail("it is not whole")

test("a file that breaks off anywhere goes on from the last chunk that came whole", async () => {
  await using desk = await openDesk()
  const bytes = randomBytes(5 * CHUNK + 1234)
  const upload = await begin(desk, bytes.length)
  let at = 0
  for (const most of [100_000, 1, 65_536, 197_000]) {
    at = received(await desk.uploads.receive(upload, at, arriving(bytes.subarray(at), most)))
    assert.equal(at % CHUNK, 0)
    assert.deepEqual(
      await desk.uploads.view(upload),
      await desk.uploads.begin({ upload, name: "x", type: "", size: 1 }),
    )
  }
  assert.equal(at, 5 * CHUNK)
  assert.equal(desk.uploads.whole(upload), undefined)
  assert.equal(received(await desk.uploads.receive(upload, at, arriving(bytes.subarray(at)))), bytes.length)
  assert.deepEqual(opened(desk, wholeOf(desk, upload)), bytes)
  assert.deepEqual(desk.files(), [wholeOf(desk, upload).hash])
})

test("after a crash a file goes on behind what is whole by its own tags, whatever lies behind it", async () => {
  const bytes = randomBytes(6 * CHUNK + 7)
  const damages: [string, (file: string) => void, number][] = [
    ["nothing", () => undefined, 3],
    ["half of a chunk", (file) => appendFileSync(file, randomBytes(30_000)), 3],
    ["a chunk of zeros, as a power cut leaves it", (file) => appendFileSync(file, Buffer.alloc(SEALED_CHUNK)), 3],
    ["a chunk cut short", (file) => truncateSync(file, HEAD + 2 * SEALED_CHUNK + 100), 2],
    ["half of the head", (file) => truncateSync(file, 100), 0],
    ["an empty file", (file) => truncateSync(file, 0), 0],
    ["no file", (file) => rmSync(file), 0],
  ]
  for (const [title, damage, chunks] of damages) {
    const first = await openDesk()
    const upload = await begin(first, bytes.length)
    await first.uploads.receive(upload, 0, arriving(bytes, 3 * CHUNK))
    await first.close()
    damage(join(first.data, "files", `${upload}.part`))
    await using second = await openDesk(first.data)
    const at = received(await second.uploads.view(upload))
    assert.equal(at, chunks * CHUNK, title)
    await second.uploads.receive(upload, at, arriving(bytes.subarray(at)))
    assert.deepEqual(opened(second, wholeOf(second, upload)), bytes, title)
  }
})

test("a crash between the last byte and its padding loses nothing", async () => {
  const bytes = randomBytes(3 * CHUNK + 10)
  const first = await openDesk()
  const upload = await begin(first, bytes.length)
  await first.uploads.receive(upload, 0, arriving(bytes))
  const { hash } = wholeOf(first, upload)
  const whole = readFileSync(join(first.data, "files", hash))
  first.archive.sql.run`UPDATE upload SET hash = NULL`
  await first.close()
  rmSync(join(first.data, "files", hash))
  appendFileSync(join(first.data, "files", `${upload}.part`), whole.subarray(0, chunkRange(bytes.length, 3).until))
  await using second = await openDesk(first.data)
  assert.deepEqual(await second.uploads.view(upload), {
    ...{ upload, name: "a.bin", type: "application/octet-stream", size: bytes.length },
    ...{ received: bytes.length, whole: true },
  })
  assert.equal(wholeOf(second, upload).hash, hash)
  assert.deepEqual(opened(second, wholeOf(second, upload)), bytes)
})

test("bytes from another place, beyond the end, of an unknown file or of two at once are not mixed in", async () => {
  await using desk = await openDesk()
  const bytes = randomBytes(2 * CHUNK)
  const upload = await begin(desk, bytes.length)
  assert.deepEqual(await desk.uploads.receive(upload, CHUNK, arriving(bytes)), { refused: "file.at", received: 0 })
  const both = await Promise.all([
    desk.uploads.receive(upload, 0, arriving(bytes)),
    desk.uploads.receive(upload, 0, arriving(Buffer.concat([bytes, randomBytes(CHUNK)]))),
  ])
  assert.deepEqual(both[1], { refused: "file.at", received: bytes.length })
  assert.deepEqual(opened(desk, wholeOf(desk, upload)), bytes)
  const unknown = "f".repeat(64)
  assert.deepEqual(await desk.uploads.receive(unknown, 0, arriving(bytes)), { refused: "file.unknown" })
  assert.deepEqual(await desk.uploads.view(unknown), { refused: "file.unknown" })
})

test("what is announced in another form, or too large, is refused", async () => {
  await using desk = await openDesk()
  const good = { upload: "a".repeat(64), name: "a.bin", type: "", size: 1 }
  const bad = [null, {}, { ...good, size: 0 }, { ...good, name: "" }, { ...good, upload: "../x" }, { ...good, more: 1 }]
  for (const one of bad) assert.deepEqual(await desk.uploads.begin(one), { refused: "act.malformed" })
  const large = { refused: "file.too-large", most: LARGEST_FILE }
  assert.deepEqual(await desk.uploads.begin({ ...good, size: LARGEST_FILE + 1 }), large)
  assert.deepEqual(desk.files(), [])
})

test("what no act took goes after a day, unless a draft names it; what is discarded goes at once", async () => {
  await using desk = await openDesk()
  const [unused, half, kept, discarded] = await Promise.all([1, 2, 3, 4].map(() => begin(desk, 2 * CHUNK)))
  for (const upload of [unused, kept, discarded])
    await desk.uploads.receive(upload ?? "", 0, arriving(randomBytes(2 * CHUNK)))
  await desk.uploads.receive(half ?? "", 0, arriving(randomBytes(2 * CHUNK), CHUNK))
  const form = JSON.stringify({ files: [{ upload: kept }] })
  desk.archive.sql.run`INSERT INTO draft (id, officer, form, at) VALUES ('d', 'o', ${form}, '')`
  await desk.uploads.discard(discarded ?? "")
  assert.equal(desk.files().length, 3)
  desk.clock.advance(DAY + 1)
  await desk.uploads.forget()
  assert.deepEqual(desk.files(), [wholeOf(desk, kept ?? "").hash])
})

test("nothing of a file lies on the disk in clear", async () => {
  await using desk = await openDesk()
  const word = "wortlaut-der-nirgends-stehen-darf"
  const bytes = Buffer.from(word.repeat(10_000))
  const upload = await begin(desk, bytes.length)
  await desk.uploads.receive(upload, 0, arriving(bytes, CHUNK))
  const part = readFileSync(join(desk.data, "files", `${upload}.part`))
  assert.ok(part.length > CHUNK && !part.includes(word.slice(0, 12)))
})

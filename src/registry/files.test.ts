import assert from "node:assert/strict"
import { createHash, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import pg from "pg"
import { manualClock } from "../clock.ts"
import { type FileLimits, openFiles } from "./files.ts"
import { openLedger } from "./ledger.ts"
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./postgres/embedded.ts"

const LINE = "a".repeat(64)
const OTHER = "b".repeat(64)
const DAY = 86_400_000
const START = Date.UTC(2027, 0, 1)

let folder: string
let postgres: EmbeddedPostgres
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "iod-files-"))
  postgres = await openEmbeddedPostgres({ folder: join(folder, "postgres") })
  await using ledger = await openLedger(postgres.connectionOptions)
  await ledger.pool.query("INSERT INTO line VALUES ($1, '{ukraine,russian-federation,icrc}'), ($2, '{icrc,ukraine}')", [
    LINE,
    OTHER,
  ])
})
after(async () => {
  await postgres[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

function open(limits: Partial<FileLimits> = {}, behind = false) {
  const clock = manualClock(START)
  const pool = new pg.Pool({ ...postgres.connectionOptions, max: 4 })
  pool.on("error", () => {}) // As in open.ts: the server's last word to a connection that is being closed.
  const all = { length: 64 << 20, backlog: 1 << 30, ...limits }
  const files = openFiles({ clock, pool, limits: all, behind: () => behind, log: assert.fail })
  return { files, clock, pool, [Symbol.asyncDispose]: () => files[Symbol.asyncDispose]() }
}

type Files = ReturnType<typeof open>["files"]

function newFile(length: number, by = "ukraine", line = LINE) {
  const bytes = randomBytes(length)
  return { bytes, name: { line, hash: createHash("sha256").update(bytes).digest("hex"), by } }
}

/** Bytes in uneven pieces, as a network brings them; breaks off after `most`. */
async function* arriving(bytes: Uint8Array, most = bytes.length): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < most; at += 70_001) yield bytes.subarray(at, Math.min(most, at + 70_001))
  if (most < bytes.length) throw new Error("the line broke")
}

async function hand(files: Files, { bytes, name }: ReturnType<typeof newFile>) {
  await files.begin(name, bytes.length)
  return files.receive(name, 0, arriving(bytes))
}

async function fetched(files: Files, name: { line: string; hash: string; by: string }, from = 0, until = 1 << 30) {
  const handed = await files.handOut(name, from, until)
  if ("refused" in handed) return handed.refused
  const pieces: Uint8Array[] = []
  for await (const piece of handed.pieces) pieces.push(piece)
  assert.equal(Buffer.concat(pieces).length, handed.until - handed.from)
  return Buffer.concat(pieces)
}

test("a file that a line broke off three times goes on from where it ended, and is the same", async () => {
  await using office = open()
  const { files } = office
  const file = newFile(5_000_000)
  assert.deepEqual(await files.begin(file.name, 5_000_000), { received: 0, length: 5_000_000 })
  let at = 0
  for (const breakAt of [1_500_000, 0, 1_800_000]) {
    const answer = await files.receive(file.name, at, arriving(file.bytes.subarray(at), breakAt))
    assert.ok("received" in answer && !("refused" in answer))
    at = answer.received
    assert.deepEqual(await files.begin(file.name, 5_000_000), { received: at, length: 5_000_000 })
  }
  assert.equal(at, 3_300_000)
  assert.equal(await fetched(files, { ...file.name, by: "icrc" }), "unknown", "not handed out before it is whole")
  const rest = await files.receive(file.name, at, arriving(file.bytes.subarray(at)))
  assert.deepEqual(rest, { received: 5_000_000, length: 5_000_000 })
  const reader = { ...file.name, by: "russian-federation" }
  assert.deepEqual(await fetched(files, reader), file.bytes)
  assert.deepEqual(await fetched(files, reader, 1_234_567, 3_456_789), file.bytes.subarray(1_234_567, 3_456_789))
  assert.equal(await fetched(files, reader, 5_000_000), "length")
})

test("after a restart a file goes on, and its hash is computed from what is on disk", async () => {
  const file = newFile(3_000_000)
  {
    await using first = open()
    await first.files.begin(file.name, 3_000_000)
    await first.files.receive(file.name, 0, arriving(file.bytes, 2_000_000))
  }
  await using second = open()
  const { received } = (await second.files.begin(file.name, 3_000_000)) as { received: number }
  assert.equal(received, 2_000_000)
  const answer = await second.files.receive(file.name, received, arriving(file.bytes.subarray(received)))
  assert.deepEqual(answer, { received: 3_000_000, length: 3_000_000 })
})

test("bytes that are not the announced ones are dropped whole, and the file can be brought again", async () => {
  await using office = open()
  const { files } = office
  const file = newFile(2_000_000)
  await files.begin(file.name, 2_000_000)
  assert.deepEqual(await files.receive(file.name, 0, arriving(randomBytes(2_000_000))), {
    refused: "hash",
    received: 0,
  })
  assert.equal(await fetched(files, file.name), "unknown")
  assert.ok(!("refused" in (await files.receive(file.name, 0, arriving(file.bytes)))))
  assert.deepEqual(await fetched(files, file.name), file.bytes)
})

test("more bytes than announced are not taken, and two that bring one file at once do not mix", async () => {
  await using office = open()
  const { files } = office
  const file = newFile(1_500_000)
  await files.begin(file.name, 1_500_000)
  const both = await Promise.all([
    files.receive(file.name, 0, arriving(file.bytes)),
    files.receive(file.name, 0, arriving(Buffer.concat([file.bytes, randomBytes(100)]))),
  ])
  assert.equal(both.filter((one) => "refused" in one && one.refused === "at").length, 1)
  assert.deepEqual(await fetched(files, file.name), file.bytes)
  assert.deepEqual(await files.receive(file.name, 0, arriving(file.bytes)), { refused: "at", received: 1_500_000 })
})

test("only members of its line bring a file, fetch it, or say that they hold it", async () => {
  await using office = open()
  const { files } = office
  const file = newFile(100_000)
  await hand(files, file)
  for (const by of ["secretariat", ""]) {
    const stranger = { ...file.name, by }
    assert.deepEqual(await files.begin(stranger, 100_000), { refused: "members" })
    assert.deepEqual(await files.receive(stranger, 0, arriving(file.bytes)), { refused: "members" })
    assert.deepEqual(await files.taken(stranger), { refused: "members" })
    assert.equal(await fetched(files, stranger), "members")
  }
  // A member of another line learns nothing there of what is on this one.
  assert.equal(await fetched(files, { ...file.name, line: OTHER, by: "icrc" }), "unknown")
  assert.deepEqual(await files.begin({ ...file.name, line: "c".repeat(64) }, 100_000), { refused: "members" })
  assert.deepEqual(await fetched(files, { ...file.name, by: "icrc" }), file.bytes)
})

test("a file goes when every other member holds it, and whoever asks later is told so", async () => {
  await using office = open()
  const { files, pool } = office
  const file = newFile(100_000)
  await hand(files, file)
  const stored = async () => {
    const { rows } = await pool.query(
      "SELECT count(*) AS n FROM piece p JOIN file f ON f.number = p.file WHERE f.hash = $1",
      [file.name.hash],
    )
    return Number(rows[0].n)
  }
  await files.taken({ ...file.name, by: "russian-federation" })
  await files.taken({ ...file.name, by: "russian-federation" })
  assert.ok((await stored()) > 0)
  await files.taken({ ...file.name, by: "icrc" })
  assert.equal(await stored(), 0)
  assert.equal(await fetched(files, { ...file.name, by: "icrc" }), "gone")
  assert.deepEqual(await files.begin(file.name, 100_000), { refused: "gone" })
})

test("a file that nobody fetches goes after thirty days, one that never arrived whole after a day", async () => {
  await using office = open()
  const { files, clock } = office
  const [whole, half] = [newFile(100_000), newFile(2_000_000)]
  await hand(files, whole)
  await files.begin(half.name, 2_000_000)
  await files.receive(half.name, 0, arriving(half.bytes, 1_500_000))
  clock.set(START + DAY - 1)
  await files.forget()
  assert.ok("received" in (await files.receive(half.name, 1_500_000, arriving(half.bytes.subarray(1_500_000), 1))))
  clock.set(START + 2 * DAY)
  await files.forget()
  assert.deepEqual(await files.receive(half.name, 1_500_001, arriving(half.bytes)), { refused: "unknown" })
  assert.deepEqual(await fetched(files, whole.name), whole.bytes)
  clock.set(START + 30 * DAY + 1)
  await files.forget()
  assert.equal(await fetched(files, whole.name), "gone")
  clock.set(START + 91 * DAY)
  await files.forget()
  assert.equal(await fetched(files, whole.name), "unknown")
})

test("a desk that would fill the registry is told how much it has there, how much it may, and when to try again", async () => {
  await using office = open({ length: 1_000_000, backlog: 1_500_000 })
  const { files } = office
  const by = "russian-federation"
  const { name } = newFile(10, by)
  assert.deepEqual(await files.begin(name, 1_000_001), { refused: "length", most: 1_000_000 })
  const first = newFile(1_000_000, by)
  await hand(files, first)
  const full = { refused: "backlog", held: 1_000_000, most: 1_500_000, again: 60_000 }
  const second = newFile(600_000, by)
  assert.deepEqual(await files.begin(second.name, 600_000), full)
  // Another desk's share is its own.
  assert.ok("received" in (await files.begin(newFile(600_000, "icrc").name, 600_000)))
  for (const reader of ["ukraine", "icrc"]) await files.taken({ ...first.name, by: reader })
  assert.ok("received" in (await files.begin(second.name, 600_000)))
  for (let i = 0; i < 7; i++) await files.begin(newFile(10, by).name, 10)
  assert.deepEqual(await files.begin(name, 10), { refused: "unfinished", held: 8, most: 8, again: 60_000 })
})

test("a registry that fell behind takes no file in", async () => {
  await using office = open({}, true)
  const file = newFile(10)
  const busy = { refused: "busy", again: 5000 }
  assert.deepEqual(await office.files.begin(file.name, 10), busy)
  assert.deepEqual(await office.files.receive(file.name, 0, arriving(file.bytes)), busy)
})

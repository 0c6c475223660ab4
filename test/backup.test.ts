import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { createHash, randomInt } from "node:crypto"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { setInterval } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import pg from "pg"
import { openDesk } from "#desk/open.ts"
import { restoreBackup } from "#registry/restore.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { openWitness } from "#witness/open.ts"
import { foundExercise, programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { openRelay } from "./attacks/relay.ts"
import { type Office, openOffice, received, rungs, say, TEST_PLAN, until } from "./office.ts"

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
const execute = promisify(execFile)
// The registry's patience with desks is a matter of its own clock.
const FAST = 10

async function iod(...args: string[]): Promise<string> {
  const { stdout } = await execute(process.execPath, [IOD, ...args])
  return stdout
}

async function query(office: Office, sql: string, database?: string) {
  const client = new pg.Client({ ...office.postgres.connectionOptions, ...(database ? { database } : {}) })
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}

/** What the registry must come back to: every entry with its header and stamp. */
function entriesOf(office: Office, below: bigint) {
  return query(
    office,
    `SELECT index, header, stamp, encode(entry, 'hex') FROM envelope WHERE index < ${below} ORDER BY index`,
  )
}

type Health = { ok: boolean; size: string; behind?: string }

async function health(office: Office): Promise<Health> {
  return (await fetch(`${office.registry.url}/healthz`)).json() as Promise<Health>
}

async function whenever(what: string, holds: () => Promise<boolean>): Promise<void> {
  const signal = AbortSignal.timeout(30_000)
  for await (const _ of setInterval(50)) {
    if (await holds()) return
    assert.ok(!signal.aborted, `waited in vain: ${what}`)
  }
}

const works = (office: Office) => whenever("the registry works again", async () => (await health(office)).ok)

/** A message that the other side holds and sees witnessed. */
async function spoken(office: Office, purpose: string, body: string) {
  const line = office.line(purpose)
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const message = await received(to, line, say(from, line, body))
  await until(to, `"${body}" is witnessed`, () => rungs(to, message, to.delegation).includes("witnessed"))
  return message
}

/** Every entry that there is so far is in a checkpoint that a quorum cosigned. */
async function allWitnessed(office: Office): Promise<bigint> {
  let size = 0n
  await whenever("everything is witnessed", async () => {
    const [row] = await query(
      office,
      "SELECT (SELECT max(index) + 1 FROM envelope) AS size, (SELECT max(size) FROM checkpoint WHERE witnessed) AS signed",
    )
    size = BigInt(row.size)
    return row.size === row.signed
  })
  return size
}

async function wipe(office: Office): Promise<void> {
  await office.closeRegistry()
  await query(office, "DROP SCHEMA public CASCADE")
  await query(office, "CREATE SCHEMA public")
}

function restore(office: Office, file: string): Promise<string> {
  const { host, user, database } = office.postgres.connectionOptions
  const url = `postgresql://${user}@localhost/${database}?host=${encodeURIComponent(host)}`
  return iod(
    "registry",
    "restore",
    "--folder",
    programFolder(office.data, "registry"),
    "--from",
    file,
    "--database",
    url,
  )
}

/** No desk accuses anybody and no witness saw two trees. */
function assertTrust(office: Office): void {
  for (const desk of office.desks.values()) {
    assert.deepEqual(desk.evidenceView(), [], `evidence at ${desk.delegation}`)
    assert.equal(desk.status().distrusted, null)
  }
  for (const name of TEST_PLAN.witnesses) {
    const folder = join(programFolder(office.data, "witness", name), "evidence")
    assert.deepEqual(existsSync(folder) ? readdirSync(folder) : [], [])
  }
}

test("a registry restored from an old backup takes nothing in before its desks have handed back what it lost", async () => {
  await using office = await openOffice({ clock: systemClock(0, FAST) })
  const file = join(office.data, "registry.backup")
  await spoken(office, "direct line", "before the backup")
  assert.match(
    await iod("registry", "backup", "--folder", programFolder(office.data, "registry"), "--to", file),
    /The registry's keys are not in it/,
  )
  await assert.rejects(
    iod("registry", "backup", "--folder", programFolder(office.data, "registry"), "--to", file),
    /is there already/,
  )
  const bodies = ["after the backup", "and one more"]
  const said = [await spoken(office, "all", "after the backup"), await spoken(office, "direct line", "and one more")]

  const size = await allWitnessed(office)
  await office.closeRegistry()
  const before = await entriesOf(office, size)
  await assert.rejects(restore(office, file), /is not empty/)
  await wipe(office)
  assert.match(await restore(office, file), /entries are restored/)
  await office.reopenRegistry()

  const first = await health(office)
  assert.equal(first.ok, false)
  assert.ok(BigInt(first.size) < size)
  const [icrc, line] = [office.desk("icrc"), office.line("all")]
  const meanwhile = say(icrc, line, "said while the registry was behind")
  await works(office)
  assert.deepEqual(await entriesOf(office, size), before)
  await received(office.desk("ukraine"), line, meanwhile)

  await spoken(office, "direct line", "after all that")
  for (const [i, message] of said.entries())
    assert.equal(office.desk("russian-federation").views.message(message.line, message.matter)?.body, bodies[i])
  assertTrust(office)

  // The lines of two desks that are away cannot be handed back by anybody else.
  const whole = await allWitnessed(office)
  const held = await entriesOf(office, whole)
  const [missing] = await query(
    office,
    `SELECT min(index) AS index FROM envelope WHERE index >= ${first.size} AND line = '${office.line("direct line")}'`,
  )
  const away = ["ukraine", "russian-federation"]
  for (const name of away) await office.closeDesk(name)
  await wipe(office)
  await restore(office, file)
  const logged = office.logged.length
  await office.reopenRegistry()
  const lost = (sentence: string) =>
    sentence.includes(`entry ${missing.index} is awaited`) && sentence.includes("no desk has brought it yet")
  await whenever("it says what it waits for", async () => office.logged.slice(logged).some(lost))
  const stuck = await health(office)
  assert.equal(stuck.size, missing.index)
  assert.match(stuck.behind ?? "", new RegExp(`entry ${missing.index} is awaited`))
  say(icrc, line, "nothing is taken in")
  assert.equal((await health(office)).size, missing.index)
  for (const name of away) await office.reopenDesk(name)
  await works(office)
  assert.deepEqual(await entriesOf(office, whole), held)
  await spoken(office, "direct line", "and again")
  assertTrust(office)
})

test("a registry whose database is gone altogether is made again from what its desks hold", async () => {
  await using office = await openOffice({ clock: systemClock(0, FAST) })
  await spoken(office, "direct line", "the only copy")
  const size = await allWitnessed(office)
  const before = await entriesOf(office, size)
  await wipe(office)
  await office.reopenRegistry()
  assert.equal((await health(office)).ok, false)
  await works(office)
  assert.deepEqual(await entriesOf(office, size), before)
  await spoken(office, "all", "as if nothing had been")
  assertTrust(office)
})

test("what was stamped before any witness saw it is taken back too", async () => {
  const clock = systemClock(0, FAST)
  await using office = await openOffice({ clock })
  await allWitnessed(office)
  const urls = office.witnesses.map((witness) => witness.address)
  for (const witness of office.witnesses) await witness[Symbol.asyncDispose]()
  const line = office.line("direct line")
  const message = await received(office.desk("ukraine"), line, say(office.desk("russian-federation"), line, "unseen"))
  const [row] = await query(office, "SELECT max(index) + 1 AS size FROM envelope")
  const before = await entriesOf(office, BigInt(row.size))
  await wipe(office)
  const logs = office.desk("icrc").founded.charter.register.keys
  for (const [i, name] of TEST_PLAN.witnesses.entries()) {
    const folder = programFolder(office.data, "witness", name)
    office.witnesses[i] = await openWitness({ folder, logs, clock, port: urls[i]?.port ?? 0 })
  }
  await office.reopenRegistry()
  await works(office)
  assert.deepEqual(await entriesOf(office, BigInt(row.size)), before)
  const desk = office.desk("ukraine")
  await until(desk, "it is witnessed", () => rungs(desk, message, desk.delegation).includes("witnessed"))
  assertTrust(office)
})

test("what was answered with a stamp and delivered to nobody comes back from its author, with its body", async () => {
  const clock = systemClock(0, FAST)
  await using office = await openOffice({ clock })
  const line = office.line("direct line")
  for (const name of ["ukraine", "russian-federation"]) {
    const desk = office.desk(name)
    // A desk that is closed before it hears an answer holds no stamp to hand back.
    await until(desk, "all of it is stamped", () => desk.outbox.waiting() === 0)
    await office.closeDesk(name)
  }
  // The author's desk hears answers and no mail: the registry dies in that moment.
  await using relay = await openRelay(office.registry.url, {
    frame: (frame) => (frame.kind === "envelope" ? [] : [frame]),
  })
  const folder = programFolder(office.data, "desk", "ukraine")
  const log = (message: string) => void office.logged.push(message)
  const author = await openDesk({ folder, delegation: "ukraine", registry: relay.url, clock, log })
  const matter = say(author, line, "nobody else holds this")
  await until(author, "it is stamped", () => author.outbox.waiting() === 0)
  assert.equal(author.views.message(line, matter), undefined)
  await author[Symbol.asyncDispose]()
  const size = await allWitnessed(office)
  const before = await entriesOf(office, size)
  assert.equal(Number(before.at(-1)?.index), Number(size) - 1)

  await wipe(office)
  await office.reopenRegistry()
  for (const name of ["ukraine", "russian-federation"]) await office.reopenDesk(name)
  await works(office)
  assert.deepEqual(await entriesOf(office, size), before)
  for (const name of ["ukraine", "russian-federation"])
    assert.equal((await received(office.desk(name), line, matter)).body, "nobody else holds this")
  assertTrust(office)
})

test("what was stamped and reached no desk at all is made again from what its author still hands in", async () => {
  const clock = systemClock(0, FAST)
  await using office = await openOffice({ clock })
  const line = office.line("direct line")
  for (const name of ["ukraine", "russian-federation"]) {
    const desk = office.desk(name)
    await until(desk, "all of it is stamped", () => desk.outbox.waiting() === 0)
    await office.closeDesk(name)
  }
  // The author's desk hears nothing at all of what was entered: no answer and no mail.
  const lost = Promise.withResolvers<string>()
  await using relay = await openRelay(office.registry.url, {
    frame: (frame) => (frame.kind === "envelope" ? [] : [frame]),
    answer(_, note) {
      lost.resolve(note)
      throw new Error("the answer is lost on its way")
    },
  })
  const folder = programFolder(office.data, "desk", "ukraine")
  const log = (message: string) => void office.logged.push(message)
  const author = await openDesk({ folder, delegation: "ukraine", registry: relay.url, clock, log })
  const matter = say(author, line, "nobody knows that this was stamped")
  assert.match(await lost.promise, /^iod\.stamp\/v1\n/)
  await author[Symbol.asyncDispose]()
  const size = await allWitnessed(office)
  const before = await entriesOf(office, size)
  const others = office.desk("icrc")
  await until(others, "the root is known to others", () => others.registerView().size === Number(size))

  await wipe(office)
  const logged = office.logged.length
  await office.reopenRegistry()
  await office.reopenDesk("russian-federation")
  await whenever("it says what to do", async () => /Start every desk/.test((await health(office)).behind ?? ""))
  assert.equal((await health(office)).size, String(size - 1n))
  await office.reopenDesk("ukraine")
  await works(office)
  assert.deepEqual(await entriesOf(office, size), before, "header, stamp and entry are those that were lost")
  assert.ok(office.logged.slice(logged).some((sentence) => sentence.includes("reached no desk")))
  for (const name of ["ukraine", "russian-federation"])
    assert.equal((await received(office.desk(name), line, matter)).body, "nobody knows that this was stamped")
  await spoken(office, "direct line", "and the line goes on")
  assertTrust(office)
})

test("a backup that was altered, cut off or made elsewhere is refused and leaves the database empty", async (t) => {
  await using office = await openOffice({ withoutLines: true, clock: systemClock(0, FAST) })
  await until(office.desk("icrc"), "the founders have joined", () =>
    TEST_PLAN.desks.every((name) => office.desk("icrc").book.roll().members[name]?.sealing.length),
  )
  const folder = programFolder(office.data, "registry")
  const file = join(office.data, "registry.backup")
  await iod("registry", "backup", "--folder", folder, "--to", file)
  await query(office, "CREATE DATABASE other")
  const database = { ...office.postgres.connectionOptions, database: "other" }
  const good = readFileSync(file)
  const altered = join(office.data, "altered")
  const refused = async (bytes: Uint8Array, why: RegExp, into = folder) => {
    writeFileSync(altered, bytes)
    await assert.rejects(restoreBackup({ folder: into, database, file: altered }), why)
    const [row] = await query(
      office,
      "SELECT (SELECT count(*) FROM envelope) + (SELECT count(*) FROM checkpoint) + (SELECT count(*) FROM restored) + (SELECT count(*) FROM tile) AS n",
      "other",
    )
    assert.equal(row.n, "0")
  }
  const summed = (bytes: Buffer) => {
    const end = bytes.length - 72
    return Buffer.concat([
      bytes.subarray(0, end),
      Buffer.from(`sha256 ${createHash("sha256").update(bytes.subarray(0, end)).digest("hex")}\n`),
    ])
  }
  const flipped = (from: number) => {
    const [at, bit] = [randomInt(from, good.length), randomInt(8)]
    const bytes = Buffer.from(good)
    bytes[at] = (bytes[at] ?? 0) ^ (1 << bit)
    t.diagnostic(`byte ${at} of ${good.length}, bit ${bit}`)
    return bytes
  }
  const whole = /was not restored: .*Nothing was changed/s
  for (let i = 0; i < 50; i++) await refused(flipped(0), whole)
  // Whoever makes the checksum fit as well cannot make the signatures fit.
  const envelopes = good.indexOf("iod.envelope/v1") - 9
  for (let i = 0; i < 50; i++) {
    const bytes = summed(flipped(envelopes))
    if (!bytes.equals(good)) await refused(bytes, whole)
  }
  for (const end of [0, 10, 1000, good.length >> 1, good.length - 1]) await refused(good.subarray(0, end), whole)
  await refused(summed(good.subarray(0, good.length - 4096)), whole)

  const elsewhere = mkdtempSync(join(tmpdir(), "iod-elsewhere-"))
  foundExercise(elsewhere, TEST_PLAN, (to, state) => makeWitness(to, createWitnessKey(`${state}.witness.example`)))
  await refused(good, /another office/, programFolder(elsewhere, "registry"))
  rmSync(elsewhere, { recursive: true })

  await restoreBackup({ folder, database, file })
  await assert.rejects(restoreBackup({ folder, database, file }), /is not empty/)
  await assert.rejects(
    restoreBackup({ folder, database: office.postgres.connectionOptions, file }),
    /another registry is writing/,
  )
})

import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, beforeEach, test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import { openCharter } from "#offices/roll/charter.ts"
import { emptyRoll, type Roll } from "#offices/roll/roll.ts"
import { hex } from "#register/bytes.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { nextHead } from "#seal/stamp.ts"
import { type Before, type Composed, openEntering } from "./entering.ts"
import { openGrowth } from "./growth.ts"
import { EntryUnknown, type Ledger, openLedger, type Row } from "./ledger.ts"
import { type EmbeddedPostgres, openEmbeddedPostgres } from "./postgres/embedded.ts"

const id = () => randomBytes(32).toHex()
const AT = "2027-01-01T00:00:00.000Z"
const vectors = JSON.parse(readFileSync(new URL("../../test/vectors/envelope-valid.json", import.meta.url), "utf8"))
const roll: Roll = emptyRoll(openCharter(nodeCrypto, vectors.charter.text))

let folder: string
let postgres: EmbeddedPostgres
before(async () => {
  folder = mkdtempSync(join(tmpdir(), "iod-entering-"))
  postgres = await openEmbeddedPostgres({ folder: join(folder, "postgres") })
})
beforeEach(async () => {
  await using ledger = await openLedger(postgres.connectionOptions)
  await ledger.pool.query("TRUNCATE envelope, body, line, tile CASCADE")
})
after(async () => {
  await postgres[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

async function open(ledger: Ledger) {
  const growth = await openGrowth(nodeCrypto, ledger)
  const groups: (readonly Row[])[] = []
  const entered = (rows: readonly Row[]) => void groups.push(rows)
  const entering = openEntering({ crypto: nodeCrypto, ledger, growth, standing: { roll, at: AT }, entered })
  return { entering, growth, groups }
}

/** An envelope after the last one of a line, as far as entering it needs one. */
async function rowOn(line: string, { index, ends }: Before, hash = id()): Promise<Row> {
  const end = await ends.end(line)
  const place = end.place + 1
  return {
    ...{ index, line, place, sender: "ukraine", serial: place, hash, head: nextHead(nodeCrypto, end.head, hash) },
    ...{ header: `header ${hash} — ї\n`, stamp: `stamp\nindex ${index}\nat ${AT}\n`, entry: randomBytes(33) },
    ...{ seen: 0, members: ["icrc", "ukraine"], body: randomBytes(40) },
  }
}

const composed =
  (line: string, hash?: string) =>
  async (standing: Before): Promise<Composed<bigint>> => {
    const row = await rowOn(line, standing, hash)
    return { answer: row.index, entry: { row, roll, at: AT } }
  }

/** Nothing can be entered until it is disposed of. */
async function held(ledger: Ledger): Promise<AsyncDisposable> {
  const client = await ledger.pool.connect()
  await client.query("BEGIN")
  await client.query("LOCK TABLE envelope IN SHARE MODE")
  return {
    async [Symbol.asyncDispose]() {
      await client.query("COMMIT")
      client.release()
    },
  }
}

/** Settles once the writer's statement waits for what `held` holds. */
async function waiting(ledger: Ledger): Promise<void> {
  for (let count = 0; count === 0; ) {
    const { rows } = await ledger.pool.query("SELECT count(*) AS n FROM pg_locks WHERE NOT granted")
    count = Number(rows[0].n)
  }
}

test("what comes while a group is being committed is the next group, in the order in which it came", async () => {
  await using ledger = await openLedger(postgres.connectionOptions)
  const { entering, growth, groups } = await open(ledger)
  const [one, other] = [id(), id()]
  const answers: Promise<bigint>[] = []
  {
    await using _held = await held(ledger)
    answers.push(entering.enter(composed(one)))
    await waiting(ledger)
    for (const line of [one, other, one, one]) answers.push(entering.enter(composed(line)))
    const last = Promise.withResolvers<void>()
    answers.push(
      entering.enter(async (standing) => {
        const envelope = await composed(other)(standing)
        last.resolve()
        return envelope
      }),
    )
    // They are composed in their order: with the last of them all are there before the first group is on disk.
    await last.promise
    await turn()
    assert.equal(growth.size(), 0n)
  }
  assert.deepEqual(await Promise.all(answers), [0n, 1n, 2n, 3n, 4n, 5n])
  assert.deepEqual(
    groups.map((rows) => rows.length),
    [1, 5],
  )
  const rows = await ledger.mail("icrc", 0n, 10)
  assert.deepEqual(
    rows.map(({ place }) => place),
    [1, 2, 1, 3, 4, 2],
  )
  assert.deepEqual(
    rows.map(({ header, stamp, body }) => ({ header, stamp, body })),
    groups.flat().map(({ header, stamp, body }) => ({ header, stamp, body })),
  )
  assert.equal(hex((await openGrowth(nodeCrypto, ledger)).root()), hex(growth.root()))
})

test("an envelope that is still being composed when its group leaves comes with the next one", async () => {
  await using ledger = await openLedger(postgres.connectionOptions)
  const { entering, groups } = await open(ledger)
  const line = id()
  const going = Promise.withResolvers<void>()
  const slow = async (standing: Before) => {
    await going.promise
    return composed(line)(standing)
  }
  const answers: Promise<bigint>[] = []
  {
    await using _held = await held(ledger)
    answers.push(entering.enter(composed(line)))
    await waiting(ledger)
    answers.push(entering.enter(composed(line)), entering.enter(slow), entering.enter(composed(line)))
  }
  // The second group leaves while the third envelope is being composed.
  await answers[1]
  going.resolve()
  assert.deepEqual(await Promise.all(answers), [0n, 1n, 2n, 3n])
  assert.equal((await openGrowth(nodeCrypto, ledger)).size(), 4n)
  assert.deepEqual(
    groups.flat().map(({ place }) => place),
    [1, 2, 3, 4],
  )
})

test("an answer that rests on what is on its way to the disk waits for it", async () => {
  await using ledger = await openLedger(postgres.connectionOptions)
  const { entering } = await open(ledger)
  const [line, hash] = [id(), id()]
  const order: string[] = []
  let twin: Promise<void>
  let first: Promise<void>
  {
    await using _held = await held(ledger)
    first = entering.enter(composed(line, hash)).then(() => void order.push("first"))
    await waiting(ledger)
    twin = entering
      .enter(async ({ ends }) => ({ answer: ends.stampOf(hash) }))
      .then((stamp) => {
        order.push("twin")
        assert.match(stamp ?? "", /^stamp\n/)
      })
    await ledger.size()
    assert.deepEqual(order, [])
  }
  await Promise.all([first, twin])
  assert.deepEqual(order, ["first", "twin"])
})

test("where a group fails, what grew on it fails too, and the next is composed on what is on disk", async () => {
  await using ledger = await openLedger(postgres.connectionOptions)
  const { entering, growth, groups } = await open(ledger)
  const [line, hash] = [id(), id()]
  await entering.enter(composed(line, hash))
  let failing: Promise<PromiseSettledResult<unknown>[]>
  {
    await using _held = await held(ledger)
    // As a full disk would: the database refuses the statement and lives.
    const first = entering.enter(composed(line, hash))
    await waiting(ledger)
    const others = [entering.enter(composed(line)), entering.enter(async () => ({ answer: "refused" }))]
    failing = Promise.allSettled([first, ...others])
  }
  for (const outcome of await failing)
    assert.match(String(outcome.status === "rejected" && outcome.reason), /not entered/)
  assert.equal(await entering.enter(composed(line)), 1n)
  assert.equal(growth.size(), 2n)
  assert.deepEqual(
    groups.flat().map(({ place }) => place),
    [1, 2],
  )
})

test("where nobody knows what is on disk, nothing is entered any more", async () => {
  await using ledger = await openLedger(postgres.connectionOptions)
  const { entering } = await open(ledger)
  const line = id()
  const answers: Promise<unknown>[] = []
  {
    await using _held = await held(ledger)
    answers.push(entering.enter(composed(line)))
    await waiting(ledger)
    answers.push(entering.enter(composed(line)))
    const settled = Promise.allSettled(answers)
    const { rows } = await ledger.pool.query("SELECT pid FROM pg_locks WHERE NOT granted")
    await ledger.pool.query("SELECT pg_terminate_backend($1)", [rows[0].pid])
    for (const { status } of await settled) assert.equal(status, "rejected")
  }
  assert.ok((await entering.broken) instanceof EntryUnknown)
  await assert.rejects(entering.enter(composed(line)), EntryUnknown)
  assert.throws(() => entering.check(), EntryUnknown)
})

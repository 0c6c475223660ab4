import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { CareRow } from "#offices/joins/officers.ts"
import { newAuthenticator } from "./authenticator.ts"
import { type Office, openOffice, settled, until } from "./office.ts"
import { type Seat, type Seated, seatAt, seatHead, seatInvited } from "./seat.ts"

let office: Office
let head: Seated

before(async () => {
  const plan = { desks: ["secretariat", "ukraine"], witnesses: [], lines: [] }
  office = await openOffice({ plan, charter: { exercise: false }, withoutLines: true })
  head = await seatHead(desk())
})
after(() => office?.[Symbol.asyncDispose]())

const desk = () => office.desk("ukraine")
const care = async ({ seat }: Seated) => (await seat.good("GET", "/desk")).care as CareRow[]
const outbox = () => Number(desk().archive.sql.get`SELECT count(*) AS n FROM outbox WHERE officer IS NOT NULL`?.n)

/** All that somebody behind an officer sees or makes him show: answers, their headers, lists, logs; words made equal. */
async function shownTo(seat: Seat, entering: Awaited<ReturnType<Seat["enter"]>>): Promise<string> {
  const answers = [entering]
  for (const path of ["/me", "/desk", "/officers", "/messages", "/releases", "/audit?before=1"])
    answers.push(await seat.ask("GET", path))
  const told = answers.map(({ status, body, headers }) => [status, [...headers.keys()], shapeOf(body)])
  return JSON.stringify(told)
}

/** Names and kinds of what stands in an answer, and every word that varies by neither time nor chance. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return [...new Set(value.map((one) => JSON.stringify(shapeOf(one))))].sort()
  if (typeof value !== "object" || value === null) return typeof value
  return Object.entries(value).map(([name, one]) => [name, shapeOf(one)])
}

test("the passkey for being forced opens like any other: no answer, no list and no log tells them apart", async () => {
  const officer = await seatInvited(desk(), head.seat, "Forced")
  const second = newAuthenticator()
  assert.deepEqual((await officer.seat.register(second, "another", true)).body, {})
  // Both were used once, and the desk has come to rest: what is compared differs by the passkey alone.
  await until(desk(), "the line is open", () => desk().views.lines()[0]?.open === true)
  await settled(office)
  await office.closeRegistry()
  await until(desk(), "nothing arrives", () => !desk().status().connected)
  for (const key of [officer.key, second]) await seatAt(desk()).enter(key)
  const before = outbox()
  const seen = new Set<string>()
  for (const key of [officer.key, second, officer.key, second]) {
    const seat = seatAt(desk())
    seen.add(await shownTo(seat, await seat.enter(key)))
    assert.deepEqual((await seat.good("GET", "/desk")).care, [])
    await seat.good("POST", "/sign-out")
  }
  assert.deepEqual([...seen].slice(1), [])
  assert.equal(outbox(), before, "nothing leaves for it")
  const log = desk().archive.sql.all`SELECT what, about FROM audit WHERE officer = ${officer.id} AND what = 'signed-in'`
  assert.equal(new Set(log.map((row) => JSON.stringify(row))).size, 2, "by a link once, by passkeys alike")
  await office.reopenRegistry()
})

test("supervisor and head are told, nobody else, and never of themselves", async () => {
  const supervisor = await seatInvited(desk(), head.seat, "Supervisor", "supervisor")
  const forced = await seatInvited(desk(), head.seat, "Forced as well")
  const bystander = await seatInvited(desk(), head.seat, "Bystander")
  const [second, own] = [newAuthenticator(), newAuthenticator()]
  await forced.seat.register(second, "another", true)
  await supervisor.seat.register(own, "another", true)
  const isTold = (rows: CareRow[], name: string) => rows.some((row) => row.name === name)
  assert.ok(!isTold(await care(head), "Forced as well"))
  await seatAt(desk()).enter(second)
  for (const one of [head, supervisor]) assert.ok(isTold(await care(one), "Forced as well"))
  for (const one of [bystander, forced]) assert.deepEqual(await care(one), [])
  await supervisor.seat.enter(own)
  assert.ok(!isTold(await care(supervisor), "Supervisor"))
  assert.ok(isTold(await care(head), "Supervisor"))
  // Who has seen it sees it no more; the other still does.
  const row = (await care(head)).find(({ name }) => name === "Forced as well")
  await head.seat.good("POST", `/care/${row?.seq}/see`)
  assert.ok(!isTold(await care(head), "Forced as well"))
  assert.ok(isTold(await care(supervisor), "Forced as well"))
  assert.equal((await bystander.seat.ask("POST", `/care/${row?.seq}/see`)).status, 403)
  assert.ok(!JSON.stringify(desk().archive.sql.all`SELECT what, about FROM audit`).includes("care"))
})

import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { verifyAuthenticationResponse } from "@simplewebauthn/server"
import { challengeOf } from "#desk/officers/holding.ts"
import type { ReleasesView } from "#offices/joins/officers.ts"
import { type Office, openOffice, until } from "./office.ts"
import { type Seated, seatAt, seatHead, seatInvited, sessionOf, shown } from "./seat.ts"

let office: Office
let head: Seated
let writer: Seated
let second: Seated

before(async () => {
  const plan = { desks: ["secretariat", "ukraine"], witnesses: [], lines: [] }
  office = await openOffice({ plan, charter: { exercise: false }, withoutLines: true })
  await until(desk(), "the line with the secretariat is open", () => desk().views.lines()[0]?.open === true)
  head = await seatHead(desk())
  writer = await seatInvited(desk(), head.seat, "Writer")
  second = await seatInvited(desk(), head.seat, "Second")
  await head.seat.good("PUT", "/releases/policy", { kinds: ["message.sent", "no.such-act"] })
})
after(() => office?.[Symbol.asyncDispose]())

const desk = () => office.desk("ukraine")
const entered = () => Number(desk().archive.sql.get`SELECT count(*) AS n FROM outbox WHERE officer IS NOT NULL`?.n)
const releases = async ({ seat }: Seated) => (await seat.good("GET", "/releases")) as unknown as ReleasesView

/** What an officer of the desk hands in; answers the number under which it is held. */
async function write(by = writer, body = "Words that a second officer reads first."): Promise<string> {
  const line = desk().views.lines()[0]?.id
  const records = [{ fields: { language: "en" }, texts: { subject: "A statement", body } }]
  const answer = await by.seat.ask("POST", "/acts", { act: "message.sent", line, records })
  assert.equal(answer.status, 202, JSON.stringify(answer.body))
  return String(answer.body.held)
}

async function release(by: Seated, held: string, options = `/releases/${held}/options`) {
  return by.seat.ask("POST", `/releases/${held}/release`, await shown(by, desk(), options))
}

test("what the desk's policy names waits for a second officer, and both see it", async () => {
  const before = entered()
  const held = await write()
  assert.equal(entered(), before)
  for (const [who, own] of [
    [writer, true],
    [second, false],
  ] as const) {
    const row = (await releases(who)).rows.find((one) => one.id === held)
    assert.deepEqual([row?.state, row?.by, row?.own], ["waiting", "Writer", own])
    assert.equal(row?.records[0]?.texts.body, "Words that a second officer reads first.")
  }
  assert.deepEqual((await releases(second)).policy, ["message.sent"])
  const released = await release(second, held)
  assert.equal(released.status, 200)
  const outbox = desk().archive.sql.get`SELECT officer FROM outbox WHERE id = ${Number(released.body.outbox)}`
  // It leaves as its author's; who released stands on the desk's record alone.
  assert.equal(outbox?.officer, writer.id)
  assert.equal((await release(second, await write())).status, 200)
  assert.equal((await second.seat.ask("POST", `/releases/${held}/options`)).body.refused, "release.unknown")
})

test("an officer never releases his own, whatever his role and by whichever passkey", async () => {
  for (const who of [writer, head]) {
    const held = await write(who)
    const before = entered()
    assert.deepEqual((await release(who, held)).body, { refused: "release.own" })
    assert.equal((await who.seat.ask("POST", `/releases/${held}/return`, { note: "n" })).body.refused, "release.own")
    assert.equal(entered(), before)
    await who.seat.good("POST", `/releases/${held}/withdraw`)
  }
})

test("a release is the second officer's signature over these very words, and over no others", async () => {
  const [one, other] = [await write(writer, "The first words."), await write(writer, "Other words.")]
  // Neither what signs in, nor what releases other words, nor the other officer's question releases these.
  assert.equal((await release(second, one, "/sign-in/passkey/options")).status, 403)
  assert.equal((await release(second, one, `/releases/${other}/options`)).status, 403)
  const third = await seatInvited(desk(), head.seat, "Third")
  const lent = await shown(third, desk(), `/releases/${one}/options`)
  assert.equal((await second.seat.ask("POST", `/releases/${one}/release`, lent)).status, 403)
  assert.equal((await second.seat.ask("POST", `/releases/${one}/release`, {})).status, 403)
  assert.equal((await release(second, one)).status, 200)

  const row = desk().archive.sql.get`SELECT h.words, h.assertion, p.id, p.key, p.officer FROM held_act h
    JOIN passkey p ON p.id = h.passkey WHERE h.id = ${one}`
  assert.ok(row && row.key instanceof Uint8Array)
  const verify = (words: string) =>
    verifyAuthenticationResponse({
      response: JSON.parse(String(row.assertion)),
      expectedChallenge: challengeOf(words),
      expectedOrigin: "http://ukraine.localhost",
      expectedRPID: "ukraine.localhost",
      credential: { id: String(row.id), publicKey: new Uint8Array(row.key as Uint8Array), counter: 0 },
    })
  const words = String(row.words)
  assert.ok(words.includes("The first words.") && words.includes(writer.id))
  assert.equal((await verify(words)).verified, true)
  assert.equal(row.officer, second.id)
  // Whoever holds the disk but not the officer's passkey cannot put other words in their place.
  await assert.rejects(verify(words.replace("first", "worst")))
})

test("what waits can be given back with a word, or taken back by its author, and then nothing of it leaves", async () => {
  const [returned, withdrawn] = [await write(), await write()]
  const before = entered()
  await second.seat.good("POST", `/releases/${returned}/return`, { note: "The date is wrong." })
  assert.equal((await second.seat.ask("POST", `/releases/${withdrawn}/withdraw`)).body.refused, "release.not-own")
  await writer.seat.good("POST", `/releases/${withdrawn}/withdraw`)
  const rows = new Map((await releases(writer)).rows.map((row) => [row.id, row]))
  assert.deepEqual([rows.get(returned)?.state, rows.get(returned)?.note], ["returned", "The date is wrong."])
  assert.equal(rows.get(withdrawn)?.state, "withdrawn")
  assert.equal(entered(), before)
})

test("a reader neither writes nor releases, and only the head changes the policy", async () => {
  const held = await write()
  const reader = await seatInvited(desk(), head.seat, "Reader", "reader")
  assert.equal((await reader.seat.ask("POST", `/releases/${held}/options`)).status, 403)
  assert.equal((await second.seat.ask("PUT", "/releases/policy", { kinds: [] })).status, 403)
  await writer.seat.good("POST", `/releases/${held}/withdraw`)
})

test("what was written goes out though its author has left meanwhile", async () => {
  const leaving = await seatInvited(desk(), head.seat, "Leaving")
  const held = await write(leaving)
  await head.seat.good("POST", `/officers/${leaving.id}/end`)
  assert.equal((await release(second, held)).status, 200)
})

test("by default an objection waits; in an exercise a session without a passkey releases it, and that is marked", async () => {
  await using exercise = await openOffice()
  const at = exercise.desk("ukraine")
  const [author, other] = [sessionOf(at, "One"), sessionOf(at, "Two")].map(({ cookie = "", "iod-page": page = "" }) =>
    seatAt(at, { cookie, page }),
  )
  assert.ok(author && other)
  at.archive.sql.run`DELETE FROM meta WHERE key = 'release.policy'`
  assert.deepEqual(((await author.good("GET", "/releases")) as unknown as ReleasesView).policy, ["message.objected"])
  await author.good("PUT", "/releases/policy", { kinds: ["message.sent"] })
  const records = [{ fields: { language: "en" }, texts: { subject: "s", body: "b" } }]
  const line = exercise.line("direct line")
  const { held } = (await author.ask("POST", "/acts", { act: "message.sent", line, records })).body
  assert.equal((await author.ask("POST", `/releases/${held}/release`, {})).body.refused, "release.own")
  await other.good("POST", `/releases/${held}/release`, {})
  const { rows } = (await other.good("GET", "/releases")) as unknown as ReleasesView
  assert.equal(rows.find((row) => row.id === held)?.bySession, true)
})

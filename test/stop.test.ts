import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Desk } from "#desk/open.ts"
import { runningStops } from "#desk/relays/stops.ts"
import type { StopRow } from "#offices/joins/relays.ts"
import { formatStop, parseStop, stopAddressees } from "#offices/lines/stop.ts"
import { messagePage, pageJob } from "#paper/page.ts"
import words from "#words/uk/stop.json" with { type: "json" }
import { answer, lineOf, type Office, openOffice, received, rungs, until } from "./office.ts"

let office: Office
before(async () => {
  office = await openOffice()
})
after(() => office[Symbol.asyncDispose]())

const STOP = {
  where: "Greifenau, the school",
  what: "Shells fall on the shelter",
  who: "60 people",
  since: "",
  reach: "",
}

/** Calls an emergency stop as a delegation's officer does; answers its matter. */
function call(desk: Desk): string {
  const { charter } = desk.founded
  const to = stopAddressees(charter.delegations, desk.delegation)
  const fields = { language: "en", form: "emergency-stop", relay: { to, attribution: "attributed" } }
  const texts = { subject: `Emergency stop: ${STOP.where}`, body: formatStop(STOP) }
  const act = {
    act: "message.sent",
    line: lineOf(desk, "secretariat"),
    precedence: "FLASH",
    records: [{ fields, texts }],
  }
  const handed = desk.door.hand(act, { officer: "officer" })
  assert.ok("matters" in handed, JSON.stringify(handed))
  return handed.matters[0] ?? ""
}

const stops = (desk: Desk): StopRow[] => runningStops(desk.archive, desk.delegation, desk.now())

/** The stop of this caller as a desk shows it, once it does. */
async function stopAt(desk: Desk, caller: string): Promise<StopRow & { matter: string }> {
  const row = () => stops(desk).find((one) => one.caller === caller && one.matter !== null)
  await until(desk, `the stop of ${caller}`, () => row() !== undefined)
  const { matter, ...rest } = row() ?? assert.fail()
  return { ...rest, matter: matter ?? assert.fail() }
}

test("an emergency stop reaches both parties under its caller's signature by no officer's hand, and answers go back", async () => {
  const [icrc, ukraine, russia, secretariat] = ["icrc", "ukraine", "russian-federation", "secretariat"].map(office.desk)
  assert.ok(icrc && ukraine && russia && secretariat)
  const matter = call(icrc)
  assert.deepEqual(
    stops(icrc).map(({ caller, matter }) => [caller, matter]),
    [["icrc", null]],
    "the caller's clock runs before the registry has it",
  )
  for (const party of [ukraine, russia]) {
    const stop = await stopAt(party, "icrc")
    const message = await received(party, stop.line, stop.matter)
    assert.deepEqual(parseStop(message.body ?? ""), STOP)
    assert.equal(message.precedence, "FLASH")
    assert.ok(message.relay?.side === "passed" && message.relay.from === "icrc")
    assert.deepEqual(message.relay.release?.to, ["russian-federation", "secretariat", "ukraine"])
    assert.equal(stop.since, message.relay.release.at, "every clock runs from the caller's own moment")
  }
  const own = lineOf(icrc, "secretariat")
  await received(icrc, own, matter)
  const relay = () => {
    const view = icrc.views.message(own, matter)?.relay
    return view?.side === "asked" ? view : assert.fail("the caller's side")
  }
  await until(icrc, "the dispatch to both", () => relay().passedOn.length === 2)
  await until(icrc, "that the secretariat has it", () => rungs(icrc, { line: own, matter }, "secretariat").length > 1)
  assert.equal(stops(secretariat).length, 1, "one call, however many legs")

  const there = await stopAt(russia, "icrc")
  const message = await received(russia, there.line, there.matter)
  const stated = (rung: string) => rungs(russia, message, "russian-federation").includes(rung)
  answer(russia, message, "message.acknowledged")
  await until(russia, "its receipt", () => stated("acknowledged"))
  answer(russia, message, "message.cascaded", { since: new Date(Date.now() - 1000).toISOString() })
  await until(russia, "that it went further", () => stated("cascaded"))
  assert.deepEqual(relay().heard, [])
  for (const released of ["acknowledged", "cascaded"])
    answer(russia, message, "relay.answer-released", { answer: released })
  await until(icrc, "what was released comes back by itself", () => relay().heard.length === 2)
  assert.deepEqual(stops(ukraine)[0]?.awaits, true)
  assert.doesNotMatch(
    JSON.stringify(ukraine.archive.sql.all`SELECT fields FROM record WHERE line = ${lineOf(ukraine, "secretariat")}`),
    /russian-federation/,
    "one party never reads of the other's answers",
  )

  answer(icrc, await received(icrc, own, matter), "message.recalled")
  for (const desk of [icrc, ukraine, russia, secretariat])
    await until(desk, "the end of the stop", () => stops(desk).length === 0)
})

test("the secretariat's own stop goes to both parties under one release that names them both", async () => {
  const secretariat = office.desk("secretariat")
  const parties = ["russian-federation", "ukraine"]
  const lines = parties.map((name) => lineOf(office.desk(name), "secretariat"))
  const texts = { subject: "Stop", body: formatStop(STOP) }
  const circular = { lines, precedence: "FLASH", fields: { language: "en", form: "emergency-stop" }, texts }
  const handed = secretariat.relays.circulate({ ...circular, token: "stop-of-the-secretariat" }, "DO-1")
  assert.ok("messages" in handed, JSON.stringify(handed))
  assert.deepEqual(secretariat.relays.circulate({ ...circular, token: "stop-of-the-secretariat" }, "DO-1"), handed)
  const releases: string[] = []
  for (const [i, name] of parties.entries()) {
    const { line = "", matter = "" } = handed.messages[i] ?? {}
    const message = await received(office.desk(name), line, matter)
    assert.ok(message.relay?.side === "circular")
    assert.deepEqual(message.relay.release.to, parties)
    releases.push(message.relay.release.id)
    assert.equal((await stopAt(office.desk(name), "secretariat")).since, message.relay.release.at)
    answer(secretariat, await received(secretariat, line, matter), "message.recalled")
  }
  assert.equal(new Set(releases).size, 1)
  const elsewhere = { ...circular, lines: [...lines, "0".repeat(64)], token: "another-of-them" }
  assert.deepEqual(secretariat.relays.circulate(elsewhere, "DO-1"), { refused: "door.unknown-line" })
  assert.equal(secretariat.outbox.handed(`another-of-them.${lines[0]}`), undefined, "on all lines or on none")
  for (const desk of office.desks.values())
    await until(desk, "the end of the stop", () => stops(desk).every((stop) => stop.caller !== "secretariat"))
})

test("a stop is read as answers under their questions wherever it is printed, and as answers where it is found", async () => {
  const icrc = office.desk("icrc")
  const line = lineOf(icrc, "secretariat")
  const message = await received(icrc, line, call(icrc))
  const { data } = pageJob(icrc.founded.charter, message, "uk")
  assert.deepEqual(data.answers, [
    { term: words["stop.where"], text: STOP.where, given: true },
    { term: words["stop.what"], text: STOP.what, given: true },
    { term: words["stop.who"], text: STOP.who, given: true },
    { term: words["stop.since"], text: words["stop.not-given"], given: false },
    { term: words["stop.reach"], text: words["stop.not-given"], given: false },
  ])
  assert.ok((await messagePage(icrc.founded.charter, message, "uk")) instanceof Uint8Array)
  const found = icrc.search({ q: "Greifenau" })
  assert.ok("hits" in found)
  assert.equal(found.hits[0]?.excerpt.map((piece) => piece.text).join(""), `${STOP.where} · ${STOP.what} · ${STOP.who}`)
  answer(icrc, message, "message.recalled")
  for (const desk of office.desks.values())
    await until(desk, "the end of the stop", () => stops(desk).every((stop) => stop.caller !== "icrc"))
})

test("a stop that finds the secretariat's desk down is passed on as soon as that desk is up", async () => {
  await office.closeDesk("secretariat")
  const ukraine = office.desk("ukraine")
  const matter = call(ukraine)
  await received(ukraine, lineOf(ukraine, "secretariat"), matter)
  await office.reopenDesk("secretariat")
  const stop = await stopAt(office.desk("russian-federation"), "ukraine")
  assert.equal(stop.awaits, true)
})

test("only a FLASH is a stop", () => {
  const desk = office.desk("icrc")
  const fields = { language: "en", form: "emergency-stop" }
  const records = [{ fields, texts: { subject: "Stop", body: formatStop(STOP) } }]
  const act = { act: "message.sent", line: lineOf(desk, "secretariat"), precedence: "PRIORITY", records }
  assert.deepEqual(desk.door.hand(act, { officer: "officer" }), { refused: "stop.not-flash" })
})

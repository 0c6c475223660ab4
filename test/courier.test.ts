import assert from "node:assert/strict"
import { test } from "node:test"
import { type Desk, openDesk } from "#desk/open.ts"
import type { CourierOutcome } from "#offices/joins/courier.ts"
import { flipBit } from "#register/fixture.test.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { type Office, openOffice, received, say, until } from "./office.ts"

// Nobody answers here.
const NOWHERE = "http://127.0.0.1:9"
const CHOICE = { lines: [], days: 0 }

/** The desk of `name` as it works without a network. */
async function cutOff(office: Office, name: string): Promise<Desk> {
  await office.closeDesk(name)
  const desk = await openDesk({
    folder: programFolder(office.data, "desk", name),
    ...{ delegation: name, registry: NOWHERE, clock: systemClock(), log: () => undefined },
  })
  office.desks.set(name, desk)
  return desk
}

function fileOf(desk: Desk, choice: Parameters<Desk["courier"]["writeFile"]>[0] = CHOICE): Uint8Array {
  const file = desk.courier.writeFile(choice)
  if ("refused" in file) assert.fail(`nothing was written: ${file.refused}`)
  return file
}

async function taken<T extends CourierOutcome["took"]>(desk: Desk, file: Uint8Array, took: T) {
  const outcome = await desk.courier.takeFile(file)
  if ("refused" in outcome) assert.fail(`the file was refused: ${outcome.refused}`)
  assert.equal(outcome.took, took)
  return outcome as Extract<CourierOutcome, { took: T }>
}

async function handIn(office: Office, file: Uint8Array): Promise<Uint8Array> {
  const response = await fetch(`${office.registry.url}/desk/courier`, { method: "POST", body: new Uint8Array(file) })
  assert.equal(response.status, 200, await response.clone().text())
  return new Uint8Array(await response.arrayBuffer())
}

test("what a desk without a network writes comes to the others by courier, and its stamps and mail come back", async (t) => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const to = office.desk("russian-federation")
  const desk = await cutOff(office, "ukraine")
  const words = ["first", "second", "third"]
  const matters = words.map((body, i) => say(desk, line, body, ["ROUTINE", "FLASH", "ROUTINE"][i]))
  const meanwhile = say(to, line, "written while the other was away")
  await received(to, line, meanwhile)
  const file = fileOf(desk)

  await t.test("it is not yet stamped, and says with whom it travels", () => {
    const waiting = desk.views.waiting()
    assert.equal(waiting.length, 3)
    assert.ok(waiting.every((row) => row.state === "sealed" && row.carried !== null))
  })

  const answer = await handIn(office, file)
  await t.test("the registry enters every envelope in the order of its serials, the urgent one first", async () => {
    for (const [i, matter] of matters.entries()) assert.equal((await received(to, line, matter)).body, words[i])
    const serials = matters.map((matter) => to.views.message(line, matter)?.serial ?? 0)
    assert.ok((serials[1] ?? 9) < (serials[2] ?? 0))
  })

  await t.test("a file that is handed in again gets the same stamps and enters nothing", async () => {
    const before = to.views.envelopes(line, undefined, 500).filter((e) => e.by === "ukraine").length
    await handIn(office, file)
    assert.equal(to.views.envelopes(line, undefined, 500).filter((e) => e.by === "ukraine").length, before)
  })

  await t.test("the answer opens at its desk alone, settles what waited, and brings its mail", async () => {
    assert.deepEqual(await to.courier.takeFile(answer), { refused: "courier.for-another" })
    const outcome = await taken(desk, answer, "answer")
    assert.deepEqual([outcome.returned, outcome.left, outcome.gap], [0, 0, null])
    assert.ok(outcome.stamped >= 3)
    assert.ok(outcome.entered >= 4)
    assert.equal(desk.views.message(line, meanwhile)?.body, "written while the other was away")
    assert.deepEqual(desk.views.waiting(), [])
    const again = await taken(desk, answer, "answer")
    assert.deepEqual([again.stamped, again.entered], [0, 0])
  })

  await t.test("what comes by network afterwards is the same, and the line goes on", async () => {
    await office.closeDesk("ukraine")
    const back = await office.reopenDesk("ukraine")
    const next = say(back, line, "by network again")
    assert.equal((await received(to, line, next)).body, "by network again")
    await until(back, "it is here too", () => back.views.message(line, next) !== undefined)
    assert.equal(back.status().distrusted, null)
    assert.equal(to.status().distrusted, null)
  })
})

test("a file that goes to its addressee directly is read as not yet stamped, until the stamped envelope takes its place", async (t) => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [author, reader] = [await cutOff(office, "ukraine"), await cutOff(office, "russian-federation")]
  const matter = say(author, line, "read before it has a place", "FLASH")
  const file = fileOf(author, { lines: [line], days: 0 })

  await t.test("its words are shown apart and folded into nothing", async () => {
    const outcome = await taken(reader, file, "envelopes")
    assert.deepEqual([outcome.from, outcome.shown, outcome.known, outcome.handed], ["ukraine", 1, 0, null])
    const [row] = reader.status().unstamped
    assert.deepEqual(row?.texts.at(-1), "read before it has a place")
    assert.deepEqual([row?.by, row?.precedence, row?.stamped, row?.readAt], ["ukraine", "FLASH", false, null])
    assert.equal(reader.views.message(line, matter), undefined)
  })

  await t.test("taken in again it is recognised, and whoever has read it says so", async () => {
    assert.equal((await taken(reader, file, "envelopes")).known, 1)
    const [row] = reader.status().unstamped
    assert.equal(reader.courier.read(row?.hash ?? "", "DO-1"), true)
    assert.notEqual(reader.status().unstamped[0]?.readAt, null)
  })

  await t.test("a desk that is on none of its lines is shown nothing of it, and hands it in as it is", async () => {
    const carrier = office.desk("icrc")
    const outcome = await taken(carrier, file, "envelopes")
    assert.equal(outcome.shown, 0)
    assert.equal(outcome.handed?.left, 0)
    assert.deepEqual(carrier.status().unstamped, [])
    const answer = carrier.courier.answer(outcome.handed?.answer ?? "") ?? assert.fail("no answer was kept")
    assert.deepEqual(await carrier.courier.takeFile(answer), { refused: "courier.for-another" })
    assert.ok((await taken(author, answer, "answer")).stamped >= 1)
    assert.deepEqual(author.views.waiting(), [])
  })

  await t.test("the stamped envelope takes its place, and the copy is gone", async () => {
    await office.closeDesk("russian-federation")
    const back = await office.reopenDesk("russian-federation")
    assert.equal((await received(back, line, matter)).body, "read before it has a place")
    assert.deepEqual(back.status().unstamped, [])
    assert.equal((await taken(back, file, "envelopes")).known, 1)
    assert.deepEqual(back.status().unstamped, [])
  })
})

test("a short file travels on numbered pages, in any order, and a lost page is named", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const author = await cutOff(office, "ukraine")
  const matter = say(author, line, "on paper")
  const pages = author.courier.writePages({ lines: [line], days: 0 })
  if ("refused" in pages) assert.fail(pages.refused)
  assert.ok(pages.length > 2)
  const to = office.desk("russian-federation")
  const some = [...pages].reverse().filter((_, i) => i !== 1)
  const missing = await to.courier.takePages([...some, "a text that is no page", some[0] ?? ""])
  assert.ok("missing" in missing)
  assert.deepEqual([missing.of, missing.missing, missing.others], [pages.length, [pages.length - 1], 0])
  const outcome = await to.courier.takePages([...pages].reverse())
  assert.ok("took" in outcome && outcome.took === "envelopes" && outcome.handed?.left === 0)
  assert.equal((await received(to, line, matter)).body, "on paper")
  assert.deepEqual(await to.courier.takePages(["nothing"]), { refused: "courier.page" })
})

test("what the registry finally refuses is sealed anew, with all that was sealed behind it, and nothing is lost", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const author = await cutOff(office, "ukraine")
  const matters = ["one", "two", "three"].map((body) => say(author, line, body))
  // Sealed for a day that has not come: the registry takes no key before its day.
  const answer = await handIn(office, fileOf(author, { lines: [], days: 5 }))
  const outcome = await taken(author, answer, "answer")
  assert.ok(outcome.returned >= 1)
  assert.ok(author.views.waiting().every((row) => row.state === "waiting" && row.carried === null))
  const second = await taken(author, await handIn(office, fileOf(author)), "answer")
  assert.ok(second.stamped >= 3)
  const to = office.desk("russian-federation")
  for (const matter of matters) await received(to, line, matter)
  assert.equal(to.views.messages({ line, limit: 10 }).length, 3)
  assert.equal(to.status().distrusted, null)
})

test("whoever carries a file can lose it, and nothing else", async (t) => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const author = await cutOff(office, "ukraine")
  const to = office.desk("russian-federation")
  say(author, line, "whole or not at all")
  const file = fileOf(author)
  const status = async (bytes: Uint8Array) => {
    const body = new Uint8Array(bytes)
    return (await fetch(`${office.registry.url}/desk/courier`, { method: "POST", body })).status
  }
  const size = () => to.views.envelopes(line, undefined, 500).filter((e) => e.by === "ukraine").length
  const before = size()
  const text = Buffer.from(file).toString("latin1")
  const other = text.replace(author.founded.office, "0".repeat(64))
  const evil: [string, Uint8Array, string][] = [
    ["cut off", file.subarray(0, -1), "courier.cut-off"],
    ["longer", Buffer.concat([file, Buffer.from("x")]), "courier.malformed"],
    ["altered in a part", flipBit(file, (file.length - 10) * 8), "courier.altered"],
    ["altered in its text", Buffer.from(text.replace(/\nnext \d+\n/, "\nnext 0\n"), "latin1"), "courier.not-signed"],
    ["of another office", Buffer.from(other, "latin1"), "courier.office"],
    ["nothing", new Uint8Array(), "courier.malformed"],
  ]
  for (const [name, bytes, code] of evil)
    await t.test(`a file ${name} is refused by the registry and by desks, and nothing of it is kept`, async () => {
      assert.equal(await status(bytes), 400)
      assert.deepEqual(await to.courier.takeFile(bytes), { refused: code })
      assert.deepEqual(to.status().unstamped, [])
      assert.equal(size(), before)
    })

  await t.test("the registry's answer cannot be altered or cut, and only the registry writes one", async () => {
    const answer = await handIn(office, file)
    assert.deepEqual(await author.courier.takeFile(answer.subarray(0, -1)), { refused: "courier.cut-off" })
    const opened = await author.courier.takeFile(flipBit(answer, (answer.length - 40) * 8))
    assert.deepEqual(opened, { refused: "courier.unopenable" })
    assert.ok(author.views.waiting().every((row) => row.state === "sealed"))
    assert.ok((await taken(author, answer, "answer")).stamped >= 1)
  })
  assert.equal(to.status().distrusted, null)
  assert.equal(author.status().distrusted, null)
})

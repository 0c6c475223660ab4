import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Desk } from "#desk/open.ts"
import type { RelayView } from "#offices/joins/relays.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { verifySheet } from "#sheet/verify.ts"
import { attach, filesAt, opened, picture, untilFiles } from "./files.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { answer, lineOf, type Office, openOffice, received, settled, until } from "./office.ts"

const SLOT = 900_000
const clocks = {
  slot: { attended: 900, unattended: 900 },
  slotOfMany: { attended: 900, unattended: 900 },
  acknowledge: { FLASH: 600_000, IMMEDIATE: 600_000, PRIORITY: 600_000, ROUTINE: 600_000 },
  stampBound: 10_000,
}

const AUTHOR = "Ivan of the fictional village"
const PNG = picture(AUTHOR)

const clock = jumpingClock()
let office: Office
before(async () => {
  office = await openOffice({ clock, charter: { clocks } })
})
after(() => office[Symbol.asyncDispose]())

type Asked = { fields: object; body: string; precedence?: string }

/** Hands in a message on the desk's line with the secretariat; answers its matter. */
function ask(desk: Desk, { fields, body, precedence = "ROUTINE" }: Asked): string {
  const records = [{ fields: { language: "uk", ...fields }, texts: { subject: `Про ${body.slice(0, 12)}`, body } }]
  const act = { act: "message.sent", line: lineOf(desk, "secretariat"), precedence, records }
  const handed = desk.door.hand(act, { officer: "officer" })
  assert.ok("matters" in handed, JSON.stringify(handed))
  return handed.matters[0] ?? ""
}

const requestOf = (desk: Desk, matter: string) => desk.relayQueue().requests.find((one) => one.matter === matter)

/** The secretariat's officer passes on what a delegation asked for, once it is in his queue; answers the new acts. */
async function passOn(author: Desk, matter: string) {
  const secretariat = office.desk("secretariat")
  const line = lineOf(author, "secretariat")
  const row = () => requestOf(secretariat, matter)
  await until(secretariat, "the request waits in the queue", () => row() !== undefined)
  assert.deepEqual(row()?.legs, [])
  const passed = secretariat.relays.passOn(line, matter, "DO-1")
  assert.ok("legs" in passed, JSON.stringify(passed))
  return relayOf(secretariat, line, matter, "asked").legs
}

function relayOf<S extends RelayView["side"]>(desk: Desk, line: string, matter: string, side: S) {
  const relay = desk.views.message(line, matter)?.relay
  assert.ok(relay?.side === side, `a relay as its ${side} side tells it`)
  return relay as Extract<RelayView, { side: S }>
}

const view = (desk: Desk, matter: string): Promise<MessageView> => received(desk, lineOf(desk, "secretariat"), matter)

test("attributed words reach their addressee under their author's signature, and what it releases goes back", async () => {
  const [ukraine, russia, secretariat] = ["ukraine", "russian-federation", "secretariat"].map(office.desk)
  assert.ok(ukraine && russia && secretariat)
  const [own, theirs] = [lineOf(ukraine, "secretariat"), lineOf(russia, "secretariat")]
  const relay = { to: ["russian-federation"], attribution: "attributed" }
  const first = ask(ukraine, { fields: { relay }, body: "Бригада з чотирьох осіб, два автомобілі." })
  const [leg] = await passOn(ukraine, first)
  const there = await view(russia, leg?.matter ?? "")
  assert.equal(there.body, "Бригада з чотирьох осіб, два автомобілі.")
  assert.ok(there.relay?.side === "passed")
  assert.equal(there.relay.from, "ukraine")
  assert.deepEqual(there.relay.release?.to, ["russian-federation", "secretariat"])
  await until(russia, "all of it is witnessed", () => russia.registerView().notWitnessed === 0)
  const sheet = await russia.sheet(theirs, there.matter, { language: "uk", disclose: [there.header] })
  assert.ok(typeof sheet === "string")
  const proven = await verifySheet(nodeCrypto, sheet)
  assert.ok(proven.verdict)
  const said = proven.findings.statements.filter(({ code }) => code.startsWith("release."))
  assert.deepEqual(
    said.map(({ code, values }) => [code, values.about]),
    [
      ["release.signed", "ukraine"],
      ["release.words", undefined],
    ],
    "a stranger learns whose desk released the words, and that they are these",
  )
  const seen = () => relayOf(ukraine, own, first, "asked")
  await until(ukraine, "the author learns that its words left", () => seen().passedOn.length === 1)
  assert.equal(seen().passedOn[0]?.to, "russian-federation")
  assert.deepEqual(seen().legs, [], "what became of the second leg is the secretariat's to know")
  await until(secretariat, "it is done", () => requestOf(secretariat, first) === undefined)

  answer(russia, there, "message.acknowledged")
  for (const desk of [russia, secretariat])
    await until(desk, "the receipt", () => stepsOf(desk, theirs, there.matter).includes("acknowledged"))
  assert.deepEqual(seen().heard, [], "an answer that was not released stays on its line")
  assert.deepEqual(secretariat.relayQueue().answers, [])
  answer(russia, there, "relay.answer-released", { answer: "acknowledged" })
  russia.door.hand(
    {
      ...{ act: "relay.answer-released", line: theirs },
      records: [{ fields: { matter: there.matter, of: there.header, answer: "words" }, texts: { text: "До 11:00." } }],
    },
    { officer: "officer" },
  )
  const answers = () => secretariat.relayQueue().answers
  await until(secretariat, "both wait to be carried back", () => answers().length === 2)
  for (const { index, number } of answers())
    assert.deepEqual(secretariat.relays.carryAnswer({ index, number }, "DO-1"), { carried: true })
  await until(ukraine, "the author hears both", () => seen().heard.length === 2)
  assert.deepEqual(
    seen().heard.map(({ from, answer, text }) => [from, answer, text]),
    [
      ["russian-federation", "acknowledged", null],
      ["russian-federation", "words", "До 11:00."],
    ],
  )
  assert.deepEqual(answers(), [])

  // Back again, under the other's name, as a reply.
  const back = { relay: { to: ["ukraine"], attribution: "attributed" }, replyTo: there.matter }
  const second = ask(russia, { fields: back, body: "Отримано, чекаємо." })
  const [returning] = await passOn(russia, second)
  const reply = await view(ukraine, returning?.matter ?? "")
  assert.deepEqual([reply.replyTo, reply.body], [first, "Отримано, чекаємо."])
  assert.ok(reply.relay?.side === "passed" && reply.relay.from === "russian-federation")
})

test("a hash in the place of words is refused: there is nothing that a release could cover", () => {
  const ukraine = office.desk("ukraine")
  const relay = { to: ["russian-federation"], attribution: "attributed" }
  const fields = { language: "uk", relay, body: "0f".repeat(32) }
  const record = { fields, texts: { subject: "a subject alone" } }
  const said = { act: "message.sent", line: lineOf(ukraine, "secretariat"), records: [record] }
  assert.deepEqual(ukraine.door.hand(said, { officer: "officer" }), { refused: "act.malformed" })
})

const stepsOf = (desk: Desk, line: string, matter: string) =>
  desk.views.message(line, matter)?.ladders.flatMap((l) => l.steps.map((s) => s.rung)) ?? []

test("unattributed words wait for slots both ways and bring nothing of their first act but themselves", async () => {
  const [ukraine, russia, secretariat] = ["ukraine", "russian-federation", "secretariat"].map(office.desk)
  assert.ok(ukraine && russia && secretariat)
  const [own, theirs] = [lineOf(ukraine, "secretariat"), lineOf(russia, "secretariat")]
  const body = "Просимо повідомити про мінування дороги."
  const first = ask(ukraine, { fields: { relay: { to: ["russian-federation"], attribution: "unattributed" } }, body })
  assert.equal(ukraine.views.waiting()[0]?.leaves, "slot")
  const next = { relay: { to: ["russian-federation"], attribution: "unattributed" } }
  ask(ukraine, { fields: next, body: "Ще одне.", precedence: "PRIORITY" })
  const [, urged] = ukraine.views.waiting()
  assert.deepEqual([urged?.leaves, urged?.precedence], ["slot", "ROUTINE"], "as every envelope of a slot")
  await slots(secretariat, "the request", () => requestOf(secretariat, first) !== undefined)
  const asked = await received(secretariat, own, first)
  const [leg] = await passOn(ukraine, first)
  assert.ok(leg)
  assert.ok(slotOf(leg.due) > slotOf(asked.at), "never as the next envelope")
  assert.ok(slotOf(leg.due) <= slotOf(asked.at) + 5)
  await slots(russia, "the words", () => russia.views.message(theirs, leg.matter) !== undefined)
  const there = await view(russia, leg.matter)
  assert.equal(there.body, body)
  assert.deepEqual(there.relay, {
    side: "passed",
    attribution: "unattributed",
    from: null,
    released: [],
    release: null,
  })
  assert.ok(slotOf(there.at) > slotOf(asked.at))
  const known = JSON.stringify(russia.archive.sql.all`SELECT fields FROM record WHERE line = ${theirs}`)
  for (const hash of recordOf(secretariat, own, first).matchAll(/[0-9a-f]{64}/g))
    assert.ok(!known.includes(hash[0]), "no id, no hash and so no salt of the first act is in the second")
  assert.doesNotMatch(recordOf(russia, theirs, leg.matter), /ukraine/)
  await slots(ukraine, "the dispatch", () => relayOf(ukraine, own, first, "asked").passedOn.length === 1)

  // An addressee that knows no name replies, is told that its words left, and never to whom.
  const reply = { relay: { attribution: "unattributed" }, replyTo: leg.matter }
  const second = ask(russia, { fields: reply, body: "Дорога перевірена до мосту." })
  await slots(secretariat, "the reply", () => requestOf(secretariat, second) !== undefined)
  assert.deepEqual(requestOf(secretariat, second)?.to, ["ukraine"])
  const [back] = await passOn(russia, second)
  assert.ok(back)
  await slots(ukraine, "the reply", () => ukraine.views.message(own, back.matter) !== undefined)
  assert.equal((await view(ukraine, back.matter)).replyTo, first)
  await slots(russia, "its dispatch", () => relayOf(russia, theirs, second, "asked").passedOn.length === 1)
  assert.equal(relayOf(russia, theirs, second, "asked").passedOn[0]?.to, null)
  const all = russia.archive.sql.all`SELECT fields FROM record WHERE matter IN (${leg.matter}, ${second})`
  assert.doesNotMatch(JSON.stringify(all), /ukraine/)

  // Whatever is said of such words leaves in a slot as well.
  for (const act of ["message.acknowledged", "message.objected"])
    answer(russia, there, act, act === "message.objected" ? { reason: "OTHER" } : {})
  assert.deepEqual(
    russia.views.waiting().map((row) => row.leaves),
    ["slot", "slot"],
  )
})

/** Lets slots pass until the desk has it. */
async function slots(desk: Desk, what: string, holds: () => boolean): Promise<void> {
  for (let i = 0; i < 12 && !holds(); i++) {
    clock.pass(SLOT)
    await settled(office)
  }
  await until(desk, what, holds)
}

const slotOf = (at: string) => Math.floor(Date.parse(at) / SLOT)
function recordOf(desk: Desk, line: string, matter: string): string {
  const row = desk.archive.sql
    .get`SELECT fields FROM record WHERE line = ${line} AND matter = ${matter} AND kind = 'message.sent'`
  return String(row?.fields)
}

test("words that cannot go are returned with a reason, and those that their author takes back are taken back there", async () => {
  const [ukraine, russia, secretariat] = ["ukraine", "russian-federation", "secretariat"].map(office.desk)
  assert.ok(ukraine && russia && secretariat)
  const [own, theirs] = [lineOf(ukraine, "secretariat"), lineOf(russia, "secretariat")]
  const fields = { relay: { to: ["osce", "russian-federation"], attribution: "attributed" } }

  const first = ask(ukraine, { fields, body: "Перше." })
  const request = await received(secretariat, own, first)
  secretariat.door.hand(
    {
      ...{ act: "relay.returned", line: own },
      records: [{ fields: { matter: first, of: request.header }, texts: { text: "Бракує дати." } }],
    },
    { officer: "DO-1" },
  )
  await received(ukraine, own, first)
  await until(ukraine, "it comes back", () => relayOf(ukraine, own, first, "asked").returned?.text === "Бракує дати.")
  await until(secretariat, "it is done", () => requestOf(secretariat, first) === undefined)
  assert.deepEqual(secretariat.relays.passOn(own, first, "DO-1"), { refused: "relay.already-returned" })
  assert.deepEqual(ukraine.relays.passOn(own, first, "DO-1"), { refused: "roll.not-secretariat" })

  const second = ask(ukraine, { fields, body: "Друге." })
  const legs = await passOn(ukraine, second)
  assert.deepEqual(
    legs.map(({ addressee, state, refused }) => [addressee, state, refused]),
    [
      ["osce", "refused", "door.unknown-line"],
      ["russian-federation", "handed", null],
    ],
  )
  const there = await view(russia, legs[1]?.matter ?? "")
  await received(ukraine, own, second)
  await until(ukraine, "one left", () => relayOf(ukraine, own, second, "asked").passedOn.length === 1)
  assert.ok(requestOf(secretariat, second), "and one still waits")
  answer(ukraine, await received(ukraine, own, second), "message.recalled")
  await until(russia, "the recall", () => russia.views.message(theirs, there.matter)?.recalled === true)
  await until(secretariat, "it is done", () => requestOf(secretariat, second) === undefined)
  assert.deepEqual(secretariat.relays.passOn(own, second, "DO-1"), { refused: "message.already-recalled" })
})

test("a leg that waits for its slot outlives its desk", async () => {
  const [ukraine, russia] = ["ukraine", "russian-federation"].map(office.desk)
  assert.ok(ukraine && russia)
  const relay = { to: ["russian-federation"], attribution: "unattributed" }
  const matter = ask(ukraine, { fields: { relay }, body: "Коротко." })
  const own = lineOf(ukraine, "secretariat")
  const there = (line: string, desk: string, id: string) => office.desk(desk).views.message(line, id) !== undefined
  await slots(ukraine, "the request", () => there(own, "secretariat", matter))
  const [leg] = await passOn(ukraine, matter)
  await office.closeDesk("secretariat")
  await office.reopenDesk("secretariat")
  await slots(russia, "the words", () => there(lineOf(russia, "secretariat"), russia.delegation, leg?.matter ?? ""))
  assert.equal((await view(russia, leg?.matter ?? "")).body, "Коротко.")
})

/** Hands in a message with files on the desk's line with the secretariat; answers its matter. */
function askWith(desk: Desk, relay: object, files: string[], body: string): string {
  const fields = { language: "uk", relay }
  const records = [{ fields, texts: { subject: `З файлами: ${body}`, body }, files }]
  const handed = desk.door.hand(
    { act: "message.sent", line: lineOf(desk, "secretariat"), records },
    { officer: "officer" },
  )
  assert.ok("matters" in handed, JSON.stringify(handed))
  return handed.matters[0] ?? ""
}

test("files go with attributed words as they were sealed, and their author's release covers them", async () => {
  const [ukraine, russia] = ["ukraine", "russian-federation"].map(office.desk)
  assert.ok(ukraine && russia)
  const bytes = PNG
  const files = [await attach(ukraine, bytes, "схема.png", "image/png")]
  const matter = askWith(ukraine, { to: ["russian-federation"], attribution: "attributed" }, files, "Дивіться схему.")
  const [leg] = await passOn(ukraine, matter)
  const there = await view(russia, leg?.matter ?? "")
  await untilFiles(russia, there, "taken", "held")
  const asked = { line: lineOf(ukraine, "secretariat"), matter }
  assert.deepEqual(
    filesAt(russia, there).map(({ file, name, size }) => ({ file, name, size })),
    filesAt(ukraine, asked).map(({ file, name, size }) => ({ file, name, size })),
  )
  assert.deepEqual(await opened(russia, there), bytes)
  assert.ok(there.relay?.side === "passed" && there.relay.from === "ukraine")
  const covered = russia.archive.sql.get`SELECT t.bytes FROM release r JOIN text t ON t.hash = r.words
    WHERE r.id = ${there.relay.release?.id ?? ""}`
  const words = Buffer.from(covered?.bytes as Uint8Array).toString()
  assert.ok(words.includes(`file ${filesAt(russia, there)[0]?.file} ${bytes.length} image/png`))
  assert.doesNotMatch(words, /AGE-SECRET-KEY/)
})

test("files of unattributed words are made anew: another key, no metadata, the name that their author saw", async () => {
  const [ukraine, russia, secretariat] = ["ukraine", "russian-federation", "secretariat"].map(office.desk)
  assert.ok(ukraine && russia && secretariat)
  const own = lineOf(ukraine, "secretariat")
  const relay = { to: ["russian-federation"], attribution: "unattributed" }
  const files = [
    await attach(ukraine, PNG, "дорога.png", "image/png"),
    await attach(ukraine, Buffer.from("км 14"), "a.txt", "text/plain"),
  ]
  const matter = askWith(ukraine, relay, files, "Дорога тут.")
  const pdf = [await attach(ukraine, Buffer.from("%PDF-1.7"), "план.pdf", "application/pdf")]
  const unclean = askWith(ukraine, relay, pdf, "Не піде.")
  for (const one of [matter, unclean])
    await slots(secretariat, "the request", () => requestOf(secretariat, one) !== undefined)
  const [leg] = await passOn(ukraine, matter)
  await passOn(ukraine, unclean)
  const theirs = lineOf(russia, "secretariat")
  await slots(russia, "the words", () => russia.views.message(theirs, leg?.matter ?? "") !== undefined)
  const there = await view(russia, leg?.matter ?? "")
  await untilFiles(russia, there, "taken", "held")
  assert.deepEqual(
    filesAt(russia, there).map(({ name }) => name),
    ["дорога.png", "a.txt"],
  )
  const first = filesAt(secretariat, { line: own, matter }).map(({ file }) => file)
  for (const { file } of filesAt(russia, there)) assert.ok(!first.includes(file), "nothing of the first sealed file")
  const seen = await opened(russia, there)
  assert.ok(PNG.includes(AUTHOR) && !seen.includes(AUTHOR), "the author's name in the picture is gone")
  assert.deepEqual(await opened(russia, there, 1), Buffer.from("км 14"))
  const refused = () => requestOf(secretariat, unclean)?.legs.map((one) => one.refused)
  await slots(secretariat, "it cannot be cleaned", () => refused()?.[0] === "file.not-clean")
})

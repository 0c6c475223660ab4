import assert from "node:assert/strict"
import { randomInt } from "node:crypto"
import { after, before, test } from "node:test"
import pg from "pg"
import type { Desk } from "#desk/open.ts"
import { fitsSmallestBody } from "#offices/pack.ts"
import { jumpingClock } from "../jumping-clock.ts"
import { lineOf, type Office, openOffice, settled, until } from "../office.ts"
import { type Arrived, byChance, rightGuesses, seenEnvelope } from "./guesser.ts"

const SLOT = 900_000
const AUTHORS = ["icrc", "osce", "switzerland", "ukraine"]
const READERS = ["austria", "brazil", "india", "russian-federation"]
const RELAYS = 200
const FLASHES = 28
const LONGEST = 3500
// As many as can leave in a slot, if they were of different authors: requests queue now and then, as they would.
const PER_SLOT = 4
// Desks look once a second. Only that second passes as time does: what waits longer, a silent stream, is not woken.
const LOOK = 1000

const clocks = {
  slot: { attended: 900, unattended: 900 },
  slotOfMany: { attended: 900, unattended: 900 },
  acknowledge: { FLASH: 600_000, IMMEDIATE: 600_000, PRIORITY: 600_000, ROUTINE: 600_000 },
  stampBound: 10_000,
}
const limits = { body: 4_194_304, perMinute: 100_000, urgentPerMinute: 100_000, backlog: 4096 }

const clock = jumpingClock()
let office: Office
before(async () => {
  const plan = {
    desks: ["secretariat", ...AUTHORS, ...READERS],
    witnesses: ["austria"],
    lines: [],
  }
  office = await openOffice({ clock, plan, charter: { clocks, limits } })
  // With no line in the plan nobody has waited for those with the secretariat.
  for (const desk of office.desks.values()) {
    const wanted = desk.delegation === "secretariat" ? AUTHORS.length + READERS.length : 1
    const open = () => desk.views.lines().filter((line) => line.open && line.purpose === "secretariat").length
    await until(desk, "its lines are open", () => open() === wanted)
  }
})
after(() => office[Symbol.asyncDispose]())

const pick = <T>(all: readonly T[]): T => all[randomInt(all.length)] ?? assert.fail("nothing to choose from")

/** Words of any length that still fit the smallest body. */
function someWords(fields: object): { subject: string; body: string } {
  const texts = { subject: "Road", body: "w".repeat(1 + randomInt(LONGEST)) }
  while (!fitsSmallestBody("message.sent", [{ fields: { ...fields }, texts }])) texts.body = texts.body.slice(50)
  return texts
}

/** Asks for unattributed words to be passed on to one of the readers. */
function ask(author: Desk, precedence: string): void {
  const fields = { language: "en", relay: { to: [pick(READERS)], attribution: "unattributed" } }
  const records = [{ fields, texts: someWords(fields) }]
  const act = { act: "message.sent", line: lineOf(author, "secretariat"), precedence, records }
  const handed = author.door.hand(act, { officer: "officer" })
  assert.ok("matters" in handed && !handed.bySize, JSON.stringify(handed))
}

/** The secretariat's officer reads and passes on whatever waits: at once, as suits a watcher best. */
function passOnAll(): void {
  const secretariat = office.desk("secretariat")
  for (const { line, matter, legs } of secretariat.relayQueue().requests) {
    if (legs.length > 0) continue
    secretariat.mark(line, matter, "open", "DO-1")
    const passed = secretariat.relays.passOn(line, matter, "DO-1")
    assert.ok("legs" in passed, JSON.stringify(passed))
  }
}

/** Readers open what came and acknowledge some of it. */
function readAll(known: Set<string>): void {
  for (const desk of READERS.map(office.desk))
    for (const { line, matter } of desk.views.messages({ limit: 20 })) {
      if (known.has(matter)) continue
      known.add(matter)
      desk.mark(line, matter, "open", "LO-1")
      const of = desk.views.message(line, matter)?.header ?? ""
      const act = { act: "message.acknowledged", line, records: [{ fields: { matter, of } }] }
      if (randomInt(3) === 0) desk.door.hand(act, { officer: "LO-1" })
    }
}

/** Every relay that arrived, with its true author, which only the secretariat's desk can tell. */
function arrivals(): Arrived[] {
  const { sql } = office.desk("secretariat").archive
  const rows = sql.all`SELECT e."index", e.at, q.sender AS author FROM leg l
    JOIN matter m ON m.line = l.there AND m.id = l.anew JOIN envelope e ON e."index" = m.opened
    JOIN matter r ON r.line = l.line AND r.id = l.matter JOIN envelope q ON q."index" = r.opened ORDER BY e."index"`
  return rows.map((row) => ({
    ...{ index: Number(row.index), at: Date.parse(String(row.at)), author: String(row.author) },
  }))
}

/** How many authors the watcher finds, from the registry's own database. */
async function guess(relays: readonly Arrived[]): Promise<{ right: number; chance: number }> {
  const client = new pg.Client(office.postgres.connectionOptions)
  await client.connect()
  const { rows } = await client.query(
    "SELECT index, place, header, stamp FROM envelope WHERE members <> '{*}' ORDER BY index",
  )
  await client.end()
  const lines = new Map(AUTHORS.map((name) => [name, lineOf(office.desk(name), "secretariat")]))
  const right = rightGuesses(rows.map(seenEnvelope), relays, lines, SLOT)
  return { right, chance: byChance(right, relays.length, AUTHORS.length) }
}

test("nobody but the secretariat can tell from the registry's own records who wrote words that went in slots", async (t) => {
  const read = new Set<string>()
  /** Relays of one more batch, in slots. */
  const batch = async (): Promise<Arrived[]> => {
    const done = arrivals().length
    let asked = 0
    while (arrivals().length < done + RELAYS) {
      for (let i = 0; i < PER_SLOT && asked < RELAYS; i++, asked++) ask(office.desk(pick(AUTHORS)), "ROUTINE")
      clock.jump(SLOT - LOOK)
      clock.pass(LOOK)
      await settled(office)
      passOnAll()
      readAll(read)
    }
    return arrivals().slice(done)
  }
  // A watcher who guesses blindly has p ≤ 0.05 once in twenty batches. Three batches in a row have it once in eight
  // thousand, and every time where there is something to be seen.
  const found: { right: number; chance: number }[] = []
  for (let i = 0; i < 3 && found.every(({ chance }) => chance <= 0.05); i++) found.push(await guess(await batch()))
  for (const { right, chance } of found) t.diagnostic(`${right} of ${RELAYS} guessed, p = ${chance.toFixed(3)}`)
  assert.ok(found.some(({ chance }) => chance > 0.05))
})

test("the same watcher finds the author of what leaves at once, as the screen says before it does", async (t) => {
  const done = arrivals().length
  for (let i = 0; i < FLASHES; i++) {
    const secretariat = office.desk("secretariat")
    ask(office.desk(pick(AUTHORS)), "FLASH")
    await until(secretariat, "the request", () =>
      secretariat.relayQueue().requests.some(({ legs }) => legs.length === 0),
    )
    passOnAll()
    await until(secretariat, "its second leg", () => arrivals().length === done + i + 1)
  }
  const { right, chance } = await guess(arrivals().slice(done))
  t.diagnostic(`${right} of ${FLASHES} guessed`)
  assert.ok(chance < 1e-6)
})

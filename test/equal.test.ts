import assert from "node:assert/strict"
import { test } from "node:test"
import type { Desk } from "#desk/open.ts"
import { answer, type Office, openOffice, received, say, settled, TEST_PLAN, until } from "./office.ts"

const PARTIES = ["ukraine", "russian-federation"] as const
type Party = (typeof PARTIES)[number]

// Nothing leaves in a slot while this goes on: what is compared is what was said, not when a quarter of an hour began.
const SLOT = { attended: 90_000_000, unattended: 90_000_000 }
const CLOCKS = {
  ...{ slot: SLOT, slotOfMany: SLOT, stampBound: 600 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
}

/** What stands where it does by the moment's chance: places among machines' receipts, how far proofs have come. */
const MOMENTARY = ["index", "opened", "place", "serial", "register", "witnessed", "heldBy", "ladders"]

/** One day of an office as the first of two parties begins it; answers everything that any of its programs keeps. */
async function day(first: Party, second: Party): Promise<unknown> {
  const lines = TEST_PLAN.lines.map((line) => (line.purpose === "direct line" ? { ...line, proposer: first } : line))
  await using office = await openOffice({ plan: { ...TEST_PLAN, lines }, charter: { clocks: CLOCKS } })
  await converse(office, first, second)
  await settled(office)
  const mask = maskOf(office.desk(first), first, second)
  const desks = [...office.desks.values()].map((desk) => mask({ desk: desk.delegation, ...picture(desk) }))
  return { desks: sorted(desks), registry: mask(await ledgerOf(office)) }
}

/** What officers do with each other: every way to speak and to answer on their lines, the same for whoever is first. */
async function converse(office: Office, first: Party, second: Party): Promise<void> {
  const [one, other, secretariat] = [office.desk(first), office.desk(second), office.desk("secretariat")]
  const direct = office.line("direct line")
  const flash = await received(other, direct, say(one, direct, "A first word, urgent.", "FLASH"))
  answer(other, flash, "message.acknowledged")
  answer(other, flash, "message.objected", { reason: "LEAD_TIME" })
  const back = await received(one, direct, say(other, direct, "An answer.", "PRIORITY"))
  answer(one, back, "message.acknowledged")
  await received(other, direct, back.matter)
  assert.ok(other.mark(direct, back.matter, "hold", "officer"))
  const recalled = await received(one, direct, say(one, direct, "Taken back again."))
  assert.ok("matters" in answer(one, recalled, "message.recalled"))
  const all = office.line("all")
  for (const desk of [one, other, secretariat]) {
    const matter = say(desk, all, "To everyone.")
    for (const reader of office.desks.values()) await received(reader, all, matter)
  }
  for (const desk of [one, other]) {
    const line = desk.views.lines().find((l) => l.purpose === "secretariat")?.id ?? assert.fail()
    const said = await received(secretariat, line, say(desk, line, "To the secretariat alone.", "IMMEDIATE"))
    answer(secretariat, said, "message.acknowledged")
    await received(desk, line, say(secretariat, line, "From the secretariat."))
    const gone = desk.door.hand({ act: "message.sent", line, records: [{ fields: {}, texts: {} }] }, { officer: "o" })
    assert.ok("refused" in gone)
  }
  const done = (desk: Desk) => desk.views.message(direct, recalled.matter)?.recalled === true
  for (const desk of [one, other]) await until(desk, "the recall arrives", () => done(desk))
}

/** What a desk keeps and what its screens are told, without what is drawn by lot or by the clock. */
function picture({ archive: { sql }, views, status }: Desk) {
  const rows = {
    // How many machines' receipts an envelope takes together is the moment's chance.
    envelopes: sql.all`SELECT e.sender, e.precedence, e.fault, l.members,
      m.state ->> '$.purpose' AS purpose FROM envelope e JOIN line l ON l.id = e.line
      LEFT JOIN matter m ON m.line = l.id AND m.id = l.id JOIN record r ON r."index" = e."index"
      WHERE r.kind <> 'line.checked'`,
    records: sql.all`SELECT kind, fields, refused FROM record WHERE kind <> 'line.checked'`,
    matters: sql.all`SELECT office, state, awaited FROM matter`,
    texts: sql.all`SELECT CAST(bytes AS TEXT) AS text FROM text`,
    outbox: sql.all`SELECT DISTINCT members, precedence, leaves, state, refused FROM outbox
      WHERE members <> '*' AND leaves <> 'slot'`,
    marks: sql.all`SELECT opened_by, held_by FROM mark`,
  }
  const { now, heardAt, connected, unstamped, ...shown } = status()
  const messages = views.messages({ limit: 500 })
  return { rows, shown, messages }
}

/** What the registry keeps, each kind of it once: who, to whom, how urgent, how large. */
async function ledgerOf(office: Office): Promise<unknown> {
  const { Pool } = (await import("pg")).default
  const pool = new Pool({ ...office.postgres.connectionOptions, max: 1 })
  const { rows } = await pool.query(`SELECT DISTINCT e.sender, e.members, length(b.bytes) AS length
    FROM envelope e LEFT JOIN body b USING (index) WHERE e.line NOT LIKE '00000000%'`)
  await pool.end()
  return rows
}

/**
 * A value with the parties called by their turn, and lots and instants by what they are; lists in the order of what
 * stands in them, since the order of names is the alternat's and has tests of its own.
 */
function maskOf(desk: Desk, first: Party, second: Party): (value: unknown) => unknown {
  const { delegations, zones = [] } = desk.founded.charter
  const called = [first, second].flatMap((name, turn) => {
    const of = delegations.find((one) => one.name === name)
    const zone = zones.find((one) => one.of === name)
    const words = [name, ...Object.values(of?.names ?? {}), zone?.zone ?? "-", ...Object.values(zone?.names ?? {})]
    return words.map((word) => [word, `party-${turn + 1}`] as const)
  })
  // The longest first: one may stand inside another.
  const names = called.filter(([word]) => word !== "-").toSorted(([a], [b]) => b.length - a.length)
  const ordered = (words: string) =>
    /^(party-|icrc|secretariat)[\w -]*$/.test(words) ? words.split(" ").sort().join(" ") : words
  const text = (words: string) =>
    ordered(
      names
        .reduce((masked, [word, party]) => masked.replaceAll(word, party), words)
        .replaceAll(/[0-9a-f]{64}/g, "<lot>")
        .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<instant>")
        .replaceAll(/(?<=\+)[A-Za-z0-9+/=]{40,}|(?<= )[A-Za-z0-9+/=]{40,}/g, "<signed>")
        .replaceAll(/(?<=members )[a-z0-9 -]+/g, (members) => members.split(" ").sort().join(" ")),
    )
  const walk = (value: unknown): unknown => {
    if (typeof value === "string") return text(value.startsWith("{") ? JSON.stringify(walk(JSON.parse(value))) : value)
    if (Array.isArray(value)) return sorted(value.map(walk))
    if (typeof value !== "object" || value === null) return value
    const entries = Object.entries(value).filter(([key]) => !MOMENTARY.includes(key))
    return Object.fromEntries(entries.map(([key, one]) => [text(key), walk(one)] as const).toSorted(byKey))
  }
  return walk
}

function sorted(all: readonly unknown[]): unknown[] {
  return all.toSorted((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1
}

test("with the parties exchanged the office keeps, carries and shows the same", async () => {
  const [one, other] = [await day(PARTIES[0], PARTIES[1]), await day(PARTIES[1], PARTIES[0])]
  assert.deepEqual(other, one)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import pg from "pg"
import { number } from "#desk/archive.ts"
import type { Desk } from "#desk/open.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { type Office, openOffice, say, until } from "./office.ts"

const SLOT = 900_000
const clocks = {
  slot: { attended: 900, unattended: 900 },
  slotOfMany: { attended: 900, unattended: 900 },
  acknowledge: { FLASH: 600_000, IMMEDIATE: 600_000, PRIORITY: 600_000, ROUTINE: 600_000 },
  stampBound: 10_000,
}

function sayInSlot(desk: Desk, line: string, body: string, more: object = {}) {
  const records = [{ fields: { language: "en" }, texts: { subject: body.slice(0, 10), body } }]
  return desk.door.hand({ act: "message.sent", line, leaves: "slot", records, ...more }, { officer: "officer" })
}

/** What the registry sees of the envelopes of one author on a line: when, how many, how large, how urgent. */
async function seenByRegistry(office: Office, line: string, from: string) {
  const client = new pg.Client(office.postgres.connectionOptions)
  await client.connect()
  const { rows } = await client.query("SELECT header FROM envelope WHERE line = $1 AND sender = $2 ORDER BY index", [
    line,
    from,
  ])
  await client.end()
  return rows.map(({ header: note }) => {
    const { header } = parseSignedHeader(nodeCrypto, note)
    // The header without hashes, numbers and instants, which differ in every envelope.
    const shape = note
      .slice(0, note.indexOf("\n\n"))
      .replaceAll(/[0-9a-f]{64}/g, "#")
      .replaceAll(/\d+/g, "0")
    return {
      slot: Math.floor(Date.parse(header.signed) / SLOT),
      shape,
      size: header.body.length,
      serial: header.serial,
    }
  })
}

const saidBy = (who: Desk, desk: Desk, line: string) =>
  desk.views.envelopes(line, undefined, 500).filter((e) => e.by === who.delegation).length

test("an act that leaves in a slot changes nothing of what the registry sees of its line", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock, charter: { clocks } })
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const own = () => saidBy(from, from, line)
  /** Lets slots pass, one envelope in each; answers what the registry saw meanwhile, the number of the first slot as 0. */
  const slots = async (count: number) => {
    const [before, others] = [own(), saidBy(to, from, line)]
    for (let i = 1; i <= count; i++) {
      clock.pass(SLOT)
      const both = () => own() >= before + i && saidBy(to, from, line) >= others + i
      await until(from, "both envelopes of the slot are here", both)
    }
    const seen = (await seenByRegistry(office, line, from.delegation)).slice(before)
    return seen.map((one) => ({ ...one, slot: one.slot - (seen[0]?.slot ?? 0), serial: one.serial - before }))
  }
  await slots(1)
  const without = await slots(3)
  assert.deepEqual(
    without.map(({ slot }) => slot),
    [0, 1, 2],
  )
  const heard = () => to.views.messages({ line, limit: 9 }).map((row) => to.views.message(line, row.matter)?.body)
  const bodies = ["the first", "x".repeat(3400)]
  for (const body of bodies) {
    const handed = sayInSlot(from, line, body)
    assert.ok("bySize" in handed && !handed.bySize)
  }
  assert.equal(from.views.waiting().filter((row) => row.leaves === "slot").length, 2)
  assert.deepEqual(await slots(3), without)
  await until(to, "both came", () => to.views.messages({ line, limit: 9 }).length === 2)
  assert.deepEqual(heard(), bodies.toReversed())
  assert.ok(to.views.messages({ line, limit: 9 }).every(({ precedence }) => precedence === "ROUTINE"))

  // With the registry away for three slots what waits leaves when it is back, and it is as many either way.
  const away = async (waiting: readonly string[]) => {
    await office.closeRegistry()
    const before = own()
    // Handed in before the slot, so before its envelope.
    for (const body of ["long ".repeat(1500), "longer ".repeat(2500)]) say(from, line, body)
    for (let i = 0; i < 3; i++) {
      if (i === 1) for (const body of waiting) sayInSlot(from, line, body)
      clock.pass(SLOT)
      for (let k = 0; k < 20; k++) await turn()
    }
    await office.reopenRegistry()
    clock.pass(15_000)
    await until(from, "nothing has its turn any more", () => from.outbox.waiting() === unturned(from))
    await until(from, "its own came back", () => own() >= before + 3)
    const seen = (await seenByRegistry(office, line, from.delegation)).slice(before)
    return seen.map(({ shape, size }) => ({ shape, size }))
  }
  const silent = await away([])
  assert.equal(silent.length, 3)
  const meanwhile = ["said while it was away", "and once more"]
  assert.deepEqual(await away(meanwhile), silent)
  await slots(1)
  await until(to, "nothing was lost", () => meanwhile.every((body) => heard().includes(body)))

  // What a registry could lose is kept as sealed until the other desk has said that it holds it, and no longer.
  const kept = () =>
    number(from.archive.sql.get`SELECT count(*) AS n FROM outbox WHERE line = ${line} AND body IS NOT NULL`?.n)
  sayInSlot(from, line, "kept until it is seen")
  await slots(1)
  assert.ok(kept() >= 1)
  await slots(2)
  assert.ok(kept() <= 5, "of some twenty")
})

function unturned(desk: Desk): number {
  return desk.views.waiting().filter((row) => row.leaves === "slot" && row.state === "waiting").length
}

test("the door says of an act for a slot when its size will tell it, and takes none that a slot cannot carry", async () => {
  await using office = await openOffice({ charter: { clocks } })
  const line = office.line("direct line")
  const desk = office.desk("ukraine")
  const token = "handed in twice"
  const long = sayInSlot(desk, line, "x".repeat(5000), { token })
  assert.ok("bySize" in long && long.bySize)
  assert.deepEqual(sayInSlot(desk, line, "x".repeat(5000), { token }), long)
  assert.deepEqual(sayInSlot(desk, line, "urgent", { precedence: "FLASH" }), { refused: "act.malformed" })
  assert.deepEqual(sayInSlot(desk, `${"0".repeat(63)}7`, "nowhere"), { refused: "door.unknown-line" })
})

import assert from "node:assert/strict"
import { test } from "node:test"
import type { Desk } from "#desk/open.ts"
import { openBoard } from "#desk/watch/board.ts"
import type { CheckDue } from "#offices/joins/watch.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { openOffice, until } from "./office.ts"

function boardOf({ archive, clock, delegation, book }: Desk) {
  return openBoard({ archive, clock, delegation, roll: book.roll })
}

test("a check is called, read back and closed by officers, and the board tells it afterwards", async () => {
  const clock = jumpingClock()
  clock.jump(Date.parse("2026-11-23T05:40:00.000Z") - clock.now())
  const clocks = {
    slot: { attended: 900, unattended: 900 },
    slotOfMany: { attended: 3600, unattended: 3600 },
    acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
    stampBound: 86_400,
  }
  await using office = await openOffice({ clock, charter: { clocks } })
  const [secretariat, icrc] = [office.desk("secretariat"), office.desk("icrc")]
  const [caller, other] = [boardOf(secretariat), boardOf(icrc)]
  assert.deepEqual(caller.due(), [])
  clock.pass(25 * 60_000)
  const due = caller.due()
  assert.equal(due.length, 3)
  const slot = "2026-11-23T06:00:00.000Z"
  const line = icrc.views.lines().find((one) => one.members.join() === "icrc,secretariat")?.id ?? assert.fail()
  for (const { line } of due)
    secretariat.door.hand(
      { act: "check.called", line, records: [{ fields: { slot }, texts: { text: "maple birch" } }] },
      { officer: "o" },
    )
  const waits = (what: CheckDue["what"]) => (one: CheckDue) => one.what === what && one.line === line
  await until(icrc, "the check arrives", () => other.due().some(waits("answer")))
  const matter = other.due().find(waits("answer"))?.matter ?? assert.fail()
  const check = other.check(line, matter) ?? assert.fail()
  assert.equal(check.text, "maple birch")
  clock.pass(120_000)
  const fields = { matter, of: check.header, quality: 4, letters: true }
  icrc.door.hand(
    { act: "check.answered", line, records: [{ fields, texts: { readBack: "maple birch" } }] },
    { officer: "o" },
  )
  await until(secretariat, "the read-back arrives", () => caller.due().some(waits("close")))
  const closing = { matter, of: check.header, by: "icrc", result: "OK" }
  secretariat.door.hand({ act: "check.closed", line, records: [{ fields: closing }] }, { officer: "o" })
  await until(secretariat, "the result is entered", () => !caller.due().some(waits("close")))

  clock.pass(3600_000)
  await until(secretariat, "silence is said of the others", () => {
    const outcomes = caller
      .view(1)
      .rows.flatMap((row) => row.days.flatMap((day) => day.checks.map((one) => one.outcome)))
    return outcomes.filter((one) => one.startsWith("no-answer")).length === 2
  })
  const row = caller.view(1).rows.find((one) => one.line === line)
  const [one] = row?.days[0]?.checks ?? []
  assert.deepEqual([one?.outcome, one?.quality], ["ok", 4])
  assert.ok((one?.roundTrip ?? 0) >= 120)
  assert.match(row?.days[0]?.hours ?? "", /^\.{5}p/)
  assert.ok(caller.due().every((one) => one.what !== "call"))

  // Who has said why is not asked for the words of a check that is long over.
  const missing = office.desk("ukraine")
  const late = boardOf(missing)
  const [missed] = late.due()
  assert.equal(missed?.what, "answer")
  const of = late.check(missed?.line ?? "", missed?.matter ?? "") ?? assert.fail()
  const explaining = { matter: of.matter, of: of.header }
  missing.door.hand(
    { act: "check.explained", line: of.line, records: [{ fields: explaining, texts: { text: "Power was out." } }] },
    { officer: "o" },
  )
  await until(missing, "nothing is left to do", () => late.due().length === 0)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { setImmediate as turn } from "node:timers/promises"
import type { Desk } from "#desk/open.ts"
import { openDesk } from "#desk/open.ts"
import { programFolder } from "../src/cli/exercise/found.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { type Office, openOffice, received, say, until } from "./office.ts"

const HOUR = 3_600_000
const PARTIES = ["ukraine", "russian-federation"]

/** Places, serials and instants of a line as a desk holds them: none missing, none going backwards. */
function checkLine(desk: Desk, line: string): void {
  const rows = desk.views.envelopes(line, undefined, 500).reverse()
  assert.deepEqual(
    rows.map((row) => row.place),
    rows.map((_, i) => i + 1),
  )
  for (const by of new Set(rows.map((row) => row.by))) {
    const serials = rows.filter((row) => row.by === by).map((row) => row.serial)
    assert.deepEqual(
      serials,
      serials.map((_, i) => i + 1),
    )
  }
  const instants = rows.map((row) => row.at)
  assert.deepEqual(instants, instants.toSorted())
}

function checkOffice(office: Office, line: string, matters: readonly string[]): void {
  for (const name of PARTIES) {
    const desk = office.desk(name)
    checkLine(desk, line)
    const held = desk.views.messages({ line, limit: 500 }).map((m) => m.matter)
    assert.deepEqual(held.toSorted(), matters.toSorted(), `${name} holds each message once`)
    assert.deepEqual(desk.evidenceView(), [])
    assert.equal(desk.status().distrusted, null)
  }
}

test("with the registry away for an hour officers go on writing, and all of it leaves once and in order when it is back", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock })
  const line = office.line("direct line")
  await office.closeRegistry()
  const matters: string[] = []
  for (let minute = 0; minute < 60; minute += 4) {
    for (const name of PARTIES)
      matters.push(say(office.desk(name), line, `${name}, minute ${minute}`, minute % 12 === 0 ? "FLASH" : "ROUTINE"))
    clock.pass(4 * 60_000)
    // Whatever rang may try the registry, and fail, before the next act.
    for (let i = 0; i < 20; i++) await turn()
  }
  for (const name of PARTIES) {
    const { connected, waiting } = office.desk(name).status()
    assert.deepEqual([connected, waiting >= 15], [false, true])
  }
  await office.reopenRegistry()
  clock.pass(15_000)
  for (const name of PARTIES) {
    const desk = office.desk(name)
    await until(desk, "everything is there", () => desk.views.messages({ line, limit: 500 }).length === matters.length)
    await until(desk, "everything is witnessed", () => desk.registerView().notWitnessed === 0)
  }
  checkOffice(office, line, matters)
  for (const name of PARTIES) {
    const rows = office.desk(name).views.messages({ line, limit: 500 })
    const own = rows.filter((m) => m.by === name).sort((a, b) => a.serial - b.serial)
    const minutes = (precedence: string) => own.filter((m) => m.precedence === precedence).map((m) => m.subject)
    for (const precedence of ["FLASH", "ROUTINE"]) {
      const said = minutes(precedence).map((subject) => Number(/minute (\d+)/.exec(subject ?? "")?.[1]))
      assert.deepEqual(
        said,
        said.toSorted((a, b) => a - b),
      )
    }
  }
})

test("stamps never go backwards when the clock jumps an hour forth and back, and nothing is lost", async () => {
  const clock = jumpingClock()
  // Wide enough that stamps which wait for the clock to catch up are no evidence: that is another rule's business.
  const clocks = {
    slot: { attended: 1, unattended: 1 },
    slotOfMany: { attended: 1, unattended: 1 },
    acknowledge: { FLASH: 60_000, IMMEDIATE: 60_000, PRIORITY: 60_000, ROUTINE: 60_000 },
    stampBound: 10_000,
  }
  await using office = await openOffice({ clock, charter: { clocks } })
  const line = office.line("direct line")
  const matters: string[] = []
  for (const jump of [HOUR, -HOUR, -HOUR, HOUR, HOUR, -HOUR]) {
    for (const name of PARTIES)
      for (let i = 0; i < 2; i++) matters.push(say(office.desk(name), line, `${name}, before a jump of ${jump}`))
    clock.jump(jump)
    for (const name of PARTIES) matters.push(say(office.desk(name), line, `${name}, after a jump of ${jump}`))
    for (const name of PARTIES) await received(office.desk(name), line, matters.at(-1) ?? "")
  }
  // A registry that starts while its clock is behind its last stamp goes on from the stamp.
  clock.jump(-HOUR)
  await office.closeRegistry()
  await office.reopenRegistry()
  matters.push(say(office.desk("ukraine"), line, "after the registry's own start"))
  for (const name of PARTIES) {
    const desk = office.desk(name)
    await until(desk, "all of it is there", () => desk.views.messages({ line, limit: 500 }).length === matters.length)
  }
  checkOffice(office, line, matters)
})

test("a desk whose own clock is an hour off loses nothing, and takes everything in when its clock is right", async () => {
  const clock = jumpingClock()
  await using office = await openOffice()
  const line = office.line("direct line")
  await office.closeDesk("ukraine")
  clock.jump(-HOUR)
  const desk = await openDesk({
    folder: programFolder(office.data, "desk", "ukraine"),
    ...{ delegation: "ukraine", registry: office.registry.url, clock, log: (m: string) => void office.logged.push(m) },
  })
  office.desks.set("ukraine", desk)
  const matters = [say(desk, line, "by a clock that is wrong")]
  const other = office.desk("russian-federation")
  await received(other, line, matters[0] ?? "")
  matters.push(say(other, line, "by one that is right"))
  clock.jump(HOUR)
  clock.pass(15_000)
  await received(desk, line, matters[1] ?? "")
  checkOffice(office, line, matters)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import type { Desk } from "#desk/open.ts"
import { overdueView } from "#desk/watch/overdue.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { answer, openOffice, received, say, until } from "./office.ts"

function overdue({ archive, clock, delegation, book, status }: Desk) {
  return overdueView({ archive, clock, delegation, roll: book.roll, connected: () => status().connected })
}

test("who has not answered is told with since when, whether its desk was heard, and whom to telephone", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock })
  const [secretariat, icrc] = [office.desk("secretariat"), office.desk("icrc")]
  const line = icrc.views.lines().find((one) => one.members.join() === "icrc,secretariat")?.id ?? assert.fail()
  const contact = { matter: line }
  const texts = { text: "Duty delegate, +00 0000 0000" }
  icrc.door.hand({ act: "line.contact", line, records: [{ fields: contact, texts }] }, { officer: "o" })
  await until(secretariat, "the contact arrives", () =>
    secretariat.views.lines().some((l) => l.service.some((s) => s.contact)),
  )
  assert.deepEqual(overdue(secretariat).waiting, [])

  const answered = await received(icrc, line, say(secretariat, line, "answered"))
  const open = await received(icrc, line, say(secretariat, line, "open", "FLASH"))
  answer(icrc, answered, "message.acknowledged")
  await until(secretariat, "one is left", () => overdue(secretariat).waiting.length === 1)
  await until(secretariat, "it is delivered", () => overdue(secretariat).waiting[0]?.delivered !== null)
  const [row] = overdue(secretariat).waiting
  assert.deepEqual([row?.matter, row?.of, row?.call, row?.telephone], [open.matter, "icrc", null, texts.text])
  // The addressee is not told whom it keeps waiting for; that is its inbox.
  assert.deepEqual(overdue(icrc).waiting, [])

  await office.closeDesk("icrc")
  await received(secretariat, line, say(secretariat, line, "to a desk that is down", "FLASH"))
  clock.pass(601_000)
  await until(secretariat, "silence is entered", () =>
    overdue(secretariat).waiting.every(
      ({ call, delivered }) => call === (delivered === null ? "not-delivered" : "overdue"),
    ),
  )
  assert.deepEqual(
    overdue(secretariat)
      .waiting.map(({ call }) => call)
      .sort(),
    ["not-delivered", "overdue"],
  )
})

test("a member that enters nothing for two slots is silent at every other, and none is while one hears nothing oneself", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock })
  const secretariat = office.desk("secretariat")
  await office.closeDesk("icrc")
  const silent = () => overdue(secretariat).silent.map(({ of }) => of)
  assert.deepEqual(silent(), [])
  for (let minute = 0; minute < 32; minute++) {
    clock.pass(60_000)
    await until(secretariat, "mail flows", () => secretariat.status().connected)
  }
  // The others' envelopes of the last slot may still be under way.
  await until(secretariat, "the silent one is named, and no other", () => new Set(silent()).size === 1)
  assert.deepEqual([...new Set(silent())], ["icrc"])
  await office.closeRegistry()
  await until(secretariat, "the registry is missed", () => !secretariat.status().connected)
  assert.deepEqual(overdue(secretariat).silent, [])
})

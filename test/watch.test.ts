import assert from "node:assert/strict"
import { test } from "node:test"
import type { Desk } from "#desk/open.ts"
import { watchOf } from "#desk/watch/items.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { answer, openOffice, received, say, until } from "./office.ts"

function open(desk: Desk): string[] {
  return watchOf(desk).items.map(({ kind, what, of }) => `${kind} ${what} ${of}`)
}

test("the watch holds what waits for us, what we promised and what others owe, until each is done", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock })
  const [secretariat, icrc] = [office.desk("secretariat"), office.desk("icrc")]
  const line = icrc.views.lines().find((one) => one.members.join() === "icrc,secretariat")?.id ?? assert.fail()
  const ours = () => open(icrc).filter((one) => !one.startsWith("check"))
  const theirs = () => open(secretariat).filter((one) => !one.startsWith("check"))
  for (const [desk, all] of [
    [icrc, ours],
    [secretariat, theirs],
  ] as const)
    await until(desk, "its mail flows and nothing is open", () => all().length === 0)

  const flash = await received(icrc, line, say(secretariat, line, "now", "FLASH"))
  assert.deepEqual(ours(), ["flash unread secretariat"])
  await until(secretariat, "its clock runs", () => theirs().join() === "clock running icrc")
  icrc.mark(line, flash.matter, "open", "officer")
  assert.deepEqual(ours(), ["answer answer secretariat"])
  clock.pass(601_000)
  await until(secretariat, "its clock has run out", () => theirs().includes("overdue overdue icrc"))
  answer(icrc, flash, "message.acknowledged")
  await until(secretariat, "it is answered", () => theirs().length === 0)
  await until(icrc, "its own answer is back", () => ours().length === 0)

  const replyBy = new Date(clock.now() + 3_600_000).toISOString()
  const texts = { subject: "A question", body: "Which road is open?" }
  const fields = { language: "en", replyBy }
  secretariat.door.hand({ act: "message.sent", line, records: [{ fields, texts }] }, { officer: "officer" })
  await until(icrc, "the question arrives", () => ours().length === 1)
  const question = icrc.views.messages({ limit: 1 })[0] ?? assert.fail()
  answer(icrc, await received(icrc, line, question.matter), "message.acknowledged")
  await until(icrc, "the reply is promised", () => ours()[0] === "promise reply secretariat")
  const reply = { language: "en", replyTo: question.matter }
  icrc.door.hand({ act: "message.sent", line, records: [{ fields: reply, texts }] }, { officer: "officer" })
  await until(icrc, "the promise is kept", () => !ours().some((one) => one.startsWith("promise")))

  await office.closeRegistry()
  await until(icrc, "the registry is missed", () => ours()[0] === "desk not-connected icrc")
})

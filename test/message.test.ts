import assert from "node:assert/strict"
import { test } from "node:test"
import { answer, openOffice, received, rungs, say, until } from "./office.ts"

test("a word travels sealed from one desk to another, is witnessed, acknowledged and objected to", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const matter = say(from, line, "Перевірка зв'язку. Проверка связи.", "FLASH")
  const message = await received(to, line, matter)
  assert.equal(message.body, "Перевірка зв'язку. Проверка связи.")
  assert.equal(message.precedence, "FLASH")
  assert.equal(message.awaits, true)

  assert.ok(!("refused" in answer(to, message, "message.acknowledged")))
  assert.ok(!("refused" in answer(to, message, "message.objected", { reason: "LEAD_TIME" })))
  const all = ["submitted", "recorded", "witnessed", "delivered", "acknowledged", "objected"]
  await until(from, "the ladder is complete", () => all.every((r) => rungs(from, message, to.delegation).includes(r)))

  // A second acknowledgement is refused at the door, with the rule's own reason.
  assert.deepEqual(answer(to, message, "message.acknowledged"), { refused: "message.already-acknowledged" })
  // The secretariat is no member: nothing of the line is in its archive.
  assert.equal(
    office
      .desk("secretariat")
      .views.lines()
      .some((l) => l.id === line),
    false,
  )
})

test("the registry's database holds no word of a sealed message", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const word = "wortlaut-der-nirgends-stehen-darf"
  await received(to, line, say(from, line, word))
  const { Pool } = (await import("pg")).default
  const pool = new Pool({ ...office.postgres.connectionOptions, max: 1 })
  const { rows } = await pool.query("SELECT count(*) AS n FROM body WHERE position($1::bytea in bytes) > 0", [
    Buffer.from(word),
  ])
  await pool.end()
  assert.equal(Number(rows[0].n), 0)
})

test("opening is reported on a line of two in a slot, and on a line of many to nobody", async () => {
  await using office = await openOffice({ charter: { clocks: { ...SHORT } } })
  const direct = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const matter = say(from, direct, "for one")
  const message = await received(to, direct, matter)
  to.mark(direct, matter, "open", "officer")
  await until(from, "opened is reported", () => rungs(from, message, to.delegation).includes("opened"))

  const all = office.line("all")
  const open = say(from, all, "for all")
  const seen = await received(to, all, open)
  to.mark(all, open, "open", "officer")
  assert.ok(!("refused" in answer(to, seen, "message.acknowledged")))
  const icrc = office.desk("icrc")
  await until(icrc, "acknowledging is an open word to all", () =>
    rungs(icrc, seen, to.delegation).includes("acknowledged"),
  )
  assert.ok(!rungs(icrc, seen, to.delegation).includes("opened"))
})

test("no response received by the deadline is stated by the secretariat, and silence stays silence", async () => {
  await using office = await openOffice({
    charter: { clocks: { ...SHORT, acknowledge: { FLASH: 1, IMMEDIATE: 1, PRIORITY: 1, ROUTINE: 1 } } },
  })
  const line = office.line("all")
  const from = office.desk("ukraine")
  const message = await received(from, line, say(from, line, "who answers?"))
  await until(from, "the clock speaks", () => rungs(from, message, "icrc").includes("unanswered"))
  const view = from.views.message(line, message.matter)
  assert.equal(view?.late, true)
  // A late acknowledgement still counts as what it is.
  const icrc = office.desk("icrc")
  assert.ok(!("refused" in answer(icrc, await received(icrc, line, message.matter), "message.acknowledged")))
  await until(from, "acknowledged late", () => rungs(from, message, "icrc").includes("acknowledged"))
})

const SHORT = {
  slot: { attended: 1, unattended: 1 },
  slotOfMany: { attended: 1, unattended: 1 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
  stampBound: 60,
}

test("pages of a line leave none of its messages out, though many came in one list", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const first = say(from, line, "Before the list.")
  const records = Array.from({ length: 5 }, (_, i) => ({
    ...{ fields: { language: "en" }, texts: { subject: `One of five: ${i}`, body: "Text." } },
  }))
  const handed = from.door.hand({ act: "message.sent", line, precedence: "ROUTINE", records }, { officer: "o" })
  assert.ok("matters" in handed)
  const last = say(from, line, "After the list.")
  for (const matter of [first, ...handed.matters, last]) await received(to, line, matter)
  for (const one of [line, undefined]) {
    const found: string[] = []
    for (let before: number | undefined, more = true; more; ) {
      const page = to.views.messages({ line: one, before, limit: 2 })
      found.push(...page.map(({ matter }) => matter))
      before = page.at(-1)?.index
      more = page.length >= 2
    }
    assert.deepEqual(found.toSorted(), [first, ...handed.matters, last].toSorted())
  }
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { changesSince, readUpTo } from "#desk/watch/changes.ts"
import { answer, openOffice, received, say, until } from "./office.ts"

test("an officer finds in one list what people said since his last duty, and nobody else's list is closed by it", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const night = changesSince(to.archive, "night")
  assert.equal(night.since, null)
  readUpTo(to.archive, "night", night.upTo, to.now())
  assert.deepEqual(changesSince(to.archive, "night").rows, [])

  const message = await received(to, line, say(from, line, "The bridge at the mill is closed."))
  answer(to, message, "message.acknowledged")
  await until(to, "the acknowledgement is entered", () => changesSince(to.archive, "night").rows.length === 2)
  const { rows, since } = changesSince(to.archive, "night")
  assert.equal(since?.index, night.upTo)
  assert.deepEqual(
    rows.map(({ kind, by, subject }) => ({ kind, by, subject })),
    [
      { kind: "message.sent", by: "ukraine", subject: message.subject },
      { kind: "message.acknowledged", by: "russian-federation", subject: message.subject },
    ],
  )
  assert.ok(changesSince(to.archive, "morning").rows.length > rows.length)
})

import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { openArchive } from "#desk/archive.ts"
import type { Desk } from "#desk/open.ts"
import { rebuild } from "#desk/rebuild.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { answer, openOffice, received, say, until } from "./office.ts"

test("what nobody here opened and what awaits an answer is counted right, also after the archive was folded again", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const counts = (desk: Desk) => {
    const { unread, unanswered } = desk.views.lines().find((l) => l.id === line) ?? {}
    return { unread, unanswered }
  }
  /** The same, from what each message says of itself. */
  const counted = (desk: Desk) => {
    const all = desk.views.messages({ line, limit: 500 })
    return {
      unread: all.filter((m) => m.unread).length,
      unanswered: all.filter((m) => m.by !== desk.delegation && m.awaits).length,
    }
  }
  const matters = ["one", "two", "three", "four"].map((body) => say(from, line, body))
  const [first, second, third] = await Promise.all(matters.map((matter) => received(to, line, matter)))
  assert.ok(first && second && third)
  const mine = await received(to, line, say(to, line, "an own one"))
  assert.deepEqual(counts(to), { unread: 4, unanswered: 4 })
  assert.deepEqual(counts(from), counted(from))

  to.mark(line, mine.matter, "open", "officer")
  to.mark(line, first.matter, "open", "officer")
  to.mark(line, second.matter, "hold", "officer")
  answer(to, second, "message.acknowledged")
  await until(to, "the answer counts", () => counts(to).unanswered === 3)
  assert.deepEqual(counts(to), { unread: 3, unanswered: 3 })
  assert.deepEqual(counts(to), counted(to))
  assert.equal(to.status().unread, 3)

  await office.closeDesk("russian-federation")
  {
    using archive = await openArchive(join(office.data, "desk", "russian-federation", "desk.sqlite"))
    assert.equal((await rebuild(archive, nodeCrypto, to.founded)).different, 0)
  }
  const reopened = await office.reopenDesk("russian-federation")
  assert.deepEqual(counts(reopened), { unread: 3, unanswered: 3 })
  assert.deepEqual(counts(reopened), counted(reopened))
})

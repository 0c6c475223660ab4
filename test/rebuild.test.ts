import assert from "node:assert/strict"
import { join } from "node:path"
import { test } from "node:test"
import { openArchive } from "#desk/archive.ts"
import { rebuild } from "#desk/rebuild.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { answer, openOffice, received, say, until } from "./office.ts"

test("an archive that is folded again comes to the same states, lists and refusals among them", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const message = await received(to, line, say(from, line, "one"))
  answer(to, message, "message.acknowledged")
  const records = Array.from({ length: 40 }, (_, i) => ({
    fields: { language: "uk" },
    texts: { subject: `запис ${i}`, body: `текст ${i}` },
  }))
  const listed = from.door.hand({ act: "message.sent", line, precedence: "PRIORITY", records }, { officer: null })
  assert.ok(!("refused" in listed))
  const last = listed.matters.at(-1) ?? ""
  assert.equal((await received(to, line, last)).body, "текст 39")
  await until(from, "the acknowledgement", () => from.views.message(line, message.matter)?.awaits === false)
  await office.closeDesk("ukraine")
  const folder = join(office.data, "desk", "ukraine")
  using archive = await openArchive(join(folder, "desk.sqlite"))
  const again = await rebuild(archive, nodeCrypto, from.founded)
  assert.equal(again.different, 0)
  assert.ok(again.records > 41)
})

test("an archive that an earlier release folded is folded again when it is opened", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const message = await received(to, line, say(from, line, "one"))
  await office.closeDesk("russian-federation")
  {
    using archive = await openArchive(join(office.data, "desk", "russian-federation", "desk.sqlite"))
    archive.sql.run`UPDATE matter SET state = ${"{}"} WHERE office = 'message'`
    archive.setMeta("states", "1")
  }
  const reopened = await office.reopenDesk("russian-federation")
  assert.equal(reopened.views.message(line, message.matter)?.header, message.header)
  assert.ok(office.logged.some((said) => said.includes("folded again")))
})

import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { test } from "node:test"
import { gunzipSync } from "node:zlib"
import { parse } from "csv-parse/sync"
import type { Desk } from "#desk/open.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { verifySheet } from "#sheet/verify.ts"
import { answer, openOffice, received, until } from "../office.ts"

const DATA = new URL("../../../shared/data/", import.meta.url)

type Report = { subject: string; body: string; language: string }

function rows(file: string): Record<string, string>[] {
  return parse(gunzipSync(readFileSync(new URL(file, DATA))), { columns: true, relax_quotes: true })
}

/** The 155 reports on corridors and 400 of the media reports, each in the language it was written in. */
function reports(): Report[] {
  const corridors = rows("arrangements-humanitarian-corridors/corridors.csv.gz").map((r) => ({
    subject: `Report ${r.HC_ID} of ${r.date}`,
    body: r.text || "-",
    language: "en",
  }))
  const media = rows("incidents-viina-subset/reports.csv.gz")
    .filter((r) => r.text_lang_guess === "uk" || r.text_lang_guess === "ru")
    .slice(0, 400)
    .map((r) => ({ subject: r.event_id_1pd ?? "", body: r.text || "-", language: r.text_lang_guess ?? "uk" }))
  return [...corridors, ...media]
}

const absent =
  !existsSync(new URL("arrangements-humanitarian-corridors", DATA)) && "the folder ../shared/data is absent"

test("real reports in three languages pass through the office, each witnessed, acknowledged and provable", {
  skip: absent,
}, async () => {
  await using office = await openOffice()
  const all = reports()
  assert.equal(all.length, 555)
  const routes: [Desk, string][] = [
    [office.desk("ukraine"), office.line("direct line")],
    [office.desk("russian-federation"), office.line("direct line")],
    [office.desk("icrc"), office.line("all")],
    [office.desk("secretariat"), office.line("all")],
  ]
  const sent = all.map(({ subject, body, language }, i) => {
    const [from, line] = routes[i % routes.length] ?? assert.fail()
    const handed = from.door.hand(
      { act: "message.sent", line, records: [{ fields: { language }, texts: { subject, body } }] },
      { officer: "officer" },
    )
    if ("refused" in handed) assert.fail(handed.refused)
    return { from, line, matter: handed.matters[0] ?? "", body }
  })
  for (const { from, line, matter, body } of sent)
    for (const desk of office.desks.values()) {
      if (desk === from || !desk.book.members(line).includes(desk.delegation)) continue
      const message = await received(desk, line, matter)
      assert.equal(message.body, body.normalize("NFC"))
      assert.ok(!("refused" in answer(desk, message, "message.acknowledged")))
    }
  const wanted = ["recorded", "witnessed", "delivered", "acknowledged"]
  for (const { from, line, matter } of sent) {
    const complete = () => {
      const message = from.views.message(line, matter)
      const ladders = message?.ladders ?? []
      return ladders.length > 0 && ladders.every((l) => wanted.every((r) => l.steps.some((s) => s.rung === r)))
    }
    await until(from, "every ladder is complete", complete)
  }
  for (const { from, line, matter } of sent) {
    const message = await received(from, line, matter)
    const sheet = await from.sheet(line, matter, { language: "en", disclose: message.textHashes })
    assert.ok(typeof sheet === "string")
    const { verdict } = await verifySheet(nodeCrypto, sheet)
    assert.equal(verdict, true)
  }
})

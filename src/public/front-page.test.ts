import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { rollRows } from "#offices/joins/roll.ts"
import type { Charter } from "#offices/roll/charter.ts"
import { emptyRoll } from "#offices/roll/roll.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type FrontPage, frontPage, languageOf } from "./front-page.ts"

const charter: Charter = JSON.parse(readFileSync(new URL("../cli/exercise/charter.json", import.meta.url), "utf8"))
const office = "ab".repeat(32)
const rows = (of: Charter) => rollRows(nodeCrypto, emptyRoll({ office, charter: of, text: "" }))
const page: FrontPage = { office, charter, wishes: "uk", roll: rows(charter), register: undefined }

test("a reader gets one of the three languages that was wished for, and English where none was", () => {
  assert.equal(languageOf("uk-UA,uk;q=0.9,ru;q=0.8"), "uk")
  assert.equal(languageOf("de-AT, ru;q=0.5"), "ru")
  assert.equal(languageOf("de"), "en")
  assert.equal(languageOf(undefined), "en")
})

test("the front page of an exercise says so in its language, and lists everyone in the charter's order", () => {
  const html = frontPage(page)
  assert.match(html, /<html lang="uk">/)
  assert.match(html, /НАВЧАННЯ/)
  const names = charter.delegations.map((d) => d.names.uk.replace("'", "&#39;"))
  const places = names.map((name) => html.indexOf(`<th scope="row">${name}`))
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)))
})

test("a name in a charter cannot become markup", () => {
  const names = { en: "<script>alert(1)</script>", uk: '"&', ru: "x" }
  const hostile = { ...charter, name: names, delegations: charter.delegations.map((d) => ({ ...d, names })) }
  const step = {
    state: "invited" as const,
    by: "<script>",
    at: "2026-11-23T06:00:00.000Z",
    index: 1,
    reason: "<script>",
  }
  const roll = rows(hostile).map((row) => ({ ...row, steps: [step] }))
  assert.ok(!frontPage({ ...page, charter: hostile, roll, wishes: "en" }).includes("<script"))
})

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { type FrontPage, frontPage, languageOf } from "./front-page.ts"

const charter = JSON.parse(readFileSync(new URL("../cli/exercise/charter.json", import.meta.url), "utf8"))
const page: FrontPage = { office: "ab".repeat(32), charter, wishes: "uk", roll: {}, register: undefined }

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
  const names: string[] = charter.delegations.map((d: { names: { uk: string } }) => d.names.uk.replace("'", "&#39;"))
  const places = names.map((name) => html.indexOf(`<th scope="row">${name}`))
  assert.ok(places.every((place, i) => place > (places[i - 1] ?? 0)))
})

test("a name in a charter cannot become markup", () => {
  const names = { en: "<script>alert(1)</script>", uk: '"&', ru: "x" }
  const hostile = { ...charter, name: names, delegations: [{ ...charter.delegations[0], names }] }
  assert.ok(!frontPage({ ...page, charter: hostile, wishes: "en" }).includes("<script"))
})

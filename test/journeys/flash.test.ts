import assert from "node:assert/strict"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { buildWeb } from "../../scripts/build-web.ts"
import { type Exercise, startExercise } from "../../src/cli/start.ts"
import {
  assertAccessible,
  choose,
  type Language,
  type Look,
  openBrowser,
  signIn,
  tabTo,
  withoutBrowser,
  word,
} from "./browser.ts"

const TEXTS: Record<Language, string> = {
  en: "Water pumping station on fire at the fictional village of Lindenau.",
  uk: "Горить насосна станція у вигаданому селі Ліндава.",
  ru: "Горит насосная станция в вымышленном селе Линдава.",
}

let browser: Browser
let exercise: Exercise
const data = mkdtempSync(join(tmpdir(), "iod-journey-"))

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  browser = await openBrowser()
  exercise = await startExercise({ data, port: 0, fresh: true, report: () => {}, log: () => {} })
  // One officer sits at each desk here: what a second one releases, another test is about.
  for (const desk of exercise.desks.values()) desk.archive.setMeta("release.policy", "[]")
})

after(async () => {
  await browser?.close()
  await exercise?.[Symbol.asyncDispose]()
  rmSync(data, { recursive: true, force: true })
})

function linkOf(name: string): string {
  const desk = exercise.desks.get(name) ?? assert.fail(`no desk ${name}`)
  return `http://${name}.localhost:${exercise.port}/sign-in#${desk.officers.link("DO-1")}`
}

function nameOf(delegation: string, language: Language): string {
  const desk = exercise.desks.get(delegation) ?? assert.fail(`no desk ${delegation}`)
  const named = desk.founded.charter.delegations.find((d) => d.name === delegation)
  return named?.names[language] ?? assert.fail(`the charter does not name ${delegation}`)
}

const lines = (language: Language, id: string) => word(language, "lines", id)

/** Writes a FLASH to the other party by the keyboard alone, through its question. */
async function writeFlash(page: Page, language: Language, to: string): Promise<void> {
  await page.keyboard.press("n")
  const line = page.getByRole("combobox", { name: new RegExp(`^${lines(language, "compose.line")}`) })
  await line.waitFor()
  await tabTo(page, line)
  await choose(page, line, nameOf(to, language))
  await tabTo(page, page.getByLabel(lines(language, "compose.subject"), { exact: true }))
  await page.keyboard.type(TEXTS[language].slice(0, 20))
  await tabTo(page, page.getByLabel(lines(language, "compose.body"), { exact: true }))
  await page.keyboard.type(TEXTS[language])
  await tabTo(page, page.getByRole("radio", { checked: true }))
  for (const _ of ["PRIORITY", "IMMEDIATE", "FLASH"]) await page.keyboard.press("ArrowDown")
  await assertAccessible(page, "compose")
  await tabTo(page, page.getByRole("button", { name: lines(language, "compose.send"), exact: true }))
  await page.keyboard.press("Enter")
  const confirm = page.getByRole("button", { name: lines(language, "flash.confirm") })
  await confirm.waitFor()
  await assertAccessible(page, "the question before a FLASH")
  await tabTo(page, confirm)
  await page.keyboard.press("Enter")
}

/** Opens the message from the inbox, states receipt and objects, by the keyboard alone. */
async function answerFlash(page: Page, language: Language, subject: string): Promise<void> {
  const row = page.getByRole("link", { name: subject })
  await row.first().waitFor()
  await assertAccessible(page, "inbox")
  await tabTo(page, row.first())
  await page.keyboard.press("Enter")
  await page.getByText(wholeText(subject)).first().waitFor()
  await page.getByRole("button", { name: lines(language, "actions.acknowledge") }).waitFor()
  await page.keyboard.press("a")
  const acknowledge = page.getByRole("dialog").getByRole("button", { name: lines(language, "actions.acknowledge") })
  await acknowledge.waitFor()
  await tabTo(page, acknowledge)
  await page.keyboard.press("Enter")
  await page.getByRole("dialog").waitFor({ state: "detached" })
  await page.keyboard.press("o")
  const reason = page.getByRole("dialog").getByRole("radio").first()
  await reason.waitFor()
  await assertAccessible(page, "objection")
  await tabTo(page, reason)
  await page.keyboard.press("Space")
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: lines(language, "actions.object") }))
  await page.keyboard.press("Enter")
  await page.getByRole("dialog").waitFor({ state: "detached" })
}

function wholeText(subject: string): string {
  return Object.values(TEXTS).find((text) => text.startsWith(subject)) ?? assert.fail("an unknown subject")
}

const ROUTES: { from: string; to: string; author: Look; reader: Look }[] = [
  { from: "ukraine", to: "russian-federation", author: { language: "en" }, reader: { language: "uk", dark: true } },
  { from: "russian-federation", to: "ukraine", author: { language: "uk" }, reader: { language: "ru", width: 360 } },
  { from: "ukraine", to: "russian-federation", author: { language: "ru", dark: true }, reader: { language: "en" } },
]

for (const { from, to, author, reader } of ROUTES)
  test(`an officer writes a FLASH in ${author.language}, the other's officer acknowledges and objects in ${reader.language}, by keyboard alone`, {
    skip: withoutBrowser,
  }, async () => {
    const [a, b] = await Promise.all([signIn(browser, linkOf(from), author), signIn(browser, linkOf(to), reader)])
    await writeFlash(a, author.language, to)
    const subject = TEXTS[author.language].slice(0, 20).trim()
    await answerFlash(b, reader.language, subject)
    await a.goto(`http://${from}.localhost:${exercise.port}/`)
    await a.getByRole("link", { name: subject }).first().click()
    for (const rung of ["recorded", "witnessed", "delivered", "acknowledged", "objected"])
      await a
        .getByRole("cell", { name: lines(author.language, `rung.${rung}`), exact: true })
        .first()
        .waitFor()
    await assertAccessible(a, "message with its ladder")
    await a.context().close()
    await b.context().close()
  })

test("every screen of an exercise says so, in each language, wide and narrow, light and dark", {
  skip: withoutBrowser,
}, async () => {
  for (const look of [
    { language: "en", width: 360 },
    { language: "uk", dark: true },
    { language: "ru", width: 360, dark: true },
  ] as const) {
    const page = await signIn(browser, linkOf("secretariat"), look)
    for (const path of ["/", "/compose", "/register"]) {
      await page.goto(`http://secretariat.localhost:${exercise.port}${path}`)
      await page
        .getByText(word(look.language, "desk", "exercise.word"), { exact: true })
        .first()
        .waitFor()
      await assertAccessible(page, `${path} in ${look.language}`)
      const wider = await page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      )
      assert.ok(wider <= 0, `${path} at ${"width" in look ? look.width : 1280} px scrolls sideways by ${wider}`)
    }
    await page.context().close()
  }
})

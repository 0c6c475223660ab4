import assert from "node:assert/strict"
import { once } from "node:events"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import type { Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { type Desk, openDesk } from "#desk/open.ts"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { systemClock } from "../../src/clock.ts"
import { type Office, openOffice, received, say } from "../office.ts"
import {
  assertAccessible,
  type Language,
  type Look,
  openBrowser,
  signIn,
  tabTo,
  withoutBrowser,
  word,
} from "./browser.ts"

let browser: Browser
let office: Office
const servers: Server[] = []
const folder = mkdtempSync(join(tmpdir(), "iod-courier-"))

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  browser = await openBrowser()
  office = await openOffice()
})

after(async () => {
  await browser?.close()
  for (const server of servers) {
    server.close()
    server.closeAllConnections()
    await once(server, "close")
  }
  await office?.[Symbol.asyncDispose]()
  rmSync(folder, { recursive: true, force: true })
})

/** A desk without a network: nobody answers where its registry should be. */
async function cutOff(name: string): Promise<Desk> {
  await office.closeDesk(name)
  const options = { folder: programFolder(office.data, "desk", name), delegation: name, clock: systemClock() }
  const desk = await openDesk({ ...options, registry: "http://127.0.0.1:9", log: () => undefined })
  office.desks.set(name, desk)
  return desk
}

async function screenOf(desk: Desk, look: Look): Promise<Page> {
  const server = await listenDesk(desk, "127.0.0.1", 0)
  servers.push(server)
  const bound = server.address()
  const port = typeof bound === "object" ? bound?.port : 0
  const page = await signIn(
    browser,
    `http://${desk.delegation}.localhost:${port}/sign-in#${desk.officers.link("DO-1")}`,
    look,
  )
  await page.goto(`http://${desk.delegation}.localhost:${port}/courier`)
  await page.getByRole("heading", { name: word(look.language, "courier", "courier.title"), level: 1 }).waitFor()
  return page
}

const courier = (language: Language, id: string) => word(language, "courier", id)

/** Presses a button that saves a file, by the keyboard; answers where it was saved. */
async function saved(page: Page, press: () => Promise<void>, name: string): Promise<string> {
  const [download] = await Promise.all([page.waitForEvent("download"), press()])
  const file = join(folder, name)
  await download.saveAs(file)
  return file
}

test("a courier takes a file from a desk without a network to another, and its stamps back, by keyboard", {
  skip: withoutBrowser,
}, async () => {
  const line = office.line("direct line")
  const author = await cutOff("ukraine")
  const matter = say(author, line, "Carried across by hand.", "FLASH")
  const a = await screenOf(author, { language: "uk", dark: true })
  await assertAccessible(a, "the courier's screen")
  const save = a.getByRole("button", { name: courier("uk", "courier.save") })
  await tabTo(a, save, 120)
  const file = await saved(a, () => a.keyboard.press("Enter"), "out.iod")
  await a.getByText(courier("uk", "courier.given")).waitFor()
  await a.goto(a.url().replace("/courier", "/"))
  await a
    .getByText(word("uk", "lines", "waiting.carried"))
    .first()
    .waitFor()

  const b = await screenOf(office.desk("icrc"), { language: "en", width: 360 })
  await b.getByLabel(courier("en", "courier.take-file")).setInputFiles(file)
  await b.getByText(courier("en", "courier.handed")).waitFor()
  await assertAccessible(b, "a file that was handed in")
  const wider = await b.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth")
  assert.ok(wider <= 0, `the screen scrolls sideways by ${wider}`)
  const back = await saved(b, () => b.locator("a[download]").click(), "back.iod")
  const to = office.desk("russian-federation")
  assert.equal((await received(to, line, matter)).body, "Carried across by hand.")

  await a.goto(`${new URL(a.url()).origin}/courier`)
  await a.getByLabel(courier("uk", "courier.take-file")).setInputFiles(back)
  await a.getByRole("status").getByText(/1|2|3/).first().waitFor()
  assert.deepEqual(author.views.waiting(), [])

  const broken = join(folder, "broken.iod")
  writeFileSync(broken, "nothing of the kind")
  await a.getByLabel(courier("uk", "courier.take-file")).setInputFiles(broken)
  await a
    .getByRole("alert")
    .getByText(word("uk", "refusals", "refused.courier.malformed"))
    .waitFor()
  await a.context().close()
  await b.context().close()
})

test("pages that were printed are photographed in any order, a lost one is named, and FLASH rings before its stamp", {
  skip: withoutBrowser,
}, async () => {
  const line = office.line("direct line")
  const [author, reader] = [office.desk("ukraine"), await cutOff("russian-federation")]
  say(author, line, "Carried across on paper.", "FLASH")
  const a = await screenOf(author, { language: "en" })
  await a.getByRole("button", { name: courier("en", "courier.paper") }).click()
  await a.emulateMedia({ media: "print" })
  const codes = a.locator(".courier-page .qr")
  await codes.first().waitFor()
  const pictures: string[] = []
  for (let i = 0; i < (await codes.count()); i++) {
    const picture = join(folder, `page-${i + 1}.png`)
    await codes.nth(i).screenshot({ path: picture })
    pictures.push(picture)
  }
  assert.ok(pictures.length > 2, "more than two pages")

  const b = await screenOf(reader, { language: "ru", dark: true })
  const input = b.getByLabel(courier("ru", "courier.take-pictures"))
  const without = pictures.filter((_, i) => i !== 1).reverse()
  await input.setInputFiles(without)
  await b.getByText(/: 2\./).waitFor({ timeout: 60_000 })
  await assertAccessible(b, "a page that is missing")
  await input.setInputFiles(pictures.slice(1, 2))
  await b.getByText(courier("ru", "courier.not-handed")).waitFor({ timeout: 60_000 })
  await b.getByRole("alert").getByText("Carried across on paper.").or(b.locator(".urgent")).first().waitFor()
  await b.goto(new URL("/", b.url()).href)
  await b.getByText("Carried across on paper.", { exact: true }).first().waitFor()
  await assertAccessible(b, "what is not yet stamped")
  await b
    .getByRole("button", { name: courier("ru", "unstamped.read") })
    .first()
    .click()
  await b.getByRole("button", { name: courier("ru", "unstamped.read") }).waitFor({ state: "detached" })
  await a.context().close()
  await b.context().close()
})

import assert from "node:assert/strict"
import { once } from "node:events"
import type { Server } from "node:http"
import { after, before, test } from "node:test"
import type { Browser } from "playwright-core"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { type Office, openOffice, received, say } from "../office.ts"
import { assertAccessible, type Look, openBrowser, signIn, tabTo, withoutBrowser, word } from "./browser.ts"

const BODIES = [
  "Пошкоджено лінію електропередачі біля Енергодара, <b>опора 14</b>.",
  "Повреждена линия электропередачи около Энергодара.",
  "The crew near Enerhodar is unarmed.",
]

let browser: Browser
let office: Office
let server: Server
let address = ""

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  browser = await openBrowser()
  office = await openOffice()
  const [desk, line] = [office.desk("russian-federation"), office.line("direct line")]
  for (const body of BODIES) await received(desk, line, say(office.desk("ukraine"), line, body))
  server = await listenDesk(desk, "127.0.0.1", 0)
  const bound = server.address()
  address = `http://russian-federation.localhost:${typeof bound === "object" ? bound?.port : 0}`
})

after(async () => {
  await browser?.close()
  if (server) {
    server.close()
    server.closeAllConnections()
    await once(server, "close")
  }
  await office?.[Symbol.asyncDispose]()
})

const LOOKS: (Look & { typed: string })[] = [
  { language: "en", typed: "enerhodar" },
  { language: "uk", typed: "Енергодар", dark: true },
  { language: "ru", typed: "энергодар", width: 360 },
]

for (const { typed, ...look } of LOOKS)
  test(`an officer finds a name in every spelling and opens the message, in ${look.language}, by keyboard alone`, {
    skip: withoutBrowser,
  }, async () => {
    const search = (id: string) => word(look.language, "search", id)
    const page = await signIn(
      browser,
      `${address}/sign-in#${office.desk("russian-federation").officers.link("DO-1")}`,
      look,
    )
    await page.keyboard.press("/")
    const field = page.getByRole("searchbox", { name: search("search.label") })
    await field.waitFor()
    await page.keyboard.type(typed)
    await page.keyboard.press("Enter")
    const rows = page.locator("main [data-row]")
    await rows.nth(2).waitFor()
    assert.equal(await rows.count(), 3)
    await page.locator("mark", { hasText: "Энергодара" }).waitFor()
    // What an author wrote stays text, whatever it looks like.
    await page.getByText("<b>", { exact: false }).first().waitFor()
    await assertAccessible(page, "search with hits")
    const wider = await page.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    )
    assert.ok(wider <= 0, `the hits scroll sideways by ${wider}`)

    await tabTo(page, page.getByRole("combobox", { name: new RegExp(`^${search("search.order")}`) }))
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Shift+Tab")
    await tabTo(page, rows.first())
    await page.keyboard.press("j")
    await page.keyboard.press("k")
    await page.keyboard.press("Enter")
    await page.getByRole("button", { name: word(look.language, "lines", "actions.acknowledge") }).waitFor()
    assert.ok(!page.url().includes(encodeURIComponent(typed)))

    await page.goBack()
    await rows.nth(2).waitFor()
    assert.equal(await field.inputValue(), typed)
    await page.keyboard.press("/")
    await page.keyboard.press("Control+A")
    await page.keyboard.type("nowhere-to-be-found")
    await page.keyboard.press("Enter")
    await page.getByText(search("search.none")).waitFor()
    await page.keyboard.press("Control+A")
    await page.keyboard.type("***")
    await page.keyboard.press("Enter")
    await page
      .getByRole("alert")
      .getByText(word(look.language, "refusals", "refused.search.empty"))
      .waitFor()
    await assertAccessible(page, "search that was refused")
    await page.context().close()
  })

import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import type { Server } from "node:http"
import { after, before, test } from "node:test"
import type { Browser, Download, Page } from "playwright-core"
import { listenDesk } from "#desk/serve.ts"
import { attachedTo } from "#paper/attached.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { verifySheet } from "#sheet/verify.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { type Office, openOffice, received, rungs, say, until } from "../office.ts"
import { assertAccessible, type Look, openBrowser, signIn, tabTo, withoutBrowser, word } from "./browser.ts"

let browser: Browser
let office: Office
let server: Server
let at: string
let message: { line: string; matter: string }

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  ;[browser, office] = await Promise.all([openBrowser(), openOffice()])
  const [desk, other] = [office.desk("ukraine"), office.desk("russian-federation")]
  const line = office.line("direct line")
  const matter = say(other, line, "Вікно тиші для ремонтної бригади у вигаданому селі Ліндава.")
  message = await received(desk, line, matter)
  await until(desk, "it is witnessed", () => rungs(desk, message, "ukraine").includes("witnessed"))
  server = await listenDesk(desk, "127.0.0.1", 0)
  const address = server.address()
  at = typeof address === "object" && address ? `http://ukraine.localhost:${address.port}` : ""
})

after(async () => {
  await browser?.close()
  server?.close()
  server?.closeAllConnections()
  await office?.[Symbol.asyncDispose]()
})

/** Chooses one of a group of radio buttons by the keyboard: the group is one stop, arrows go through it. */
async function choose(page: Page, name: string): Promise<void> {
  const dialog = page.getByRole("dialog")
  await tabTo(page, dialog.getByRole("radio", { checked: true }))
  const wanted = dialog.getByRole("radio", { name, exact: true })
  for (let i = 0; i < 3 && !(await wanted.isChecked()); i++) await page.keyboard.press("ArrowDown")
  assert.ok(await wanted.isChecked(), name)
}

/** Presses the dialog's button by the keyboard and reads the file that comes. */
async function take(page: Page, look: Look): Promise<{ download: Download; bytes: Buffer }> {
  const save = page.getByRole("dialog").getByRole("button", { name: word(look.language, "lines", "sheet.save") })
  await tabTo(page, save)
  const [download] = await Promise.all([page.waitForEvent("download"), page.keyboard.press("Enter")])
  const bytes = readFileSync(await download.path())
  await page.getByRole("dialog").waitFor({ state: "detached" })
  return { download, bytes }
}

const LOOKS: Look[] = [
  { language: "en", width: 360 },
  { language: "uk", dark: true },
  { language: "ru", width: 360, dark: true },
]

for (const look of LOOKS)
  test(`an officer takes a line's log and a proof sheet as files in ${look.language}, by keyboard alone`, {
    skip: withoutBrowser,
  }, async () => {
    const { language } = look
    const page = await signIn(browser, `${at}/sign-in#${office.desk("ukraine").officers.link("DO-1")}`, look)
    await page.goto(`${at}/line/${message.line}`)
    const log = page.getByRole("button", { name: word(language, "paper", "line.log") })
    await log.waitFor()
    await tabTo(page, log)
    await page.keyboard.press("Enter")
    const from = page.getByLabel(word(language, "paper", "log.from"))
    await from.waitFor()
    await assertAccessible(page, `the question for a log in ${language}`)
    await tabTo(page, from)
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("2026-13-40")
    await tabTo(page, page.getByRole("dialog").getByRole("button", { name: word(language, "lines", "sheet.save") }))
    await page.keyboard.press("Enter")
    await page
      .getByRole("alert")
      .filter({ hasText: word(language, "refusals", "refused.log.period") })
      .waitFor()
    await tabTo(page, from)
    await page.keyboard.press("ControlOrMeta+a")
    await page.keyboard.type("2020-01-01")
    await choose(page, word(language, "paper", "file.csv"))
    const csv = await take(page, look)
    assert.match(csv.download.suggestedFilename(), /^iod-line-[0-9a-f]{8}-2020-01-01-.*\.csv$/)
    assert.ok(csv.bytes.toString().includes(word(language, "lines", "act.message.sent")))

    await page.goto(`${at}/message/${message.line}/${message.matter}`)
    const sheet = page.getByRole("button", { name: word(language, "lines", "actions.sheet") })
    await sheet.waitFor()
    await tabTo(page, sheet)
    await page.keyboard.press("Enter")
    await page.getByRole("dialog").waitFor()
    await assertAccessible(page, `the question for a sheet in ${language}`)
    await choose(page, word(language, "paper", "file.pdf"))
    const paper = await take(page, look)
    assert.match(paper.download.suggestedFilename(), /\.pdf$/)
    assert.ok((await verifySheet(nodeCrypto, attachedTo(paper.bytes))).verdict)

    const button = page.getByRole("button", { name: word(language, "paper", "page.take") })
    await tabTo(page, button)
    await page.keyboard.press("Enter")
    await page.getByRole("dialog").waitFor()
    await assertAccessible(page, `the question for a page in ${language}`)
    const { bytes } = await take(page, look)
    assert.match(bytes.toString("latin1"), new RegExp(`^%PDF-[^]*/Lang \\(${language}\\)`))
    await page.context().close()
  })

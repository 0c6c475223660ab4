import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { type Desk, openDesk } from "#desk/open.ts"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { systemClock } from "../../src/clock.ts"
import { type BadLine, openBadLine } from "../bad-line.ts"
import { type Office, openOffice } from "../office.ts"
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

// The hundred MiB of the charter are carried in `npm run bench`; the road is the same.
const LARGE = 24 << 20
const PARTIES = ["ukraine", "russian-federation"] as const
type Party = (typeof PARTIES)[number]
const LARGE_ENOUGH = 4 << 20

let browser: Browser
let office: Office
const lines = new Map<Party, BadLine>()
const desks = new Map<Party, { desk: Desk; port: number }>()
const closing = new AsyncDisposableStack()

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  browser = await openBrowser()
  closing.defer(() => browser.close())
  office = closing.use(await openOffice())
  for (const name of PARTIES) {
    await office.closeDesk(name)
    const line = closing.use(await openBadLine(office.registry.port, 7 << 20, 3))
    const folder = programFolder(office.data, "desk", name)
    const options = { folder, delegation: name, registry: line.url, clock: systemClock(), log: () => {} }
    const desk = await openDesk(options)
    // The office closes it with its others.
    office.desks.set(name, desk)
    const server = await listenDesk(desk, "127.0.0.1", 0)
    closing.defer(() => {
      server.close()
      server.closeAllConnections()
    })
    const address = server.address()
    desks.set(name, { desk, port: typeof address === "object" && address ? address.port : 0 })
    lines.set(name, line)
  }
})

after(() => closing.disposeAsync())

function linkOf(name: Party): string {
  const { desk, port } = desks.get(name) ?? assert.fail(`no desk ${name}`)
  return `http://${name}.localhost:${port}/sign-in#${desk.officers.link("DO-1")}`
}

const files = (language: Language, id: string) => word(language, "files", id)

/** A sentence with its values as a pattern: what stands in their places is anything. */
function like(sentence: string): RegExp {
  return new RegExp(sentence.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&").replaceAll(/\{\w+\}/g, ".*"))
}

/** Chooses files with the browser's own dialog, which the keyboard opens. */
async function attachByKeyboard(page: Page, language: Language, paths: readonly string[]): Promise<void> {
  await tabTo(page, page.getByRole("button", { name: files(language, "files.attach") }))
  const chooser = page.waitForEvent("filechooser")
  await page.keyboard.press("Enter")
  await (await chooser).setFiles([...paths])
}

async function compose(page: Page, language: Language, subject: string): Promise<void> {
  await page.keyboard.press("n")
  const line = page.getByRole("combobox", { name: new RegExp(`^${word(language, "lines", "compose.line")}`) })
  await line.waitFor()
  await line.selectOption(office.line("direct line"))
  await tabTo(page, page.getByLabel(word(language, "lines", "compose.subject"), { exact: true }))
  await page.keyboard.type(subject)
  await tabTo(page, page.getByLabel(word(language, "lines", "compose.body"), { exact: true }))
  await page.keyboard.type(subject)
}

async function handIn(page: Page, language: Language): Promise<void> {
  await tabTo(page, page.getByRole("button", { name: word(language, "lines", "compose.send"), exact: true }))
  await page.keyboard.press("Enter")
}

/** Saves the file of this name from the open message by keyboard; answers its bytes and the name it was saved under. */
async function save(page: Page, language: Language, name: string): Promise<{ bytes: Buffer; saved: string }> {
  const link = page.getByRole("link", { name: files(language, "files.save-name").replace("{name}", name) })
  await link.waitFor({ timeout: 60_000 })
  await tabTo(page, link)
  const download = page.waitForEvent("download")
  await page.keyboard.press("Enter")
  const path = await (await download).path()
  return { bytes: readFileSync(path), saved: (await download).suggestedFilename() }
}

const ROUTES: { from: Party; to: Party; author: Look; reader: Look; subject: string; size: number }[] = [
  {
    ...{ from: "ukraine", to: "russian-federation", subject: "Drawing of the power line", size: LARGE },
    ...{ author: { language: "en" }, reader: { language: "uk", dark: true } },
  },
  {
    ...{ from: "russian-federation", to: "ukraine", subject: "Чертёж линии", size: LARGE_ENOUGH },
    ...{ author: { language: "ru", width: 360 }, reader: { language: "en", dark: true, width: 360 } },
  },
]

for (const [i, { from, to, author, reader, subject, size }] of ROUTES.entries())
  test(`a large file attached in ${author.language} over a line that breaks three times is saved whole in ${reader.language}, by keyboard alone`, {
    skip: withoutBrowser,
  }, async () => {
    const folder = join(office.data, `attached-${i}`)
    mkdirSync(folder)
    const [large, program] = [randomBytes(size), Buffer.from("<script>document.title = 'run'</script>")]
    const paths = [join(folder, "drawing.pdf"), join(folder, "report.pdf.html")]
    writeFileSync(paths[0] ?? "", large)
    writeFileSync(paths[1] ?? "", program)
    const [a, b] = await Promise.all([signIn(browser, linkOf(from), author), signIn(browser, linkOf(to), reader)])
    await compose(a, author.language, subject)
    let puts = 0
    let isSeen = false
    // The screen's own line to its desk breaks too, the first time until that was read.
    await a.route("**/api/files/**", (route) => {
      const breaks = route.request().method() === "PUT" && (++puts > 2 ? !isSeen || [9, 15].includes(puts) : false)
      return breaks ? route.abort() : route.continue()
    })
    await attachByKeyboard(a, author.language, paths)
    await a
      .getByText(like(files(author.language, "files.interrupted")))
      .first()
      .waitFor()
    isSeen = true
    await assertAccessible(a, "files while they are sealed")
    await a.getByText(files(author.language, "files.sealed")).nth(1).waitFor({ timeout: 60_000 })
    await assertAccessible(a, "files that are sealed")
    await handIn(a, author.language)

    await b.getByRole("link", { name: subject }).first().waitFor({ timeout: 60_000 })
    await tabTo(b, b.getByRole("link", { name: subject }).first())
    await b.keyboard.press("Enter")
    const got = await save(b, reader.language, "drawing.pdf")
    assert.equal(got.saved, "drawing.pdf")
    assert.ok(got.bytes.equals(large))
    await b.getByText(files(reader.language, "files.two-endings").replace("{ending}", "html")).waitFor()
    const script = await save(b, reader.language, "report.pdf.html")
    assert.deepEqual(script, { bytes: program, saved: "report.pdf.html.unsafe" })
    await assertAccessible(b, "a message with files")
    const wider = await b.evaluate<number>(
      "document.documentElement.scrollWidth - document.documentElement.clientWidth",
    )
    assert.ok(wider <= 0, `it scrolls sideways by ${wider}`)
    for (const name of [from, to])
      assert.ok((lines.get(name)?.broken() ?? 0) >= 3, `the line of ${name} broke three times`)
    await Promise.all([a.context().close(), b.context().close()])
  })

import assert from "node:assert/strict"
import { readFileSync, writeFileSync } from "node:fs"
import type { Server } from "node:http"
import { basename, join } from "node:path"
import { after, before, test } from "node:test"
import type { Browser, Page } from "playwright-core"
import { listenDesk } from "#desk/serve.ts"
import { buildWeb } from "../../scripts/build-web.ts"
import { picture } from "../files.ts"
import { type Office, openOffice } from "../office.ts"
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

const PAINTER = "Ivan of the fictional village"
const PICTURE = picture(PAINTER)

const DESKS = ["secretariat", "ukraine", "russian-federation", "icrc"]
// Slots pass while somebody watches; the rest of the office does not notice.
const clocks = {
  slot: { attended: 3, unattended: 900 },
  slotOfMany: { attended: 900, unattended: 900 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
  stampBound: 60,
}

let browser: Browser
let office: Office
const servers = new Map<string, Server>()

before(async () => {
  if (withoutBrowser) return
  await buildWeb()
  ;[browser, office] = await Promise.all([openBrowser(), openOffice({ charter: { clocks } })])
  for (const name of DESKS) servers.set(name, await listenDesk(office.desk(name), "127.0.0.1", 0))
})

after(async () => {
  await browser?.close()
  for (const server of servers.values()) {
    server.close()
    server.closeAllConnections()
  }
  await office?.[Symbol.asyncDispose]()
})

const desk = (name: string) => office.desk(name)
const linkOf = (name: string) => `${addressOf(name)}/sign-in#${desk(name).officers.link("DO-1")}`

function addressOf(name: string): string {
  const address = servers.get(name)?.address()
  return typeof address === "object" && address ? `http://${name}.localhost:${address.port}` : ""
}

function nameOf(delegation: string, language: Language): string {
  const named = desk(delegation).founded.charter.delegations.find((d) => d.name === delegation)
  return named?.names[language] ?? assert.fail(`the charter does not name ${delegation}`)
}

const lines = (language: Language, id: string) => word(language, "lines", id)
const relay = (language: Language, id: string, values: Record<string, string> = {}) =>
  Object.entries(values).reduce((text, [key, value]) => text.replace(`{${key}}`, value), word(language, "relay", id))

/** A person at a desk: the page, and in which language it is. */
type Person = { page: Page; language: Language; at: string }

async function person(at: string, look: Look): Promise<Person> {
  return { page: await signIn(browser, linkOf(at), look), language: look.language, at }
}

/** Presses a button or a box that the keyboard reaches. */
async function press(page: Page, role: "button" | "checkbox", name: string, key = "Enter"): Promise<void> {
  // A screen that has not heard its desk for a while offers nothing until it does.
  const target = page.getByRole(role, { name, exact: true, disabled: false })
  await target.first().waitFor()
  await tabTo(page, target.first(), 120)
  await page.keyboard.press(key)
}

type Wish = { unattributed: boolean; file?: string }

/** Writes words that the secretariat is to pass on to another delegation, with a file where one is named. */
async function ask({ page, language }: Person, to: string, said: string, wish: Wish): Promise<void> {
  const { unattributed, file } = wish
  await page.keyboard.press("n")
  const line = page.getByRole("combobox", { name: new RegExp(`^${lines(language, "compose.line")}`) })
  await line.waitFor()
  await tabTo(page, line)
  await choose(page, line, nameOf("secretariat", language))
  await write({ page, language }, said)
  if (file) await attachByKeyboard({ page, language }, file)
  await tabTo(page, page.getByRole("checkbox", { name: new RegExp(`^${relay(language, "relay.ask")}`) }))
  await page.keyboard.press("Space")
  await press(page, "checkbox", nameOf(to, language), "Space")
  if (unattributed) {
    await tabTo(page, page.getByRole("radio", { name: new RegExp(`^${relay(language, "relay.attributed")}`) }))
    await page.keyboard.press("ArrowDown")
  }
  const preview = page.getByRole("region", { name: relay(language, "relay.preview") })
  const whose = relay(language, "relay.signed-by", { name: nameOf("ukraine", language) })
  await preview.getByText(unattributed ? relay(language, "relay.no-name") : whose, { exact: true }).waitFor()
  await preview.getByText(said).waitFor()
  const warned = page.getByText(relay(language, file ? "relay.guessed-by-files" : "relay.discreet"))
  assert.equal(await warned.count(), unattributed ? 1 : 0)
  if (file) {
    await preview.getByText(basename(file)).waitFor()
    await preview.getByText(relay(language, unattributed ? "relay.files-anew" : "relay.files-signed")).waitFor()
    const clean = page.getByRole("checkbox", { name: word(language, "files", "files.clean") })
    assert.equal(await clean.isChecked(), unattributed, "what names nobody takes no metadata with it")
    await page.getByText(word(language, "files", "files.sealed")).waitFor()
  }
  await assertAccessible(page, "asking for a relay")
  await press(page, "button", lines(language, "compose.send"))
}

/** Chooses a file with the browser's own dialog, which the keyboard opens. */
async function attachByKeyboard({ page, language }: Pick<Person, "page" | "language">, file: string): Promise<void> {
  await tabTo(page, page.getByRole("button", { name: word(language, "files", "files.attach") }))
  const chooser = page.waitForEvent("filechooser")
  await page.keyboard.press("Enter")
  await (await chooser).setFiles(file)
  await page.getByText(word(language, "files", "files.sealed")).waitFor()
}

/** Saves the file of the message that is open; answers its bytes. */
async function save({ page, language }: Person, name: string): Promise<Buffer> {
  const link = page.getByRole("link", { name: word(language, "files", "files.save-name").replace("{name}", name) })
  await link.waitFor()
  await tabTo(page, link, 120)
  const download = page.waitForEvent("download")
  await page.keyboard.press("Enter")
  return readFileSync(await (await download).path())
}

async function write({ page, language }: Pick<Person, "page" | "language">, said: string): Promise<void> {
  await tabTo(page, page.getByLabel(lines(language, "compose.subject"), { exact: true }))
  await page.keyboard.type(said.slice(0, 12))
  await tabTo(page, page.getByLabel(lines(language, "compose.body"), { exact: true }))
  await page.keyboard.type(said)
}

const looked = new Set<Page>()

/** At the secretariat: the words or the answer stand in the queue, and one key sends them on. */
async function passOn({ page, language }: Person, shown: string): Promise<void> {
  const row = page.getByRole("article").filter({ hasText: shown })
  await row.waitFor()
  if (!looked.has(page)) await assertAccessible(page, `the queue in ${language}`)
  looked.add(page)
  await tabTo(page, row.getByRole("link").first(), 120)
  await page.keyboard.press("y")
}

/** Opens the message whose subject begins the words. */
async function open({ page }: Person, said: string): Promise<void> {
  const row = page.getByRole("link", { name: said.slice(0, 12) }).first()
  await row.waitFor()
  await tabTo(page, row, 120)
  await page.keyboard.press("Enter")
  await page.getByText(said).first().waitFor()
}

test("words go both ways under their author's name: asked for, passed on by one key, verified, answered, released", {
  skip: withoutBrowser,
}, async () => {
  const [author, secretariat, addressee] = await Promise.all([
    person("ukraine", { language: "en" }),
    person("secretariat", { language: "uk", dark: true }),
    person("russian-federation", { language: "ru", width: 360 }),
  ])
  const said = "Crew of four at the fictional weir of Lindenau from 09:00."
  const drawing = join(office.data, "weir.png")
  writeFileSync(drawing, PICTURE)
  await ask(author, addressee.at, said, { unattributed: false, file: drawing })
  await tabTo(secretariat.page, secretariat.page.getByRole("link", { name: relay("uk", "relay.title"), exact: true }))
  await secretariat.page.keyboard.press("Enter")
  await passOn(secretariat, said)

  await open(addressee, said)
  const { page } = addressee
  await page.getByText(relay("ru", "relay.signed-by", { name: nameOf("ukraine", "ru") })).waitFor()
  assert.deepEqual(await save(addressee, "weir.png"), PICTURE, "signed, it is as its author sealed it")
  await page.keyboard.press("a")
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: lines("ru", "actions.acknowledge") }))
  await page.keyboard.press("Enter")
  await page.getByRole("dialog").waitFor({ state: "detached" })
  await press(page, "button", relay("ru", "relay.release-one", { answer: relay("ru", "relay.answer.acknowledged") }))
  await assertAccessible(page, "an addressee's side of a relay")
  await passOn(secretariat, relay("uk", "relay.answer.acknowledged"))
  const heard = relay("en", "relay.heard-from", { name: nameOf(addressee.at, "en") })
  await author.page.getByText(heard).waitFor()
  await assertAccessible(author.page, "an author's side of a relay")

  const answer = "Мы приняли это к сведению и ждём в 09:00."
  await page.keyboard.press("r")
  await page.getByLabel(lines("ru", "compose.body"), { exact: true }).waitFor()
  await page.getByRole("checkbox", { name: nameOf("ukraine", "ru"), exact: true, checked: true }).waitFor()
  await write(addressee, answer)
  await press(page, "button", lines("ru", "compose.send"))
  await passOn(secretariat, answer)
  await author.page.goto(`${addressOf("ukraine")}/`)
  await open(author, answer)
  for (const { page } of [author, secretariat, addressee]) await page.context().close()
})

test("words go both ways without a name, in slots, and neither end is told of the other", {
  skip: withoutBrowser,
}, async () => {
  const [author, secretariat, addressee] = await Promise.all([
    person("ukraine", { language: "uk" }),
    person("secretariat", { language: "ru" }),
    person("russian-federation", { language: "en", dark: true }),
  ])
  const said = "Просимо сказати, чи заміновано дорогу."
  const road = join(office.data, "road.png")
  writeFileSync(road, PICTURE)
  await ask(author, addressee.at, said, { unattributed: true, file: road })
  await secretariat.page.goto(`${addressOf("secretariat")}/relays`)
  await passOn(secretariat, said)
  await open(addressee, said)
  const { page } = addressee
  await page.getByText(relay("en", "relay.no-name")).waitFor()
  const saved = await save(addressee, "road.png")
  assert.ok(saved.length > 0 && !saved.includes(PAINTER) && PICTURE.includes(PAINTER))
  assert.equal(await page.getByRole("article").getByText(nameOf("ukraine", "en")).count(), 0)
  await page.keyboard.press("r")
  await page.getByText(relay("en", "relay.back")).waitFor()
  const answer = "The road is clear as far as the bridge."
  await write(addressee, answer)
  await page.getByText(relay("en", "relay.discreet")).waitFor()
  await assertAccessible(page, "replying to words without a name")
  await press(page, "button", lines("en", "compose.send"))
  await passOn(secretariat, answer)
  await open(author, answer)
  await author.page.getByText(relay("uk", "relay.no-name")).waitFor()
  for (const { page } of [author, secretariat, addressee]) await page.context().close()
})

/** Drills a stop: one key, Enter, and the answer to the one question before it. */
async function drill({ page, language }: Person): Promise<void> {
  await page.keyboard.press("d")
  await page.getByRole("button", { name: word(language, "stop", "stop.call"), disabled: false }).waitFor()
  await page.keyboard.press("Enter")
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: word(language, "stop", "stop.confirm") }))
  await page.keyboard.press("Enter")
}

test("a shaking hand calls an emergency stop: both parties and the secretariat see it run, answer by one key, see it end", {
  skip: withoutBrowser,
}, async () => {
  const [caller, party, other, secretariat] = await Promise.all([
    person("icrc", { language: "ru", width: 360 }),
    person("ukraine", { language: "en" }),
    person("russian-federation", { language: "uk", dark: true }),
    person("secretariat", { language: "ru" }),
  ])
  const stop = (language: Language, id: string) => word(language, "stop", id)
  const { page } = caller
  await page.keyboard.press("!")
  const where = page.getByLabel(stop("ru", "stop.where"), { exact: true })
  await where.waitFor()
  await page.keyboard.type("Школа в вымышленном селе Линдава")
  await assertAccessible(page, "calling a stop")
  // However often Enter is struck, it only goes on: to the button, and to the question behind it.
  for (let i = 0; i < 5; i++) await page.keyboard.press("Enter")
  assert.equal(await page.getByRole("dialog").count(), 0)
  await page.keyboard.press("Enter")
  const confirm = page.getByRole("dialog").getByRole("button", { name: stop("ru", "stop.confirm"), disabled: false })
  await confirm.waitFor()
  await assertAccessible(page, "the one question before a stop")
  await tabTo(page, confirm)
  await page.keyboard.press("Enter")

  for (const { page, language } of [party, other, secretariat]) {
    const bar = page.getByRole("region", { name: stop(language, "stop.title"), exact: true }).getByRole("link")
    await bar.waitFor()
    await tabTo(page, bar)
    await page.keyboard.press("Enter")
    await page.getByRole("article").getByRole("timer").waitFor()
    await assertAccessible(page, `a stop in ${language}`)
  }
  await party.page.keyboard.press("a")
  await party.page.getByRole("button", { name: stop("en", "stop.cascade") }).waitFor()
  await party.page.keyboard.press("c")
  const cascaded = word("ru", "lines", "rung.cascaded")
  await secretariat.page.getByText(`${nameOf("ukraine", "ru")}: ${cascaded}`).waitFor()
  const release = relay("en", "relay.release-one", { answer: relay("en", "relay.answer.cascaded") })
  await press(party.page, "button", release)
  await page.getByText(relay("ru", "relay.heard-from", { name: nameOf("ukraine", "ru") })).waitFor()
  await assertAccessible(page, "a caller's side of a stop")

  await press(page, "button", stop("ru", "stop.end"))
  await tabTo(page, page.getByRole("dialog").getByRole("button", { name: stop("ru", "stop.end") }))
  await page.keyboard.press("Enter")
  for (const { page, language } of [caller, party, other, secretariat])
    await page.getByRole("article").getByText(stop(language, "stop.ended")).waitFor()

  await drill(other)
  const bar = party.page.getByRole("region", { name: stop("en", "stop.title"), exact: true }).getByRole("link")
  await bar.getByText(stop("uk", "stop.drill")).waitFor()
  await bar.click()
  await party.page.getByText(stop("en", "stop.drill-meaning")).first().waitFor()

  // The secretariat's own goes to both parties directly, as the same signed words.
  await drill(secretariat)
  await secretariat.page.getByRole("article").getByRole("timer").waitFor()
  const both = secretariat.page.getByText(relay("ru", "relay.same-to")).locator("xpath=following-sibling::dd[1]")
  for (const { at } of [party, other])
    assert.ok((await both.textContent())?.includes(nameOf(at, "ru")), "it names everyone who gets the same words")
  await assertAccessible(secretariat.page, "the secretariat's own stop")
  for (const { page } of [caller, party, other, secretariat]) await page.context().close()
})

import assert from "node:assert/strict"
import { existsSync, readFileSync } from "node:fs"
import { createRequire } from "node:module"
import { type Browser, chromium, type Locator, type Page } from "playwright-core"

const CHROMIUM = process.env.IOD_CHROMIUM ?? "/usr/bin/chromium"
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8")
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

/** Why journeys are passed over here, or false: only `.ci/run` insists on a browser. */
export const withoutBrowser: string | false =
  !existsSync(CHROMIUM) &&
  process.env.IOD_BROWSER_REQUIRED !== "1" &&
  `no browser at ${CHROMIUM} (apt-get install chromium)`

/** Debian's Chromium without a window. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
}

export type Language = "en" | "uk" | "ru"
export type Look = { language: Language; dark?: boolean; width?: number }

/** A person's screen: a page signed in by a one-time link, in that person's language, which fails on any page error. */
export async function signIn(browser: Browser, url: string, look: Look): Promise<Page> {
  const context = await browser.newContext({
    locale: look.language,
    colorScheme: look.dark ? "dark" : "light",
    viewport: { width: look.width ?? 1280, height: 900 },
    reducedMotion: "reduce",
  })
  const page = await context.newPage()
  page.on("pageerror", (error) => assert.fail(`the page threw: ${error.message}`))
  page.on("console", (message) => {
    if (/Content Security Policy|Trusted/.test(message.text())) assert.fail(message.text())
  })
  await page.goto(url)
  await page
    .getByRole("link", { name: word(look.language, "desk", "sign-in.enter") })
    .or(page.getByRole("button", { name: word(look.language, "desk", "sign-in.enter") }))
    .waitFor()
  await page.keyboard.press("Enter")
  await page.getByRole("heading", { name: word(look.language, "lines", "inbox.title") }).waitFor()
  return page
}

/** A sentence of the catalogues. */
export function word(language: Language, catalogue: string, id: string): string {
  const file = new URL(`../../src/words/${language}/${catalogue}.json`, import.meta.url)
  const text = JSON.parse(readFileSync(file, "utf8"))[id]
  assert.equal(typeof text, "string", `${catalogue}.json has no ${id}`)
  return text
}

/** Presses Tab until `target` has the focus: what a person without a mouse can reach. */
export async function tabTo(page: Page, target: Locator, most = 80): Promise<void> {
  for (let i = 0; i < most; i++) {
    // biome-ignore lint/suspicious/noExplicitAny: this function runs in the page, whose types this program does not know
    if (await target.evaluate((node) => node === (globalThis as any).document.activeElement)) return
    await page.keyboard.press("Tab")
  }
  assert.fail("the keyboard does not reach it")
}

/** Walks down a list that has the focus until the option that begins with `name` is chosen. */
export async function choose(page: Page, list: Locator, name: string): Promise<void> {
  for (let i = 0; i < 20; i++) {
    const value = await list.inputValue()
    const text = ((await list.locator(`option[value="${value}"]`).textContent()) ?? "").trim()
    if (text.startsWith(name)) return
    await page.keyboard.press("ArrowDown")
  }
  assert.fail("no such option")
}

const TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

/** That axe finds nothing on the page as it stands: WCAG 2.0 to 2.2, A and AA. */
export async function assertAccessible(page: Page, where: string): Promise<void> {
  // The page's own policy forbids scripts from elsewhere; the debugger's door is not bound by it.
  await page.evaluate(AXE)
  const found = await page.evaluate(`axe.run(document, { runOnly: ${JSON.stringify(TAGS)} }).then(({ violations }) =>
    violations.map((v) => v.id + ": " + v.nodes.map((n) => n.html.slice(0, 120)).join(" | ")))`)
  assert.deepEqual(found, [], where)
}

/** That axe finds nothing on the page, and that nothing of it lies beside what its window shows. */
export async function assertScreen(page: Page, where: string): Promise<void> {
  await assertAccessible(page, where)
  const wider = await page.evaluate<number>(
    "document.documentElement.scrollWidth - document.documentElement.clientWidth",
  )
  assert.ok(wider <= 0, `${where} scrolls sideways by ${wider}`)
}

/** Goes to another screen by `g` and a letter, and waits for its title. */
export async function goByKey(page: Page, letter: string, title: string): Promise<void> {
  await page.keyboard.press("g")
  await page.keyboard.press(letter)
  await page.getByRole("heading", { level: 1, name: title }).waitFor()
}

/** Reaches a button or link by the keyboard alone and presses it. */
export async function press(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  await tabTo(page, target)
  await page.keyboard.press("Enter")
}

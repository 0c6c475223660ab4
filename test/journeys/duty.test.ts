import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Page } from "playwright-core"
import { lineOf, received, say } from "../office.ts"
import { assertScreen, goByKey, press, signIn, tabTo, withoutBrowser } from "./browser.ts"
import { NAMES, openSeats, type Seat, type Seats } from "./seats.ts"

let seats: Seats

before(async () => {
  if (!withoutBrowser) seats = await openSeats()
})

after(() => seats?.[Symbol.asyncDispose]())

test("the watch shows what dies first at the top, and each row is one key away, in three languages, by keyboard alone", {
  skip: withoutBrowser,
}, async () => {
  const { office } = seats
  const secretariat = office.desk("secretariat")
  for (const name of ["ukraine", "russian-federation"] as const) {
    const desk = office.desk(name)
    const line = lineOf(desk, "secretariat")
    await received(desk, line, say(secretariat, line, "a routine matter"))
    await received(desk, line, say(secretariat, line, "an urgent one", "FLASH"))
    await received(secretariat, line, say(desk, line, "from a party", "FLASH"))
  }
  for (const name of NAMES) {
    const { page, w } = seats.at(name)
    await goByKey(page, "w", w("duty", "watch.title"))
    const rows = page.locator("main .watch-item")
    await rows
      .filter({ hasText: w("duty", "watch-kind.flash") })
      .first()
      .waitFor()
    await assertScreen(page, `the watch at ${name}`)
    const all = await rows.count()
    await page.keyboard.press("f")
    const chosen = page.getByRole("button", { pressed: true })
    await chosen.getByText(w("duty", "watch-kind.flash")).waitFor()
    assert.ok((await rows.count()) < all)
    await page.keyboard.press("1")
    await page.waitForURL(/\/message\//)
    await page.getByRole("heading", { level: 1 }).waitFor()
    await page.goBack()
    // Arrows go from row to row; Enter opens one.
    await rows.first().waitFor()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    assert.equal(await page.evaluate("document.activeElement?.hasAttribute('data-row')"), true)
    await page.keyboard.press("Enter")
    await page.waitForURL(/\/message\//)
  }
})

/** A second officer of the same desk, signed in as himself. */
async function secondOfficer({ page, language }: Seat, name: (typeof NAMES)[number]): Promise<Page> {
  const browser = page.context().browser()
  assert.ok(browser)
  const { origin } = new URL(page.url())
  const link = seats.office.desk(name).officers.link("DO-2")
  return signIn(browser, `${origin}/sign-in#${link}`, { language, width: name === "russian-federation" ? 360 : 1280 })
}

async function write(page: Page, label: string, text: string): Promise<void> {
  await tabTo(page, page.getByLabel(label, { exact: true }))
  await page.keyboard.insertText(text)
}

test("the watch is handed over by two officers with what is open and the log of it, in three languages, by keyboard alone", {
  skip: withoutBrowser,
}, async () => {
  for (const name of NAMES) {
    const seat = seats.at(name)
    const { page, w } = seat
    await goByKey(page, "l", w("duty", "duty.log"))
    await write(page, w("duty", "duty.line"), "The embassy was telephoned.")
    await press(page, page.getByRole("button", { name: w("duty", "duty.write"), exact: true }))
    await page.locator(".log-row", { hasText: "The embassy was telephoned." }).waitFor()
    await assertScreen(page, `the watch log at ${name}`)

    await goByKey(page, "h", w("duty", "handover.title"))
    const sign = page.getByRole("button", { name: w("duty", "handover.sign-off"), exact: true })
    await press(page, sign)
    await page.getByText(w("refusals", "refused.duty.notes-missing")).waitFor()
    await page.keyboard.press("Shift+Tab")
    await write(page, w("duty", "handover.notes"), "The crew reports at 18:00.")
    await press(page, sign)
    await page.getByText(w("duty", "handover.second")).waitFor()
    assert.equal(await page.getByRole("button", { name: w("duty", "handover.take") }).count(), 0)

    const second = await secondOfficer(seat, name)
    await goByKey(second, "h", w("duty", "handover.title"))
    await second.getByText("The crew reports at 18:00.").waitFor()
    await second.locator(".pending .watch-item").first().waitFor()
    await assertScreen(second, `a hand-over to be taken at ${name}`)
    await press(second, second.getByRole("button", { name: w("duty", "handover.take") }))
    await second.getByText("DO-1 → DO-2").waitFor()
    await page.getByText("DO-1 → DO-2").waitFor()
    await assertScreen(page, `a hand-over that was taken at ${name}`)
    await second.context().close()
  }
})

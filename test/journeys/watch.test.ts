import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { type JumpingClock, jumpingClock } from "../jumping-clock.ts"
import { assertScreen, goByKey, press, tabTo, withoutBrowser } from "./browser.ts"
import { NAMES, type Name, openSeats, type Seats } from "./seats.ts"

let clock: JumpingClock
let seats: Seats

const clocks = {
  slot: { attended: 900, unattended: 900 },
  slotOfMany: { attended: 3600, unattended: 3600 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
  stampBound: 86_400,
}

before(async () => {
  if (withoutBrowser) return
  clock = jumpingClock()
  clock.jump(Date.parse("2026-11-23T05:55:00.000Z") - clock.now())
  seats = await openSeats({ clock, charter: { clocks } }, () => clock.pass(6 * 60_000))
})

after(() => seats?.[Symbol.asyncDispose]())

/** A party's officer finds the check in the inbox and types what stands there; a first try without words is refused. */
async function readBack(name: Name): Promise<void> {
  const { page, w } = seats.at(name)
  await page.keyboard.press("g")
  await page.keyboard.press("i")
  await press(page, page.getByRole("link", { name: w("check", "check.open") }))
  const text = page.getByLabel(w("check", "check.read-back"))
  await text.waitFor()
  const asked = (await page.locator(".check-text").first().textContent()) ?? ""
  const submit = page.getByRole("button", { name: w("check", "check.answer") })
  await press(page, submit)
  await page
    .getByRole("alert")
    .filter({ hasText: w("check", "check.needs-words") })
    .waitFor()
  await page.keyboard.press("Shift+Tab")
  await tabTo(page, text)
  await page.keyboard.insertText(asked.replaceAll("\n", " "))
  await tabTo(page, page.getByRole("radio", { name: w("check", "quality.1") }))
  for (let i = 0; i < 3; i++) await page.keyboard.press("ArrowRight")
  await tabTo(page, page.getByRole("radio", { name: w("check", "check.letters-came") }))
  await page.keyboard.press("Space")
  await assertScreen(page, `a check to be read back at ${name}`)
  await press(page, submit)
  await page.getByText(w("check", "check.same"), { exact: true }).waitFor()
  assert.equal(await page.evaluate("document.activeElement?.tagName"), "H1")
}

test("the check of the hour is called by the secretariat, read back by both parties and closed, in three languages, by keyboard alone", {
  skip: withoutBrowser,
}, async () => {
  const { page, w } = seats.at("secretariat")
  await page
    .getByRole("link", { name: w("check", "board.title") })
    .nth(1)
    .waitFor()
  await goByKey(page, "b", w("check", "board.title"))
  const call = page.getByRole("button", { name: "Call the check of 06:00 UTC on 3 lines" })
  await call.waitFor()
  await assertScreen(page, "the board with a check to be called")
  await press(page, call)
  await call.waitFor({ state: "detached" })
  clock.pass(60_000)
  for (const name of ["ukraine", "russian-federation"] as const) await readBack(name)

  for (const party of ["ukraine", "russian-federation"] as const) {
    await goByKey(page, "b", w("check", "board.title"))
    const due = page.locator(".notice", { hasText: seats.nameOf(party, "en") })
    await press(page, due.getByRole("link", { name: w("check", "check.open") }))
    await page.getByText(w("check", "check.same"), { exact: true }).waitFor()
    if (party === "ukraine") await assertScreen(page, "a check to be closed")
    await press(page, page.getByRole("button", { name: w("check", "result.OK"), exact: true }))
    await page.getByText(w("check", "check.closed")).waitFor()
  }
  for (const name of NAMES) {
    const { page, w } = seats.at(name)
    await goByKey(page, "b", w("check", "board.title"))
    await page
      .locator("td", { hasText: w("check", "outcome.ok") })
      .first()
      .waitFor({ state: "attached" })
    await assertScreen(page, `the board at ${name}`)
  }
})

test("every screen of a watch is reached by its key and fits, in three languages, wide and narrow, light and dark", {
  skip: withoutBrowser,
}, async () => {
  const screens = [
    ["o", "watch", "overdue.title"],
    ["c", "watch", "changes.title"],
    ["t", "translation", "translation.queue"],
    ["r", "register", "register.title"],
  ] as const
  for (const name of NAMES) {
    const { page, w } = seats.at(name)
    for (const [letter, catalogue, title] of screens) {
      await goByKey(page, letter, w(catalogue, title))
      await assertScreen(page, `${title} at ${name}`)
    }
    await page.keyboard.press("?")
    await page.getByRole("dialog").waitFor()
    await assertScreen(page, `the keys at ${name}`)
    await page.keyboard.press("Escape")
  }
})

test("an officer on duty reads what changed since the last one and closes the list", {
  skip: withoutBrowser,
}, async () => {
  const { page, w } = seats.at("russian-federation")
  await goByKey(page, "c", w("watch", "changes.title"))
  await page.locator("main [data-row]", { hasText: w("lines", "act.check.called") }).waitFor()
  await press(page, page.getByRole("button", { name: w("watch", "changes.close") }))
  await page.getByText(w("watch", "changes.none")).waitFor()
  await assertScreen(page, "a list that holds nothing")
})

test("a line is declared out of service with the reason and back in service, and the other side sees both", {
  skip: withoutBrowser,
}, async () => {
  const [one, other] = [seats.at("russian-federation"), seats.at("ukraine")]
  const line = seats.office.line("direct line")
  await Promise.all([one, other].map(({ open }) => open(`/line/${line}`)))
  const declared = other.page.getByText(other.w("watch", "overdue.declared"))
  for (const what of ["out", "back"] as const) {
    const word = one.w("watch", `service.${what}`)
    await press(one.page, one.page.getByRole("button", { name: word }))
    const question = one.page.getByRole("dialog")
    await question.waitFor()
    if (what === "out") {
      await tabTo(one.page, question.getByLabel(one.w("watch", "service.why")))
      await one.page.keyboard.insertText("Работы на кабеле.")
    }
    await assertScreen(one.page, `the question before ${what}`)
    await press(one.page, question.getByRole("button", { name: word }))
    await question.waitFor({ state: "detached" })
    if (what === "out") await other.page.getByText("Работы на кабеле.").waitFor()
    await declared.waitFor({ state: what === "out" ? "visible" : "detached" })
  }
})

test("the sounds are tried by the keyboard, and a screen that keeps silent says so in words, still after it is opened anew", {
  skip: withoutBrowser,
}, async () => {
  const { page, w, open } = seats.at("ukraine")
  await open("/")
  const state = page.getByRole("region", { name: w("watch", "sounds.title") }).getByRole("status")
  await state.getByText(w("watch", "sounds.untried")).waitFor()
  await press(page, page.getByRole("button", { name: w("watch", "sounds.try") }))
  await state.getByText(w("watch", "sounds.on")).waitFor()
  await press(page, page.getByText(w("watch", "sounds.settings")))
  await tabTo(page, page.getByRole("checkbox", { name: w("watch", "sounds.silence") }))
  await page.keyboard.press("Space")
  await state.getByText(w("watch", "sounds.silent")).waitFor()
  await assertScreen(page, "a silent screen")
  await page.reload()
  await state.getByText(w("watch", "sounds.silent")).waitFor()
})

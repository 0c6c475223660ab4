import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import type { Page } from "playwright-core"
import { messagePage, pageJob } from "#paper/page.ts"
import { lineOf, received, say } from "../office.ts"
import { assertScreen, goByKey, press, tabTo, withoutBrowser } from "./browser.ts"
import { fill, openSeats, type Seats } from "./seats.ts"

let seats: Seats

before(async () => {
  if (!withoutBrowser) seats = await openSeats()
})

after(() => seats?.[Symbol.asyncDispose]())

const PURPOSE = "Ремонт ліній електропередавання"

test("a line is opened, accepted by the other party and followed by a successor, by keyboard alone", {
  skip: withoutBrowser,
}, async () => {
  const [one, other] = [seats.at("ukraine"), seats.at("russian-federation")]
  await press(one.page, one.page.getByRole("link", { name: one.w("lines", "line.new"), exact: true }))
  const propose = one.page.getByRole("button", { name: one.w("lines", "line.new-propose") })
  await press(one.page, propose)
  await one.page
    .getByRole("alert")
    .filter({ hasText: one.w("lines", "line.new-nobody") })
    .waitFor()
  await assertScreen(one.page, "a line to be proposed")
  await one.open("/lines/new")
  await propose.waitFor()
  await tabTo(one.page, one.page.getByRole("checkbox", { name: seats.nameOf("russian-federation", "uk") }))
  await one.page.keyboard.press("Space")
  await fill(one, one.w("lines", "line.new-purpose"), PURPOSE)
  await press(one.page, propose)

  const notice = other.page.locator(".notice", { hasText: other.w("lines", "inbox.line-awaits") })
  await press(other.page, notice.getByRole("link"))
  await press(other.page, other.page.getByRole("button", { name: other.w("lines", "line.accept") }))
  const question = other.page.getByRole("dialog")
  await question.waitFor()
  await assertScreen(other.page, "the question before a line is accepted")
  await press(other.page, question.getByRole("button", { name: other.w("lines", "line.accept") }))
  await other.page.getByRole("link", { name: other.w("lines", "line.write") }).waitFor()
  await assertScreen(other.page, "a line that was accepted")

  const line = lineOf(seats.office.desk("ukraine"), PURPOSE)
  await one.open(`/line/${line}`)
  await press(one.page, one.page.getByRole("link", { name: one.w("lines", "line.successor") }))
  await one.page.getByText(one.w("lines", "line.successor-meaning")).waitFor()
  await fill(one, one.w("lines", "line.new-purpose"), `${PURPOSE}, друга`)
  await press(one.page, propose)
  await goByKey(other.page, "i", other.w("lines", "inbox.title"))
  await press(other.page, notice.getByRole("link"))
  await other.page.getByText(other.w("lines", "line.follows"), { exact: true }).waitFor()
  await other.page.getByRole("main").locator(`a[href="/line/${line}"]`).waitFor()
  await assertScreen(other.page, "a successor that is awaited")
})

const SAID = "Гребля ціла, бригада з шести осіб працює на верхньому шлюзі."
const FIRST = "The dam is whole; a crew of six works at the upper sluice."
const SECOND = "The dam stands. A team of six is at the upper lock."

/** Tabs are one stop of the keyboard; an arrow goes from the original, which is the first, to the next. */
async function chooseEnglish(page: Page): Promise<void> {
  const english = page.getByRole("tab", { name: "English" })
  await english.waitFor()
  await tabTo(page, page.getByRole("tab", { selected: true }))
  await page.keyboard.press("ArrowRight")
  await page.locator("[role=tab][aria-selected=true]", { hasText: "English" }).waitFor()
}

test("the secretariat's translation and the author's own stand side by side beside the original", {
  skip: withoutBrowser,
}, async () => {
  const [translator, author] = [seats.at("secretariat"), seats.at("ukraine")]
  const [desk, own] = [seats.office.desk("secretariat"), seats.office.desk("ukraine")]
  const line = desk.views.lines().find((one) => one.members.join() === "secretariat,ukraine")?.id ?? assert.fail()
  const records = [{ fields: { language: "uk" }, texts: { subject: "Гребля", body: SAID } }]
  const handed = own.door.hand({ act: "message.sent", line, precedence: "ROUTINE", records }, { officer: "o" })
  assert.ok("matters" in handed)
  const message = await received(desk, line, handed.matters[0] ?? "")
  await goByKey(translator.page, "t", translator.w("translation", "translation.queue"))
  await press(translator.page, translator.page.locator("main [data-row]", { hasText: "Гребля" }))
  await translator.page.getByText(SAID).waitFor()
  await fill(translator, translator.w("lines", "compose.subject"), "The dam")
  await fill(translator, translator.w("lines", "compose.body"), FIRST)
  await assertScreen(translator.page, "a translation being written")
  await press(translator.page, translator.page.getByRole("button", { name: translator.w("lines", "compose.send") }))
  await chooseEnglish(translator.page)
  // The page for paper says it too, after its subject.
  await translator.page.getByText(FIRST, { exact: true }).waitFor()
  await assertScreen(translator.page, "a message with its translation")

  await author.open(`/message/${line}/${message.matter}`)
  await press(author.page, author.page.getByRole("link", { name: author.w("translation", "translation.another") }))
  await fill(author, author.w("lines", "compose.subject"), "The dam")
  await fill(author, author.w("lines", "compose.body"), SECOND)
  await press(author.page, author.page.getByRole("button", { name: author.w("lines", "compose.send") }))
  await chooseEnglish(author.page)
  for (const text of [FIRST, SECOND, author.w("translation", "translation.divergent")])
    await author.page.getByText(text, { exact: true }).waitFor()
  await assertScreen(author.page, "two translations side by side")
})

test("a telephone call is entered with its read-back, and the other side states that it heard something else", {
  skip: withoutBrowser,
}, async () => {
  const [one, other] = [seats.at("ukraine"), seats.at("russian-federation")]
  const line = seats.office.line("direct line")
  await one.open(`/call?line=${line}`)
  await one.page.getByRole("heading", { level: 1, name: one.w("calls", "call.enter") }).waitFor()
  await fill(one, one.w("calls", "call.gist"), "Повідомили, що міст біля млина закрито.")
  const send = one.page.getByRole("button", { name: one.w("lines", "compose.send") })
  await press(one.page, send)
  await one.page
    .getByRole("alert")
    .filter({ hasText: one.w("refusals", "refused.call.read-back-missing") })
    .waitFor()
  await assertScreen(one.page, "a call that lacks its read-back")
  await one.page.getByLabel(one.w("calls", "call.read-back-text")).focus()
  await one.page.keyboard.insertText("Міст біля млина закрито.")
  await press(one.page, send)
  await one.page.getByText("Міст біля млина закрито.", { exact: true }).waitFor()

  await other.open(`/line/${line}?view=calls`)
  await press(other.page, other.page.getByRole("button", { name: other.w("calls", "call.say-other") }))
  await fill(other, other.w("calls", "call.say-what"), "Закрыта дорога, не мост.")
  await assertScreen(other.page, "saying what one heard")
  const dialog = other.page.getByRole("dialog")
  await press(other.page, dialog.getByRole("button", { name: other.w("calls", "call.say-other") }))
  await one.page.getByText("Закрыта дорога, не мост.").waitFor()
  await assertScreen(one.page, "a call with both records")
})

test("a draft is there in another browser, and the way to another screen does nothing to an open message", {
  skip: withoutBrowser,
}, async () => {
  const seat = seats.at("russian-federation")
  await goByKey(seat.page, "i", seat.w("lines", "inbox.title"))
  await seat.page.keyboard.press("n")
  const subject = seat.page.getByLabel(seat.w("lines", "compose.subject"), { exact: true })
  await subject.waitFor()
  const kept = seat.page.waitForResponse((answer) => answer.url().includes("/api/drafts/") && answer.ok())
  await tabTo(seat.page, subject)
  await seat.page.keyboard.insertText("О мосте у мельницы")
  await kept
  const page = await seats.signInAnew("russian-federation")
  await press(page, page.locator("main [data-row]", { hasText: "О мосте у мельницы" }))
  assert.equal(
    await page.getByLabel(seat.w("lines", "compose.subject"), { exact: true }).inputValue(),
    "О мосте у мельницы",
  )
  await assertScreen(page, "a draft taken up again")

  const desk = seats.office.desk("russian-federation")
  const line = seats.office.line("direct line")
  const { matter } = await received(desk, line, say(seats.office.desk("ukraine"), line, "Міст відкрито."))
  await seats.at("russian-federation").open(`/message/${line}/${matter}`)
  await page.getByRole("button", { name: seat.w("lines", "actions.object") }).waitFor()
  await goByKey(page, "o", seat.w("watch", "overdue.title"))
  assert.equal(await page.getByRole("dialog").count(), 0)
})

test("a long line is one stop of the keyboard, says how many messages it has, and leads to the oldest and back", {
  skip: withoutBrowser,
}, async () => {
  const { page, w, open } = seats.at("russian-federation")
  const [desk, author, line] = [
    seats.office.desk("russian-federation"),
    seats.office.desk("ukraine"),
    seats.office.line("direct line"),
  ]
  const records = Array.from({ length: 51 }, (_, i) => ({
    fields: { language: "uk" },
    texts: { subject: `Опора ${i + 1}`, body: `Опора ${i + 1} стоїть.` },
  }))
  const handed = author.door.hand({ act: "message.sent", line, precedence: "ROUTINE", records }, { officer: "o" })
  assert.ok("matters" in handed)
  await received(desk, line, handed.matters.at(-1) ?? "")
  await open(`/line/${line}`)
  const rows = page.locator("main li[aria-setsize]")
  await rows.first().waitFor()
  const all = Number(await rows.first().getAttribute("aria-setsize"))
  assert.ok(all >= 51)
  assert.ok((await rows.count()) < all, "rows far below the window are not in the page")
  const row = (place: number) => page.locator(`main li[aria-posinset="${place}"] [data-row]:focus`)
  await page.keyboard.press("j")
  await row(1).waitFor()
  for (const [key, place] of [
    ["j", 2],
    ["ArrowDown", 3],
    ["k", 2],
    ["End", all],
    ["ArrowUp", all - 1],
    ["Home", 1],
  ] as const) {
    await page.keyboard.press(key)
    await row(place).waitFor()
  }
  await assertScreen(page, "a long line")
  await page.keyboard.press("PageDown")
  await page.locator("main li:not([aria-posinset='1']) [data-row]:focus").waitFor()
  await page.keyboard.press("Tab")
  assert.equal(await page.locator("main li [data-row]:focus").count(), 0)
  await page.keyboard.press("Shift+Tab")
  await page.keyboard.press("Enter")
  await page.getByRole("button", { name: w("lines", "actions.acknowledge") }).waitFor()
})

const OBJECTION = "Кількість осіб інша."

test("a note verbale from its template, with the glossary beside it, is answered up the ladder and stands on paper with what was said", {
  skip: withoutBrowser,
}, async () => {
  const [one, other] = [seats.at("ukraine"), seats.at("russian-federation")]
  const [own, desk, line] = [
    seats.office.desk("ukraine"),
    seats.office.desk("russian-federation"),
    seats.office.line("direct line"),
  ]
  const { glossary } = own.founded.charter
  await one.open(`/compose?line=${line}`)
  const template = one.page.getByLabel(one.w("calls", "compose.template"))
  await template.waitFor()
  await tabTo(one.page, template)
  await one.page.keyboard.press("ArrowDown")
  const subject = one.page.getByLabel(one.w("lines", "compose.subject"), { exact: true })
  await one.page.locator("textarea", { hasText: seats.nameOf("russian-federation", "uk") }).waitFor()
  await fill(one, one.w("lines", "compose.subject"), `${one.w("templates", "template.note-verbale")} № 12/3`)
  await tabTo(one.page, one.page.getByLabel(one.w("lines", "compose.body"), { exact: true }))
  await one.page.keyboard.press("ControlOrMeta+End")
  await one.page.keyboard.insertText(` ${glossary?.[0]?.uk ?? assert.fail("the charter has no glossary")}`)
  await one.page.getByText(one.w("translation", "glossary.title")).waitFor()
  await assertScreen(one.page, "a note verbale being written")
  const title = await subject.inputValue()
  await press(one.page, one.page.getByRole("button", { name: one.w("lines", "compose.send") }))
  await one.page.getByRole("heading", { level: 1, name: title }).waitFor()

  const matter = one.page.url().split("/").at(-1) ?? ""
  const note = await received(desk, line, matter)
  await other.open(`/message/${line}/${matter}`)
  for (const [key, what, rung] of [
    ["a", "acknowledge", "acknowledged"],
    ["c", "cascade", "cascaded"],
    ["t", "account", "taken-into-account"],
  ] as const) {
    const action = other.w("lines", `actions.${what}`)
    await other.page.getByRole("button", { name: action }).waitFor()
    await other.page.keyboard.press(key)
    const question = other.page.getByRole("dialog")
    await question.waitFor()
    await assertScreen(other.page, `the question before ${what}`)
    await press(other.page, question.getByRole("button", { name: action }))
    await question.waitFor({ state: "detached" })
    await one.page
      .getByRole("cell", { name: one.w("lines", `rung.${rung}`), exact: true })
      .first()
      .waitFor()
  }
  const objection = { fields: { matter, of: note.header, reason: "OTHER" }, texts: { text: OBJECTION } }
  desk.door.hand({ act: "message.objected", line, records: [objection] }, { officer: "o" })
  await one.page.getByText(OBJECTION).first().waitFor()
  const fields = { matter, of: note.header, language: "en", kind: "AUTHENTIC" }
  const texts = { subject: "Note verbale No. 12/3", body: "The note in English." }
  own.door.hand({ act: "message.translated", line, records: [{ fields, texts }] }, { officer: "o" })
  await one.page.getByRole("tab", { name: "English" }).waitFor()
  await one.page.emulateMedia({ media: "print" })
  for (const text of [
    one.w("paper", "note.initials"),
    one.w("paper", "note.meaning"),
    OBJECTION,
    "The note in English.",
  ])
    await one.page.locator(".fax").getByText(text).waitFor()
  await one.page.emulateMedia({ media: null })
  const view = own.views.message(line, matter) ?? assert.fail("the note is gone")
  for (const language of ["en", "uk", "ru"] as const)
    assert.ok((await messagePage(own.founded.charter, view, language)) instanceof Uint8Array)
  const { data } = pageJob(own.founded.charter, view, "ru")
  assert.deepEqual(Object.keys(data.note ?? {}), ["initials", "seal", "meaning"])
  assert.match(JSON.stringify(data.sections), /The note in English.*Кількість осіб інша/)
})

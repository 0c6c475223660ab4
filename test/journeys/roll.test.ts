import assert from "node:assert/strict"
import { after, before, test } from "node:test"
import { until } from "../office.ts"
import { assertScreen, press, withoutBrowser } from "./browser.ts"
import { fill, NAMES, openSeats, type Seat, type Seats } from "./seats.ts"

const PLAN = { desks: [...NAMES], witnesses: ["austria"], lines: [] }
const REASON = "Зміна уряду; про повернення повідомимо."
let seats: Seats

before(async () => {
  if (!withoutBrowser) seats = await openSeats({ withoutLines: true, plan: PLAN })
})
after(async () => {
  await seats?.[Symbol.asyncDispose]()
})

async function openRow(seat: Seat, delegation: string): Promise<void> {
  await seat.open("/roll")
  await press(seat.page, seat.page.getByRole("link", { name: seats.nameOf(delegation, seat.language) }).last())
  await seat.page.getByRole("heading", { level: 1, name: seats.nameOf(delegation, seat.language) }).waitFor()
}

test("a delegation suspends its participation with its reason, all read it as stated, and it returns by itself", {
  skip: withoutBrowser,
}, async () => {
  const [own, other] = [seats.at("ukraine"), seats.at("russian-federation")]
  await openRow(own, "ukraine")
  await press(own.page, own.page.getByRole("button", { name: own.w("roll", "roll.suspend") }))
  await fill(own, own.w("roll", "roll.reason"), REASON)
  await assertScreen(own.page, "a suspension being stated")
  await press(own.page, own.page.getByRole("dialog").getByRole("button", { name: own.w("roll", "roll.suspend") }))
  await openRow(other, "ukraine")
  await other.page.getByText(REASON).waitFor()
  assert.equal(await other.page.getByRole("button", { name: other.w("roll", "roll.return") }).count(), 0)
  await assertScreen(other.page, "another delegation that is away")
  await press(own.page, own.page.getByRole("button", { name: own.w("roll", "roll.return") }))
  await press(own.page, own.page.getByRole("dialog").getByRole("button", { name: own.w("roll", "roll.return") }))
  const desk = seats.office.desk("russian-federation")
  await until(desk, "it is back", () => desk.book.roll().members.ukraine?.state === "active")
})

test("a file that is no acceptance is told as that, and the defect of its form stands before all", {
  skip: withoutBrowser,
}, async () => {
  const [clerk, other] = [seats.at("secretariat"), seats.at("russian-federation")]
  await clerk.open("/roll")
  const file = { name: "acceptance.json", mimeType: "application/json", buffer: Buffer.from('{"iod":"<script>"}') }
  await clerk.page.getByLabel(clerk.w("roll", "roll.register-file")).setInputFiles(file)
  await clerk.page.getByText(clerk.w("refusals", "refused.roll.word-does-not-verify")).waitFor()
  await press(clerk.page, clerk.page.getByRole("button", { name: clerk.w("roll", "roll.defect") }))
  await fill(clerk, clerk.w("roll", "roll.defect-name"), "osce")
  await fill(clerk, clerk.w("roll", "roll.reason"), "The file holds no signature.")
  await assertScreen(clerk.page, "a defect being stated")
  await press(clerk.page, clerk.page.getByRole("dialog").getByRole("button", { name: clerk.w("roll", "roll.defect") }))
  await other.open("/roll")
  await other.page.getByText("The file holds no signature.").waitFor()
  await assertScreen(other.page, "the roll with a defect")
})

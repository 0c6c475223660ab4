import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { answer, openOffice, received, rungs, say, TEST_PLAN, until } from "../office.ts"

/**
 * Writes proof-sheet-2.txt (before: proof-sheet.txt, of template 1) with a real office: a message with its texts disclosed, an acknowledgement, an objection whose
 * text stays a hash, and a reply. Run it only when the format or its template gets another number.
 */
await using office = await openOffice({ plan: { ...TEST_PLAN, desks: TEST_PLAN.desks.slice(0, 3), lines: TEST_PLAN.lines.slice(0, 1) } })
const line = office.line("direct line")
const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
const matter = say(from, line, "Перевірка зв’язку.\nПроверка связи.\n  \u202eRead back", "IMMEDIATE")
const message = await received(to, line, matter)
answer(to, message, "message.acknowledged")
const objection = { of: message.header, matter, reason: "LEAD_TIME" }
to.door.hand(
  { act: "message.objected", line, records: [{ fields: objection, texts: { text: "this word is not disclosed" } }] },
  { officer: "officer" },
)
const reply = { fields: { language: "en", replyTo: matter }, texts: { subject: "Reply", body: "Read back." } }
to.door.hand({ act: "message.sent", line, records: [reply] }, { officer: "officer" })
await until(from, "everything is witnessed", () => {
  const replied = (from.views.message(line, matter)?.replies.length ?? 0) > 0
  const reached = rungs(from, message, to.delegation)
  const all = ["witnessed", "delivered", "acknowledged", "objected"].every((rung) => reached.includes(rung))
  return replied && all && from.registerView().notWitnessed === 0
})
const sheet = await from.sheet(line, matter, { language: "en", disclose: [message.header] })
if (typeof sheet !== "string") throw new Error(`no sheet: ${sheet.refused}`)
writeFileSync(join(import.meta.dirname, "proof-sheet-2.txt"), sheet)

import { refuse } from "#offices/act.ts"
import { askedRelay } from "#offices/lines/relay.ts"
import { RELEASED, type Released } from "#offices/lines/relay-form.ts"
import { type Archive, number, text } from "../archive.ts"
import type { DoorRefusal } from "../door.ts"
import { type Acting, clearText } from "./acts.ts"
import { type Leg, legThere, messageOn } from "./legs.ts"

/** An answer that an addressee released and that did not go back to its author yet. */
export type ReleasedAnswer = {
  index: number
  number: number
  leg: Leg
  answer: Released
  /** When the addressee released it, by the stamp on its own line. */
  at: string
  /** Hash of the words that it added. */
  text: string | null
}

type Row = Record<string, unknown>

function answerOf(archive: Pick<Archive, "sql">, row: Row): ReleasedAnswer | undefined {
  const fields = JSON.parse(text(row.fields) ?? "null") as { answer: string; text?: string }
  const leg = legThere(archive, text(row.line) ?? "", text(row.matter) ?? "")
  const answer = RELEASED.find((one) => one === fields.answer)
  if (!leg || !answer) return undefined
  const where = { index: number(row.index), number: number(row.number) }
  return { ...where, leg, answer, at: text(row.at) ?? "", text: fields.text ?? null }
}

/** Answers that wait to be carried back, oldest first. */
export function releasedAnswers(archive: Pick<Archive, "sql">): ReleasedAnswer[] {
  const rows = archive.sql.all`SELECT r."index", r.number, r.line, r.matter, r.fields, e.at FROM record r
    JOIN envelope e ON e."index" = r."index"
    LEFT JOIN answer_carried c ON c."index" = r."index" AND c.number = r.number
    WHERE r.kind = 'relay.answer-released' AND r.refused IS NULL AND c."index" IS NULL ORDER BY r."index", r.number`
  return rows.flatMap((row) => answerOf(archive, row) ?? [])
}

/** Carries one answer back on its author's line; the author reads who said it only where it named its addressees. */
export function carryAnswer(
  { archive, door }: Acting,
  which: { index: number; number: number },
  officer: string | null,
): { carried: true } | DoorRefusal {
  return archive.transact(() => {
    const one = releasedAnswers(archive).find((a) => a.index === which.index && a.number === which.number)
    const request = one && messageOn(archive, one.leg.line, one.leg.matter)
    const asked = askedRelay(request)?.asked
    if (!one || !request || !asked) return refuse("relay.not-passed-on")
    const { leg, answer } = one
    const words = clearText(archive, one.text)
    const from = asked.to ? { from: leg.addressee } : {}
    const fields = { matter: leg.matter, of: request.header, answer, said: one.at, ...from }
    const record = { fields, texts: words === undefined ? {} : { text: words } }
    const said = { act: "relay.answer-passed-on", line: leg.line, precedence: request.precedence, records: [record] }
    const handed = door.hand({ ...said, token: `relay.answer.${one.index}.${one.number}` }, { officer })
    if ("refused" in handed) return handed
    archive.sql.run`INSERT INTO answer_carried VALUES (${one.index}, ${one.number})`
    return { carried: true }
  })
}

/** Answers to an emergency stop go back as they come: nobody's hand stands between a caller and an answer. */
export function carryAnswersOfStops(parts: Acting): void {
  for (const one of releasedAnswers(parts.archive)) {
    const request = messageOn(parts.archive, one.leg.line, one.leg.matter)
    // Before the author's line holds that the words left, the rule refuses it: at the next look.
    if (request?.form === "emergency-stop") carryAnswer(parts, one, null)
  }
}

import type { DeskStatus } from "#offices/joins/screen.ts"
import { formatStop, LONGEST_ANSWER, parseStop, STOP_FIELDS, type Stop, stopAddressees } from "#offices/lines/stop.ts"
import { tell } from "../desk/ask.ts"
import { randomWord } from "../desk/drafts.ts"
import { store, stored } from "../desk/preferences.ts"
import type { Language, Translate } from "../words.ts"
import { hand } from "./hand.ts"
import { lineToSecretariat } from "./relaying.ts"

/** A call that is being written: in this browser at every stroke. */
export type Calling = { stop: Stop; token: string }

const EMPTY: Stop = { where: "", what: "", who: "", since: "", reach: "" }

/** The call that was begun in this browser, or an empty one. */
export function begun(delegation: string): Calling {
  const stop = parseStop(stored(`stop.${delegation}`) ?? "")
  return { stop: stop ?? EMPTY, token: stored(`stop-token.${delegation}`) ?? randomWord() }
}

export function keepCalling(delegation: string, { stop, token }: Calling): void {
  store(`stop.${delegation}`, formatStop(stop))
  store(`stop-token.${delegation}`, token)
}

/** A new call with a word of its own; what stood here is gone. */
export function freshCalling(delegation: string): Calling {
  const fresh = { stop: EMPTY, token: randomWord() }
  keepCalling(delegation, fresh)
  return fresh
}

/** The invented answers of a drill, in the caller's language. */
export function drillStop(t: Translate): Stop {
  const answers = Object.fromEntries(STOP_FIELDS.map((field) => [field, t(`stop.drill-${field}`)]))
  return { ...EMPTY, ...answers, drill: true }
}

/** One answer, no longer than it may be. */
export function answered(stop: Stop, field: (typeof STOP_FIELDS)[number], value: string): Stop {
  return { ...stop, [field]: value.slice(0, LONGEST_ANSWER[field]) }
}

/** The lines that carry a call: its caller's with the secretariat, or of the secretariat those with each party. */
export function callLines(
  { lines, secretariat, delegation, delegations }: DeskStatus,
  own: string | undefined,
): string[] {
  if (delegation !== secretariat) return own === undefined ? [] : [own]
  const parties = stopAddressees(delegations, delegation)
  return lines
    .filter(
      ({ open, purpose, members }) => open && purpose === "secretariat" && members.some((m) => parties.includes(m)),
    )
    .map(({ id }) => id)
}

type Called = { line: string; matter: string } | { failed: string }

/** Calls: answers where the caller can follow it, or the code of why it could not be handed in. */
export async function callStop(
  { stop, token }: Calling,
  status: DeskStatus,
  language: Language,
  t: Translate,
): Promise<Called> {
  const { delegation, delegations } = status
  const lines = callLines(status, lineToSecretariat(status)?.id)
  const to = delegation === status.secretariat ? [] : stopAddressees(delegations, delegation)
  const relay = to.length > 0 ? { relay: { to, attribution: "attributed" } } : {}
  const first = STOP_FIELDS.map((field) => stop[field].trim()).find((text) => text !== "") ?? ""
  const what = t("stop.subject", { what: stop.where.trim() || first })
  const subject = stop.drill ? `${t("stop.drill")}. ${what}` : what
  const said = { precedence: "FLASH", texts: { subject: subject.slice(0, 200), body: formatStop(stop) } }
  const fields = { language, form: "emergency-stop" }
  // The secretariat's own is the same words on several lines; whose else, it asks for on its line with the secretariat.
  if (to.length === 0) return circulate({ ...said, lines, fields, token })
  const [line] = lines
  if (line === undefined) return { failed: "door.unknown-line" }
  const handed = await hand({
    ...said,
    act: "message.sent",
    line,
    fields: { ...fields, ...relay },
    token: `${token}.${line}`,
  })
  return "failed" in handed ? handed : { line, matter: handed.matter }
}

type Circular = { lines: readonly string[]; [more: string]: unknown }

/** Hands in one circular; answers where the first of its lines has it. */
async function circulate(circular: Circular): Promise<Called> {
  if (circular.lines.length === 0) return { failed: "door.unknown-line" }
  const answer = await tell<{ messages: { line: string; matter: string }[] }>("/circulars", circular)
  if ("failed" in answer) return answer
  return answer.value.messages[0] ?? { failed: "door.unknown-line" }
}

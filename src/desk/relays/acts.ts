import type { MessageState } from "#offices/lines/message.ts"
import { askedRelay } from "#offices/lines/relay.ts"
import type { Attribution } from "#offices/lines/relay-form.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { type Archive, bytes, text } from "../archive.ts"
import type { Door } from "../door.ts"
import type { RelayedFiles } from "./files.ts"
import { type Leg, legsOf, legThere, messageOn, setLeg } from "./legs.ts"

export type RelayActsParts = { archive: Archive; door: Door; relayed: RelayedFiles }

export type Acting = Pick<RelayActsParts, "archive" | "door">

/**
 * Hands in the second leg: a new act with the words and files and nothing else of the first; it stays where it is while
 * a file is not here or not made anew yet. Attributed words carry their author's release; of unattributed ones not even
 * a reference stays that would tie two of them together.
 */
export function handLeg(parts: RelayActsParts, leg: Leg): void {
  const { archive, door, relayed } = parts
  archive.transact(() => {
    const state = messageOn(archive, leg.line, leg.matter)
    const attribution = askedRelay(state)?.asked.attribution
    if (!state || !attribution) throw new Error("a leg stands without its request")
    const files = relayed.of(leg, state, attribution)
    if (files === "waits") return
    if ("refused" in files) return setLeg(archive, leg, "refused", files.refused)
    const records = [recordOf(archive, leg, state, attribution, files)]
    const said = { act: "message.sent", line: leg.there, precedence: state.precedence, records }
    const handed = door.hand({ ...said, token: `relay.${leg.anew}` }, { officer: leg.officer, decided: true })
    relayed.drop(files)
    if ("refused" in handed) setLeg(archive, leg, "refused", handed.refused)
    else setLeg(archive, leg, "handed")
  })
}

function recordOf(archive: Archive, leg: Leg, state: MessageState, attribution: Attribution, files: readonly string[]) {
  const texts = { subject: clearText(archive, state.subject) ?? "", body: clearText(archive, state.body) ?? "" }
  const carries = attribution === "attributed" ? releaseOf(archive, state) : undefined
  return { fields: fieldsOf(archive, leg, state, attribution), texts, files, ...(carries ? { carries } : {}) }
}

/** The fields of the second leg. */
function fieldsOf(archive: Archive, leg: Leg, state: MessageState, attribution: Attribution) {
  const { by: from, language, form } = state
  const isSigned = attribution === "attributed"
  const replyTo = replyThere(archive, leg, state, isSigned)
  const relayed = isSigned ? { attribution, from } : { attribution }
  const more = { ...(form === "words" ? {} : { form }), ...(replyTo === undefined ? {} : { replyTo }) }
  return { matter: leg.anew, language, relayed, ...more }
}

/** States to the author that its words left, once the stamp of the second leg is here. */
export function stateDispatch({ archive, door }: Acting, leg: Leg): void {
  archive.transact(() => {
    const state = messageOn(archive, leg.line, leg.matter)
    const to = askedRelay(state)?.asked.to ? { to: leg.addressee } : {}
    const fields = { matter: leg.matter, of: state?.header ?? "", ...to }
    const token = `relay.passed-on.${leg.anew}`
    const precedence = state?.precedence ?? "ROUTINE"
    const said = { act: "relay.passed-on", line: leg.line, precedence, records: [{ fields }], token }
    const handed = door.hand(said, { officer: null })
    setLeg(archive, leg, "dispatched", "refused" in handed ? handed.refused : null)
  })
}

/** Takes back a leg whose author took the request back: before it left there is nothing to say, after it a recall. */
export function recallLeg({ archive, door }: Acting, leg: Leg): void {
  archive.transact(() => {
    const [state, second] = [messageOn(archive, leg.line, leg.matter), messageOn(archive, leg.there, leg.anew)]
    // On its way: recalled when its stamp is here.
    if (!state?.recalled || (leg.state === "handed" && !second)) return
    if (second && !second.recalled) {
      const words = clearText(archive, state.recalled.text)
      const record = {
        fields: { matter: leg.anew, of: second.header },
        texts: words === undefined ? {} : { text: words },
      }
      const said = { act: "message.recalled", line: leg.there, precedence: second.precedence, records: [record] }
      const handed = door.hand({ ...said, token: `relay.recalled.${leg.anew}` }, { officer: null })
      if ("refused" in handed) return
    }
    setLeg(archive, leg, "cancelled")
  })
}

/** What the addressee's line calls the message that the words reply to, where it has one. */
function replyThere(archive: Archive, leg: Leg, state: MessageState, isSigned: boolean): string | undefined {
  if (state.replyTo === null) return undefined
  // Words that came through us: their author knows them by its own request.
  const brought = legThere(archive, leg.line, state.replyTo)
  if (brought) return brought.line === leg.there ? brought.matter : undefined
  // The author's own earlier words. Of unattributed ones the reference would say that one hand wrote both.
  const before = isSigned ? legsOf(archive, leg.line, state.replyTo) : []
  return before.find((one) => one.addressee === leg.addressee)?.anew
}

function releaseOf({ sql }: Archive, state: MessageState): { from: string; id: string } | undefined {
  const row = sql.get`SELECT author, id FROM carried WHERE "index" = ${state.index} ORDER BY number LIMIT 1`
  return row && { from: text(row.author) ?? "", id: text(row.id) ?? "" }
}

/** The text of a hash; undefined where it was erased. */
export function clearText({ sql }: Pick<Archive, "sql">, hash: string | null | undefined): string | undefined {
  const row = hash ? sql.get`SELECT bytes FROM text WHERE hash = ${hash}` : undefined
  return row && fromUtf8(bytes(row.bytes) ?? new Uint8Array())
}

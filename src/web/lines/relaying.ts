import type { Precedence } from "#offices/act.ts"
import type { DeskStatus, LineView, MessageView } from "#offices/joins/screen.ts"
import { isDiscreet, type RelayAsked } from "#offices/lines/relay-form.ts"
import { fitsSmallestBody } from "#offices/pack.ts"
import type { Draft } from "../desk/drafts.ts"
import type { Attaching } from "../files/attaching.ts"
import type { WordId } from "../words.ts"

/** The line on which this delegation can ask for a relay; undefined at the secretariat, and before it is open. */
export function lineToSecretariat({ lines, secretariat, delegation }: DeskStatus): LineView | undefined {
  if (delegation === secretariat) return undefined
  return lines.find(
    ({ members, purpose, open }) =>
      open && purpose === "secretariat" && members.length === 2 && members.includes(secretariat),
  )
}

/** Whether the words go back to somebody whose name this desk does not know. */
export function goesBack(original: MessageView | undefined): boolean {
  return original?.relay?.side === "passed" && original.relay.attribution === "unattributed"
}

/** What a reply asks for at first: relayed words are answered to their author, by the way they came. */
export function relayOfReply(original: MessageView): NonNullable<Draft["relay"]> | null {
  const { relay } = original
  if (relay?.side !== "passed") return null
  return { attribution: relay.attribution, to: relay.from === null ? [] : [relay.from] }
}

/** The field `relay` of a record; undefined where the draft asks for none. */
export function relayAsked({ relay }: Draft, back: boolean): RelayAsked | undefined {
  if (!relay) return undefined
  return back ? { attribution: "unattributed" } : { attribution: relay.attribution, to: relay.to.toSorted() }
}

/** What stands in the way of a relay; the first thing only. */
export function lackingRelay(draft: Draft, back: boolean, files: readonly Cleaning[]): WordId | undefined {
  const { relay } = draft
  if (!relay) return undefined
  // Null: taken up with its draft, cleaned then if it was to be; the secretariat's desk does it in any case.
  if (isUnattributed(draft, back) && files.some(({ cleanable }) => cleanable === undefined))
    return "refused.file.not-clean"
  return back || relay.to.length > 0 ? undefined : "relay.needs-to"
}

/** What of a file can be cleaned, as far as this page knows, and whether it is. */
export type Cleaning = Pick<Attaching, "key" | "name" | "cleanable" | "cleaned">

/** Whether the words go further without their author's name, and files with them only without metadata. */
export function isUnattributed({ relay }: Draft, back: boolean): boolean {
  return relay != null && (back || relay.attribution === "unattributed")
}

/** The precedence that a draft travels with: what leaves no trace is ROUTINE, as everything in slots. */
export function travels(draft: Draft, back: boolean): Precedence {
  return isUnattributed(draft, back) && draft.precedence === "PRIORITY" ? "ROUTINE" : draft.precedence
}

/** What an author of unattributed words is told before it hands them in, in this order; true to what the desk will do. */
export function warnings(draft: Draft, back: boolean, { clocks }: DeskStatus, hasFiles: boolean): WordId[] {
  const asked = relayAsked(draft, back)
  const precedence = travels(draft, back)
  if (!asked || asked.attribution === "attributed") return []
  if (!isDiscreet(asked, precedence)) return ["relay.guessed-by-speed"]
  const { language, subject, body, replyTo } = draft
  const fields = { language, relay: asked, ...(replyTo === null ? {} : { replyTo }) }
  const fits = fitsSmallestBody("message.sent", [{ fields, texts: { subject, body } }])
  const presence = clocks.slot.attended !== clocks.slot.unattended
  return [
    hasFiles ? "relay.guessed-by-files" : fits ? "relay.discreet" : "relay.guessed-by-size",
    ...(precedence === draft.precedence ? [] : (["relay.routine-only"] as const)),
    ...(presence ? (["relay.guessed-by-presence"] as const) : []),
  ]
}

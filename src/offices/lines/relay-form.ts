import { z } from "zod"
import { type Carrying, type Entry, name, type Precedence, type ReleaseTerms, refuse, type Verdict } from "../act.ts"

/** Whether the addressee of a relay learns whose words it reads. */
export const ATTRIBUTIONS = ["attributed", "unattributed"] as const
export type Attribution = (typeof ATTRIBUTIONS)[number]

/**
 * What an author asks of the secretariat: to whom its words go, sorted, and whether under its name. Without `to` they go
 * back to whoever's words they reply to: an addressee of an unattributed relay knows no name to write.
 */
export const relayAsked = z.strictObject({
  to: z.array(name).min(1).max(64).optional(),
  attribution: z.enum(ATTRIBUTIONS),
})
export type RelayAsked = z.infer<typeof relayAsked>

/** What the secretariat says of words that it passes on. Unattributed, it says nothing of where they came from. */
export const relayFrom = z.discriminatedUnion("attribution", [
  z.strictObject({ attribution: z.literal("attributed"), from: name }),
  z.strictObject({ attribution: z.literal("unattributed") }),
])
export type RelayFrom = z.infer<typeof relayFrom>

/** What an addressee of a relay may release to its author: a rung that it stated, or words. */
export const RELEASED = ["acknowledged", "cascaded", "taken-into-account", "confirmed", "objected", "words"] as const
export type Released = (typeof RELEASED)[number]

type Moment = { at: string; index: number }

/** Stands for whom a request without `to` reaches: its author never learns the name from the secretariat's words. */
export const UNNAMED = "*"

/** A relay as the line of its author folds it. */
export type AskedRelay = {
  asked: RelayAsked
  /** Whether something of it is still the secretariat's to do. */
  open: boolean
  /** When the secretariat stated that the words left for each addressee, or for the unnamed one. */
  passedOn: Record<string, Moment>
  returned: (Moment & { text: string }) | null
  /** What addressees released to the author, as the secretariat carries it. */
  heard: readonly (Moment & { from: string; answer: Released; said: string; text: string | null })[]
}

/** A relay as the line of its addressee folds it. */
export type PassedRelay = {
  from: RelayFrom
  /** What the addressee released to the author, whom it may not know. */
  released: readonly (Moment & { answer: Released; text: string | null })[]
}
export type RelayState = AskedRelay | PassedRelay

/** What cannot wait for a slot, whatever its leaving tells. */
export function isUrgent(precedence: Precedence): boolean {
  return precedence === "FLASH" || precedence === "IMMEDIATE"
}

/**
 * Whether a message is to leave no trace of its own: unattributed words, and whatever is said of them, travel in slots,
 * which carry ROUTINE alone: PRIORITY becomes that. What is more urgent leaves at once, and whoever watches the register
 * can guess.
 */
export function isDiscreet(relay: { attribution: Attribution } | undefined, precedence: Precedence): boolean {
  return relay?.attribution === "unattributed" && !isUrgent(precedence)
}

/** The part of a message that speaks of a relay. */
export type RelayFields = {
  replyTo?: string | undefined
  relay?: RelayAsked | undefined
  relayed?: RelayFrom | undefined
  circular?: true | undefined
  release?: string | undefined
  words?: string | undefined
}

/** Whether what a message says of a relay can stand on its line: asked for by a delegation, passed on by the secretariat. */
export function relayFits(record: RelayFields, entry: Entry): Verdict {
  if (record.relay && record.relayed) return refuse("relay.both-ways")
  if (record.circular) {
    if (record.relay || record.relayed) return refuse("relay.both-ways")
    return hasRelease(record) === "whole" ? "permitted" : refuse("relay.release-missing")
  }
  if (record.relay) return mayAsk(record, record.relay, entry)
  if (record.relayed) return mayPass(record, record.relayed, entry)
  return hasRelease(record) === "none" ? "permitted" : refuse("relay.release-unwanted")
}

function mayAsk(record: RelayFields, { to, attribution }: RelayAsked, entry: Entry): Verdict {
  const withSecretariat = entry.line.members.length === 2 && entry.line.members.includes(entry.secretariat)
  if (!withSecretariat || entry.by === entry.secretariat) return refuse("relay.not-with-secretariat")
  // A release names whom it is for, so words to somebody unknown cannot be attributed.
  if (!to && (record.replyTo === undefined || attribution === "attributed")) return refuse("relay.nowhere")
  const further = to?.every((one, i) => !entry.line.members.includes(one) && (to[i - 1] ?? "") < one) ?? true
  return further ? releaseFits(record, attribution) : refuse("relay.nowhere")
}

function mayPass(record: RelayFields, relayed: RelayFrom, entry: Entry): Verdict {
  if (entry.by !== entry.secretariat) return refuse("roll.not-secretariat")
  if (relayed.attribution === "attributed" && entry.line.members.includes(relayed.from)) return refuse("relay.nowhere")
  return releaseFits(record, relayed.attribution)
}

/** Attributed words stand on their author's release; of unattributed ones nothing signed may remain. */
function releaseFits(record: RelayFields, attribution: Attribution): Verdict {
  const has = hasRelease(record)
  if (attribution === "attributed") return has === "whole" ? "permitted" : refuse("relay.release-missing")
  return has === "none" ? "permitted" : refuse("relay.release-unwanted")
}

function hasRelease({ release, words }: RelayFields): "whole" | "half" | "none" {
  if (release !== undefined && words !== undefined) return "whole"
  return release === undefined && words === undefined ? "none" : "half"
}

/** What releases of messages are called. */
export const RELEASE_KIND = "message"

/** The release that the author of attributed words signs: for the secretariat, which passes them on, and its addressees. */
export function releaseMade(record: RelayFields, at: Carrying): ReleaseTerms | undefined {
  const { relay } = record
  if (relay?.attribution !== "attributed" || !relay.to) return undefined
  return { kind: RELEASE_KIND, from: at.by, to: [...relay.to, at.secretariat].sort() }
}

/** The release that a message carries: the author's own where it asks for a relay, another's where it is one. */
export function releaseCarried(record: RelayFields, at: Carrying): ReleaseTerms | undefined {
  const { circular, relayed } = record
  if (circular) return { kind: RELEASE_KIND, from: at.by, to: at.line.members.filter((member) => member !== at.by) }
  if (relayed?.attribution !== "attributed") return releaseMade(record, at)
  return { kind: RELEASE_KIND, from: relayed.from, to: at.line.members.filter((member) => member !== relayed.from) }
}

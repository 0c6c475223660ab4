import { z } from "zod"

// No generated code: the same schemas run in a browser whose policy forbids it.
z.config({ jitless: true })

/** 32 bytes in lower-case hex: a matter, a line, a hash. */
export const id = z.string().regex(/^[0-9a-f]{64}$/)
/** Name of a delegation. */
export const name = z.string().regex(/^[a-z][a-z0-9-]{1,31}$/)
/** UTC, milliseconds. */
export const instant = z.iso.datetime({ precision: 3 })
/** A free text stands in the act only as its salted hash; rules never read it. */
export const text = id
/** One of the office's languages. */
export const language = z.enum(["en", "uk", "ru"])

export type Precedence = "FLASH" | "IMMEDIATE" | "PRIORITY" | "ROUTINE"

/** What the record of an act's entry says: all that a rule may read besides state and record. */
export type Entry = {
  by: string
  /** The stamp's instant: the only `now` of a rule. */
  at: string
  /** Index in the register: the one order of everything. */
  index: number
  place: number
  /** Hash of the header, by which another act names this one. */
  header: string
  precedence: Precedence
  line: { id: string; members: readonly string[] }
  secretariat: string
  clocks: Clocks
}

/** Clocks of the charter that rules read, in seconds (handbook W1 d, §6.1). */
export type Clocks = {
  /** Within which each precedence is to be acknowledged. */
  acknowledge: Record<Precedence, number>
  /** Within which a line check is to be read back. */
  check: number
}

/** A rule's answer: yes aloud, or a reason with a code that has words in every language. */
export type Verdict = "permitted" | Refusal
export type Refusal = { refused: RefusalCode }

/** Every reason that a rule can give. */
export const REFUSALS = [
  "act.unknown",
  "act.malformed",
  "act.other-matter",
  "line.not-open",
  "line.already-proposed",
  "line.not-proposed",
  "line.already-accepted",
  "line.text-does-not-fit",
  "line.already-out-of-service",
  "line.not-out-of-service",
  "envelope.no-such-place",
  "envelope.already-unopenable",
  "envelope.asked-too-often",
  "envelope.not-unopenable",
  "envelope.not-holder",
  "envelope.part-does-not-follow",
  "message.already-sent",
  "message.unknown",
  "message.not-addressee",
  "message.not-author",
  "message.other-content",
  "message.already-opened",
  "message.opening-not-reported",
  "message.already-acknowledged",
  "message.already-objected",
  "message.already-recalled",
  "message.deadline-not-passed",
  "message.answered",
  "message.already-unanswered",
  "message.not-for-you-to-say",
  "message.not-acknowledged",
  "message.already-stated",
  "message.in-the-future",
  "stop.not-flash",
  "stop.files",
  "relay.both-ways",
  "relay.not-with-secretariat",
  "relay.nowhere",
  "relay.release-missing",
  "relay.release-unwanted",
  "relay.not-asked",
  "relay.already-passed-on",
  "relay.already-returned",
  "relay.not-passed-on",
  "relay.words-missing",
  "relay.not-stated",
  "relay.already-released",
  "translation.same-language",
  "translation.not-author",
  "translation.working-only",
  "call.already-entered",
  "call.not-member",
  "call.times-do-not-fit",
  "call.read-back-missing",
  "call.unknown",
  "call.not-for-you-to-say",
  "call.already-stated",
  "check.already-called",
  "check.too-early",
  "check.unknown",
  "check.already-answered",
  "check.not-for-you-to-say",
  "check.already-closed",
  "check.result-does-not-fit",
  "check.already-unanswered",
  "check.already-explained",
  "roll.not-secretariat",
  "roll.already-founded",
  "roll.not-founded",
  "roll.unknown-delegation",
  "roll.root-does-not-fit",
  "roll.already-accepted",
  "roll.not-active",
  "roll.key-does-not-fit",
  "roll.key-unknown",
  "roll.sealing-keys-do-not-follow",
  "roll.rules-do-not-follow",
  "roll.wrong-line",
  "roll.mandate-does-not-fit",
  "roll.founder-missing",
  "roll.word-does-not-verify",
  "roll.already-claimed",
  "roll.too-many-claims",
  "roll.already-invited",
  "roll.not-of-council",
  "roll.no-such-claim",
  "roll.already-confirmed",
  "roll.secretariat-stays",
  "roll.already-asked",
  "roll.not-taking-part",
  "roll.not-away",
  "roll.amendment-does-not-follow",
  "roll.amendment-unsigned",
  "roll.amendment-not-allowed",
] as const
export type RefusalCode = (typeof REFUSALS)[number]

/** Refuses with a code. */
export function refuse(code: RefusalCode): Refusal {
  return { refused: code }
}

/**
 * One kind of act: its schema, its rule and its fold. `mayAct` and `fold` are pure; a fold is only asked about what
 * `mayAct` permitted, and the state that it gets is `undefined` before the matter's first act.
 */
export type ActKind<State, Fields extends { matter: string }> = {
  kind: string
  /** What its matters are, where that is not the first word of its kind. */
  about?: string
  schema: z.ZodType<Fields>
  /** Fields of a record that hold salted hashes of free texts. */
  texts: readonly (keyof Fields & string)[]
  /** Those of `texts` that no person reads (a signed note, a secret): nobody looks for words in them. */
  forMachines?: readonly (keyof Fields & string)[]
  /** What people read of a text that says it in a form of its own; the text itself where this is left out. */
  reads?(record: object, field: string, text: string): string
  /** Whether a record may name sealed files in its field `files` (attachment.ts). */
  files?: true
  /** Whether a desk asks a second officer to release it, as long as its own policy says nothing else. */
  secondOfficer?: true
  /** Whether an officer says it, or a desk by itself. */
  by: "officer" | "desk"
  /** Whether addressees answer it with receipts. Receipts, checks and key acts call for none. */
  callsForReceipt: boolean
  mayAct(state: State | undefined, record: Fields, entry: Entry): Verdict
  fold(state: State | undefined, record: Fields, entry: Entry): State
  /** Where its records carry releases: in their texts `release`, a note, and `words`, what the note covers. */
  release?: Releasing<NoInfer<Fields>>
  /** Another matter of the same line that learns of this act: a message that is replied to. */
  relates?: { to(record: Fields): string | undefined; fold(state: State, record: Fields, entry: Entry): State }
}

/** What is asked of a release before it stands in a register: who hands in or wrote the act that carries it, and where. */
export type Carrying = Pick<Entry, "by" | "line" | "secretariat">

/** A release as far as the act that carries it fixes it: `to` are those whom it must name at least. */
export type ReleaseTerms = { kind: string; from: string; to: readonly string[] }

/** How the records of a kind stand to releases (docs/specs/envelope.md §7). */
export type Releasing<Fields> = {
  /** The release that the author's desk signs when it hands in this record; its words are the record's own. */
  makes(record: Fields, at: Carrying): ReleaseTerms | undefined
  /** The release that this record carries, and that every member holds against it. */
  carries(record: Fields, at: Carrying): ReleaseTerms | undefined
  /** The words that the release covers; `clear` answers the text of a hash. Throws where a text is not of its form. */
  words(record: Fields, clear: (hash: string) => string): string
}

/** What a clock brings about in an office's matters: when, and which act says it. */
export type ClockRule<State> = {
  /** The next instant at which a clock has something to say of this matter, or null. */
  due(state: State, clocks: Clocks): string | null
  /** Who has still to answer this matter, deadline or not. */
  awaited?(state: State): readonly string[]
  /** What the delegation `speaker` has to say of it at `now`: nothing where it is another's to say. */
  say(state: State, at: ClockSituation): { act: string; fields: Record<string, string> }[]
}

/**
 * Whether a record must leave in a slot, so that its leaving tells the register's watchers nothing; `stateOf` answers
 * matters of the same line. Only the door asks: in which way an envelope came says nothing to a rule.
 */
export type Discretion<State> = (
  // biome-ignore lint/suspicious/noExplicitAny: the record has passed the schema of its kind, whichever that is
  record: any,
  precedence: Precedence,
  stateOf: (matter: string) => State | undefined,
) => boolean

/** Where a clock rings: at whose desk, on which line, when. */
export type ClockSituation = {
  speaker: string
  now: string
  matter: string
  line: Entry["line"]
  secretariat: string
  clocks: Clocks
}

/** What the matters of an act are: an act about another kind of matter is refused before any rule reads its state. */
export function officeOf({ kind, about }: Pick<AnyActKind, "kind" | "about">): string {
  return about ?? kind.split(".")[0] ?? ""
}

/** An act kind with its types forgotten, as the table of acts holds it; records are parsed by `schema` before use. */
// biome-ignore lint/suspicious/noExplicitAny: the one place where kinds of different states stand in one table
export type AnyActKind = ActKind<any, any>

/** Gives an act kind its types; the identity otherwise. */
export function actKind<State, Fields extends { matter: string }>(
  kind: ActKind<State, Fields>,
): ActKind<State, Fields> {
  return kind
}

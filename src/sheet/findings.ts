import type { Charter } from "#offices/roll/charter.ts"
import type { SheetData, Template } from "./form.ts"

/** Everything that a sheet can say; each has its sentence in the three catalogues. */
export const STATEMENTS = [
  "envelope",
  "signed",
  "entered.between",
  "entered.before",
  "entered.late",
  "act.hidden",
  "act.list",
  "act.other",
  "act.message.sent",
  "act.message.opened",
  "act.message.acknowledged",
  "act.message.objected",
  "act.message.recalled",
  "act.message.unanswered",
  "act.line.proposed",
  "act.line.accepted",
  "act.line.checked",
  "act.message.cascaded",
  "act.message.taken-into-account",
  "act.message.confirmed",
  "act.message.translated",
  "act.relay.passed-on",
  "act.relay.returned",
  "act.relay.answer-released",
  "act.relay.answer-passed-on",
  "act.check.called",
  "act.check.answered",
  "act.check.closed",
  "act.check.unanswered",
  "act.check.explained",
  "act.call.entered",
  "act.call.stated",
  "act.line.contact",
  "act.line.out-of-service",
  "act.line.back-in-service",
  "act.reply",
  "act.reply-by",
  "act.elsewhere",
  "act.not-taken",
  "delivered",
  "text.shown",
  "text.bytes",
  "text.hidden",
  "file.named",
  "release.signed",
  "release.words",
  "release.words-hidden",
  "release.false",
  "release.hidden",
  "claim.times",
  "claim.outside",
  "claim.register",
  "claim.heads",
  "claim.texts",
  "not.true",
  "not.read",
  "not.beside",
  "not.missing",
  "not.after",
] as const
export type StatementCode = (typeof STATEMENTS)[number]

/** One thing that a sheet says. Values are names, hashes, instants and codes; `quote` is a text in its author's words. */
export type Statement = { code: StatementCode; values: Readonly<Record<string, string>>; quote?: string }

/** What a sheet that verifies comes to. */
export type Findings = {
  office: string
  charter: Charter
  /** By which rules and words this is told. */
  template: Template
  line: string
  members: readonly string[]
  matter: string
  /** The language in which its readable part is written. */
  language: SheetData["language"]
  /** Not a whole line: something may have been said beside or after it. */
  extract: boolean
  /** Places that are missing at the desk that wrote it, as `5` or `5–7`. */
  missing: readonly string[]
  /** Highest place of the line. */
  last: number
  /** SHA-256 of the data part. */
  data: string
  /** Proven, given the charter and a quorum of honest witnesses. */
  statements: readonly Statement[]
  /** Said by somebody and only that. */
  claims: readonly Statement[]
  /** What no sheet shows. */
  unproven: readonly Statement[]
}

import type { CallReason } from "./alarms.ts"
import type { BoardDay } from "./board.ts"
import type { MessageRow } from "./screen.ts"

/** The shapes in which a desk answers what a watch asks: who is late, who was heard, what changed, what is to be done. */

/** A machine's translation: an aid at this desk alone, kept by one of its officers. */
export type Aid = { language: string; subject: string; body: string; at: string; by: string }

/** GET /api/translations: messages of this desk's lines that a language of the office still lacks, most urgent first. */
export type Untranslated = Pick<MessageRow, "line" | "matter" | "by" | "at" | "precedence" | "language" | "subject"> & {
  missing: string[]
}

/** GET /api/overdue: who has not answered, since when, and whether its desk was heard. */
export type OverdueView = { waiting: WaitingFor[]; silent: SilentRow[]; connected: boolean }

type Whom = {
  of: string
  /** When anything of that delegation was last entered on the line. */
  heard: string | null
  /** Whom to telephone, in that delegation's own words. */
  telephone: string | null
  outOfService: { at: string; until: string | null; text: string | null } | null
}
export type WaitingFor = Whom & {
  line: string
  matter: string
  by: string
  at: string
  precedence: string
  language: string
  subject: string | null
  deadline: string
  delivered: string | null
  call: CallReason | null
}
/** A member of whom two slots passed without an envelope: line cut or desk down. */
export type SilentRow = Whom & { line: string }

/** GET /api/lines/:line/calls: telephone calls as they were entered. */
export type CallRow = {
  line: string
  matter: string
  by: string
  at: string
  header: string
  with: string
  direction: "to" | "from"
  started: string
  ended: string | null
  answered: boolean
  role: string | null
  interpreter: boolean
  language: string
  purpose: string
  gist: string | null
  readBack: string
  readBackText: string | null
  about: string | null
  stated: { by: string; at: string; same: boolean; text: string | null }[]
}

/** GET /api/board: how every member of every line went, by day and hour. */
export type BoardView = { days: string[]; rows: { line: string; member: string; days: BoardDay[] }[] }

/** GET /api/checks/:line/:matter: one line check by officers. */
export type CheckView = {
  line: string
  matter: string
  by: string
  at: string
  slot: string
  header: string
  text: string | null
  members: {
    member: string
    answered: { at: string; readBack: string | null; quality: number; letters: boolean } | null
    closed: { at: string; result: string; text: string | null } | null
    unanswered: string | null
    explained: { at: string; text: string | null } | null
  }[]
}

/** GET /api/checks: what officers of this desk have to do about line checks now. */
export type CheckDue = {
  what: "call" | "answer" | "close" | "explain"
  line: string
  slot: string
  matter: string | null
}

/** GET /api/changes: what was entered since this officer last closed the list. */
export type Changes = {
  since: { index: number; at: string } | null
  upTo: number
  rows: ChangeRow[]
  /** More was entered than is shown. */
  cut: boolean
}
export type ChangeRow = {
  index: number
  at: string
  by: string
  line: string
  matter: string
  kind: string
  precedence: string
  refused: string | null
  subject: string | null
  language: string | null
}

import type { Role } from "../roles.ts"

/** A passkey as its owner sees it in a list. */
export type PasskeyView = { id: string; name: string; added: string; used: string | null }

/** Where an officer is signed in, as he sees it: `browser` is a family and nothing finer. */
export type SessionView = { id: string; since: string; last: string; browser: string; here: boolean }

/** GET /api/me: whoever asks. */
export type OwnView = {
  id: string
  name: string
  role: Role
  function: string
  /** Nothing may be done yet but registering a passkey. */
  enrolling: boolean
  passkeys: PasskeyView[]
  /** Where one is signed in. */
  sessions: SessionView[]
}

/** An officer of this desk, as the other officers see him. */
export type OfficerView = {
  id: string
  name: string
  role: Role
  function: string
  added: string
  begins: string | null
  until: string | null
  ended: string | null
  /** How many passkeys he has; none where he was invited and has not come yet. */
  passkeys: number
  /** Set while a new link was asked for him and waits for the head's release. */
  recovery: { id: string; askedBy: string; asked: string } | null
}

/** An act that waits for a second officer, or was decided: who wrote and who released stays at this desk. */
export type HeldRow = {
  id: string
  at: string
  act: string
  line: string
  by: string
  own: boolean
  records: { fields: Record<string, unknown>; texts: Record<string, string> }[]
  state: "waiting" | "released" | "returned" | "withdrawn"
  decidedBy: string | null
  decided: string | null
  note: string | null
  /** Released in an exercise by a session alone, without a passkey's signature. */
  bySession: boolean
  outbox: number | null
}

/** GET /api/releases: what waits, and for which kinds of act this desk asks a second officer. */
export type ReleasesView = { rows: HeldRow[]; policy: string[]; kinds: string[] }

/** A row of the audit log; `about` names a path with the numbers in it, and how it was answered. */
export type AuditRow = { seq: number; at: string; officer: string; name: string; what: string; about: string }

/** A token for scripts: what it may do and until when; its word is shown once and kept nowhere. */
export type TokenView = {
  id: string
  name: string
  acts: string[]
  paths: string[]
  made: string
  until: string
  ended: string | null
}

/** GET /api/tokens: the tokens, and what a new one may be made for. */
export type TokensView = { tokens: TokenView[]; kinds: string[]; paths: string[] }

/** Told to supervisor and head alone: an officer used the passkey that he has for being forced. */
export type CareRow = { seq: number; at: string; name: string }

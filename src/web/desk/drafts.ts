import type { Precedence } from "#offices/act.ts"
import type { Language } from "../words.ts"
import { store, stored } from "./preferences.ts"

/** A message that is being written: in this browser only, nobody else's desk ever learns of it. */
export type Draft = {
  id: string
  line: string
  replyTo: string | null
  precedence: Precedence
  language: Language
  subject: string
  body: string
  replyBy: string
  at: string
  /** One word for the door: handed in twice, it is one act. */
  token: string
}

/** The drafts of one delegation in this browser, newest first. */
export function drafts(delegation: string): Draft[] {
  try {
    const all: unknown = JSON.parse(stored(`drafts.${delegation}`) ?? "[]")
    return Array.isArray(all) ? (all as Draft[]) : []
  } catch {
    return []
  }
}

export function keepDraft(delegation: string, draft: Draft): void {
  const others = drafts(delegation).filter((d) => d.id !== draft.id)
  const isEmpty = draft.subject.trim() === "" && draft.body.trim() === ""
  store(`drafts.${delegation}`, JSON.stringify(isEmpty ? others : [draft, ...others]))
}

export function dropDraft(delegation: string, id: string): void {
  store(`drafts.${delegation}`, JSON.stringify(drafts(delegation).filter((d) => d.id !== id)))
}

/** 16 random bytes in hex. */
export function randomWord(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("")
}

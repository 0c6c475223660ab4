import type { Precedence } from "#offices/act.ts"
import type { Attribution } from "#offices/lines/relay-form.ts"
import type { DraftFile } from "../files/attaching.ts"
import type { Language } from "../words.ts"
import { ask, drop, put } from "./ask.ts"
import { store, stored } from "./preferences.ts"

/**
 * A message that is being written. Every stroke is in this browser at once and at the officer's own desk a moment
 * later, so that it outlives either of them; no other desk ever learns of it.
 */
export type Draft = {
  id: string
  line: string
  replyTo: string | null
  precedence: Precedence
  language: Language
  subject: string
  body: string
  replyBy: string
  /** Files that the desk holds whole for it. */
  files?: readonly DraftFile[] | undefined
  at: string
  /** One word for the door: handed in twice, it is one act. */
  token: string
  /** To whom the secretariat is asked to pass it on, and whether under our name. */
  relay?: { to: string[]; attribution: Attribution } | null
}

/** The drafts of one delegation in this browser, newest first. */
export function drafts(delegation: string): Draft[] {
  return list<Draft>(`drafts.${delegation}`)
}

function list<T>(name: string): T[] {
  try {
    const all: unknown = JSON.parse(stored(name) ?? "[]")
    return Array.isArray(all) ? (all as T[]) : []
  } catch {
    return []
  }
}

/** Quiet for so long after a stroke, a draft goes to the desk. */
const QUIET_MS = 400
const waiting = new Map<string, ReturnType<typeof setTimeout>>()

export function keepDraft(delegation: string, draft: Draft): void {
  const others = drafts(delegation).filter((d) => d.id !== draft.id)
  const isEmpty = draft.subject.trim() === "" && draft.body.trim() === "" && (draft.files ?? []).length === 0
  store(`drafts.${delegation}`, JSON.stringify(isEmpty ? others : [draft, ...others]))
  clearTimeout(waiting.get(draft.id))
  waiting.set(
    draft.id,
    setTimeout(() => void (isEmpty ? drop(`/drafts/${draft.id}`) : put(`/drafts/${draft.id}`, draft)), QUIET_MS),
  )
}

export function dropDraft(delegation: string, id: string): void {
  clearTimeout(waiting.get(id))
  store(`drafts.${delegation}`, JSON.stringify(drafts(delegation).filter((d) => d.id !== id)))
  // Until the desk has heard of it, this browser remembers that the draft is gone.
  const gone = `dropped.${delegation}`
  store(gone, JSON.stringify([...list<string>(gone), id]))
  void settleDropped(delegation)
}

async function settleDropped(delegation: string): Promise<void> {
  const gone = `dropped.${delegation}`
  for (const id of list<string>(gone)) {
    if ("failed" in (await drop(`/drafts/${id}`))) return
    store(gone, JSON.stringify(list<string>(gone).filter((one) => one !== id)))
  }
}

/** Brings browser and desk together: of two states of a draft the later one stays, on both sides. */
export async function settleDrafts(delegation: string): Promise<void> {
  await settleDropped(delegation)
  const answer = await ask<Draft[]>("/drafts")
  if ("failed" in answer) return
  const here = new Map(drafts(delegation).map((draft) => [draft.id, draft]))
  const there = new Map(answer.value.map((draft) => [draft.id, draft]))
  for (const draft of here.values())
    if ((there.get(draft.id)?.at ?? "") < draft.at) await put(`/drafts/${draft.id}`, draft)
  const dropped = list<string>(`dropped.${delegation}`)
  for (const draft of there.values())
    if ((here.get(draft.id)?.at ?? "") < draft.at && !dropped.includes(draft.id)) here.set(draft.id, draft)
  const all = [...here.values()].sort((a, b) => (a.at < b.at ? 1 : -1))
  store(`drafts.${delegation}`, JSON.stringify(all))
}

/** 16 random bytes in hex. */
export function randomWord(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("")
}

import { store, stored } from "./preferences.ts"

/** What the desk answered: a value, or a code that has words in every language. */
export type Answer<T> = { value: T } | { failed: string }

/** Reads from the desk's API; the path begins after /api. */
export function ask<T>(path: string, signal?: AbortSignal): Promise<Answer<T>> {
  return call<T>(path, signal ? { signal } : {})
}

/** Hands something to the desk's API. */
export function tell<T>(path: string, body: unknown = {}): Promise<Answer<T>> {
  return call<T>(path, posting(body))
}

/** Puts something into its place at the desk. */
export function put<T>(path: string, body: unknown): Promise<Answer<T>> {
  return call<T>(path, { ...posting(body), method: "PUT" })
}

/** Takes something away from its place at the desk. */
export function drop(path: string): Promise<Answer<unknown>> {
  return call(path, { method: "DELETE" })
}

/** Fetches a file that the desk makes, such as a proof sheet, and hands it to the browser to save. */
export async function saveFile(path: string, body: unknown, name: string): Promise<Answer<null>> {
  try {
    const response = await asPage(`/api${path}`, posting(body))
    if (!response.ok) return { failed: await reason(response) }
    const url = URL.createObjectURL(await response.blob())
    const link = document.createElement("a")
    link.href = url
    link.download = name
    link.click()
    URL.revokeObjectURL(url)
    return { value: null }
  } catch {
    return { failed: "desk-away" }
  }
}

/** Hands a file as it is to the desk's API. */
export function sendFile<T>(path: string, file: Blob): Promise<Answer<T>> {
  return call<T>(path, { method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file })
}

/** Where the page keeps its word, beside the cookie that it cannot read. */
const WORD = "page"

/** Keeps the word that this browser's pages show from now on. */
export function keepPageWord(word: string): void {
  held = word
  store(WORD, word)
}
// For a browser that stores nothing: this tab goes on, another one signs in anew.
let held = ""

/** A request of this page: with its word, and heeding the next one where the desk offers it. */
export async function asPage(url: string, init: RequestInit): Promise<Response> {
  const headers = new Headers(init.headers)
  headers.set("iod-page", stored(WORD) ?? held)
  const response = await fetch(url, { ...init, headers })
  const next = response.headers.get("iod-page-next")
  if (next !== null) keepPageWord(next)
  return response
}

/** The address of what the browser fetches by itself, live events or a file: good for this path, here, for a while. */
export async function ticketed(path: string): Promise<string | undefined> {
  const answer = await tell<{ ticket: string }>("/me/tickets", { path })
  return "value" in answer ? `/api${path}?ticket=${answer.value.ticket}` : undefined
}

/** Lets the browser save a file of the desk's under a name. */
export async function saveFrom(path: string, name: string): Promise<void> {
  const url = await ticketed(path)
  if (url === undefined) return
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
}

function posting(body: unknown): RequestInit {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }
}

async function call<T>(path: string, init: RequestInit): Promise<Answer<T>> {
  try {
    const response = await asPage(`/api${path}`, init)
    // The desk is this delegation's own program; its shapes are those of offices/joins/screen.ts.
    return response.ok ? { value: (await response.json()) as T } : { failed: await reason(response) }
  } catch (error) {
    if (init.signal?.aborted) throw error
    return { failed: "desk-away" }
  }
}

async function reason(response: Response): Promise<string> {
  try {
    const answer = (await response.json()) as { error?: string; refused?: string }
    return answer.refused ?? answer.error ?? `http-${response.status}`
  } catch {
    return `http-${response.status}`
  }
}

import { ask, asPage, drop, tell } from "../desk/ask.ts"

/** How a file stands at the desk: so many bytes of it are sealed and on its disk. */
type UploadView = { received: number; whole: boolean }

export type UploadEnd = { whole: true } | { failed: string }

/** One PUT: small enough that a bad line gets through with it. */
const SLICE = 1 << 20
const FIRST_PAUSE = 500
const LONGEST_PAUSE = 5000
/** Answers after which the same bytes may go again. */
const AWAY = ["desk-away", "http-502", "http-503", "http-504"]

/** A word of 32 random bytes, by which a file is known to the desk. */
export function newUpload(): string {
  return [...crypto.getRandomValues(new Uint8Array(32))].map((b) => b.toString(16).padStart(2, "0")).join("")
}

/** How a file that was attached earlier stands now. */
export function uploadAt(upload: string) {
  return ask<UploadView>(`/files/${upload}`)
}

/** Takes a file away from the desk again. */
export function discardUpload(upload: string): void {
  void drop(`/files/${upload}`)
}

/**
 * Brings a file to the desk, slice by slice, and goes on by itself from where a line broke off. `tell` hears how far it
 * is, and whether the desk answers. Throws where `signal` aborts.
 */
export async function bring(
  file: { upload: string; name: string; type: string; blob: Blob },
  hear: (received: number, answers: boolean) => void,
  signal: AbortSignal,
): Promise<UploadEnd> {
  const { upload, name, type, blob } = file
  let pause = FIRST_PAUSE
  let received: number | undefined
  for (;;) {
    signal.throwIfAborted()
    const answer =
      received === undefined
        ? await tell<UploadView>("/files", { upload, name, type, size: blob.size })
        : await send(upload, received, blob, signal)
    if ("value" in answer) {
      received = answer.value.received
      pause = FIRST_PAUSE
      hear(received, true)
      if (answer.value.whole) return { whole: true }
    } else if (AWAY.includes(answer.failed)) {
      hear(received ?? 0, false)
      await new Promise((resolve) => setTimeout(resolve, pause))
      pause = Math.min(pause * 2, LONGEST_PAUSE)
      // What the desk has of it only the desk knows.
      received = undefined
    } else if (answer.failed === "file.at") received = undefined
    else return { failed: answer.failed }
  }
}

async function send(upload: string, at: number, blob: Blob, signal: AbortSignal) {
  try {
    const body = blob.slice(at, at + SLICE)
    const response = await asPage(`/api/files/${upload}?at=${at}`, { method: "PUT", body, signal })
    const answer = (await response.json()) as UploadView & { refused?: string; error?: string }
    if (response.ok) return { value: answer }
    return { failed: answer.refused ?? answer.error ?? `http-${response.status}` }
  } catch (error) {
    if (signal.aborted) throw error
    return { failed: "desk-away" }
  }
}

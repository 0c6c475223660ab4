import { useEffect, useState } from "react"
import type { LiveEvent } from "#offices/joins/screen.ts"
import { ticketed } from "./ask.ts"

/** What the desk tells in the moment, and how long it has been silent. */
export type Live = {
  watch(hear: (event: LiveEvent) => void): () => void
  /** The desk's own time, carried on since it last spoke; its clock may be an exercise's. */
  now(): number
  /** The desk's time when it last spoke. */
  heardAt(): number
  /** Milliseconds since it last spoke. */
  silence(): number
  close(): void
}

/** Longer than two beats of five seconds: the desk is lost. */
const SILENT_MS = 12_000
const AGAIN_MS = 2_000

/** Opens the live events of the desk and opens them again whenever they end. */
export function openLive(): Live {
  const watchers = new Set<(event: LiveEvent) => void>()
  let last = { now: Date.now(), at: performance.now() }
  let timer: ReturnType<typeof setTimeout> | undefined
  let source: EventSource | undefined
  let closed = false
  void listen()

  async function listen(): Promise<void> {
    const url = await ticketed("/live")
    if (closed) return
    if (url === undefined) {
      // Nobody is signed in here any more, or the desk is away: whoever asks it again learns which.
      for (const hear of watchers) hear({ kind: "officers" })
      return again()
    }
    const opened = new EventSource(url)
    source = opened
    opened.onmessage = ({ data }) => {
      const event = JSON.parse(data) as LiveEvent
      last = { now: "now" in event ? Date.parse(event.now) : now(), at: performance.now() }
      for (const hear of watchers) hear(event)
    }
    opened.onerror = () => {
      // A browser gives up after an answer that is no stream; a desk that is starting again answers so.
      if (opened.readyState === EventSource.CLOSED) again()
    }
  }

  function again(): void {
    clearTimeout(timer)
    timer = setTimeout(() => void listen(), AGAIN_MS)
  }

  function now(): number {
    return last.now + performance.now() - last.at
  }

  return {
    watch(hear) {
      watchers.add(hear)
      return () => void watchers.delete(hear)
    },
    now,
    heardAt: () => last.now,
    silence: () => performance.now() - last.at,
    close() {
      closed = true
      clearTimeout(timer)
      source?.close()
    },
  }
}

/** Whether the desk has been silent so long that what stands on the screen may be old. */
export function useSilent(live: Live): boolean {
  const [silent, setSilent] = useState(false)
  useEffect(() => {
    const timer = setInterval(() => setSilent(live.silence() > SILENT_MS), 500)
    return () => clearInterval(timer)
  }, [live])
  return silent
}

/** The desk's time, told every second. */
export function useNow(live: Live): number {
  const [now, setNow] = useState(() => live.now())
  useEffect(() => {
    const timer = setInterval(() => setNow(live.now()), 1000)
    return () => clearInterval(timer)
  }, [live])
  return now
}

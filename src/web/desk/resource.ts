import { useCallback, useEffect, useEffectEvent, useState } from "react"
import type { LiveEvent } from "#offices/joins/screen.ts"
import { ask } from "./ask.ts"
import type { Live } from "./live.ts"

export type Resource<T> = { value: T | undefined; failed: string | undefined; again(): void }

/** Events that come together are answered by one request. */
const GATHER_MS = 10

/**
 * What the desk answers under `path`, asked again after each event that concerns it and whenever watching begins anew.
 * The last answer stays on the screen until the next one is there.
 */
export function useResource<T>(path: string, live: Live, concerns: (event: LiveEvent) => boolean): Resource<T> {
  const [held, setHeld] = useState<{ path: string; value?: T | undefined; failed?: string }>({ path })
  const [asked, setAsked] = useState(0)
  const again = useCallback(() => setAsked((n) => n + 1), [])
  const isConcern = useEffectEvent((event: LiveEvent) => event.kind === "hello" || concerns(event))

  // biome-ignore lint/correctness/useExhaustiveDependencies: `asked` is the word to ask again
  useEffect(() => {
    const ended = new AbortController()
    ask<T>(path, ended.signal).then(
      (answer) => {
        if (ended.signal.aborted) return
        if ("value" in answer) setHeld({ path, value: answer.value })
        else setHeld((old) => ({ path, value: old.path === path ? old.value : undefined, failed: answer.failed }))
      },
      // Aborted: a later question is under way.
      () => undefined,
    )
    return () => ended.abort()
  }, [path, asked])

  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const leave = live.watch((event) => {
      if (!isConcern(event)) return
      clearTimeout(timer)
      timer = setTimeout(again, GATHER_MS)
    })
    return () => {
      clearTimeout(timer)
      leave()
    }
  }, [live, again])

  const current = held.path === path
  return { value: current ? held.value : undefined, failed: current ? held.failed : undefined, again }
}

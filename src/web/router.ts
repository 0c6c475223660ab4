import { useSyncExternalStore } from "react"

/** Where the reader is: path and query of the address. */
export type Place = { path: string; query: URLSearchParams }

const watchers = new Set<() => void>()

function told(): void {
  for (const watcher of watchers) watcher()
}

/** Goes to an address of this desk without a new page. */
export function go(to: string, how: "push" | "replace" = "push"): void {
  if (how === "push") history.pushState(null, "", to)
  else history.replaceState(null, "", to)
  window.scrollTo(0, 0)
  told()
}

/** The address in the bar, followed. */
export function usePlace(): Place {
  const address = useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher)
      window.addEventListener("popstate", watcher)
      return () => {
        watchers.delete(watcher)
        window.removeEventListener("popstate", watcher)
      }
    },
    () => location.pathname + location.search,
  )
  const url = new URL(address, location.origin)
  return { path: url.pathname, query: url.searchParams }
}

import { useEffect } from "react"
import type { OverdueView } from "#offices/joins/watch.ts"
import { type Resource, useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"

// What becomes late by itself makes no event: the desk is asked again as often as nobody would wait longer.
const AGAIN_MS = 10_000

/** Who has not answered and who is silent, kept up to date by events and by the clock. */
export function useOverdue(): Resource<OverdueView> {
  const { live } = useDesk()
  const overdue = useResource<OverdueView>(
    "/overdue",
    live,
    (event) => event.kind === "entered" || event.kind === "connection",
  )
  const { again } = overdue
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS)
    return () => clearInterval(timer)
  }, [again])
  return overdue
}

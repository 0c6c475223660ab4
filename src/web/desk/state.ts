import { createContext, useContext } from "react"
import type { DeskStatus } from "#offices/joins/screen.ts"
import type { Inbox } from "./inbox.ts"
import type { Live } from "./live.ts"

/** What every screen of a signed-in officer knows. */
export type DeskState = {
  status: DeskStatus
  live: Live
  inbox: Inbox
  /** The desk has not spoken for a while: the screen shows what was, and nothing may be done with it. */
  silent: boolean
  again(): void
}

export const DeskContext = createContext<DeskState | undefined>(undefined)

export function useDesk(): DeskState {
  const desk = useContext(DeskContext)
  if (!desk) throw new Error("a screen was shown without a desk")
  return desk
}

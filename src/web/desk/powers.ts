import { useContext } from "react"
import { may, type Power } from "#offices/roles.ts"
import { DeskContext } from "./state.ts"

/** What a screen takes beside being signed in, by the first word of its address; screens that are not here take nothing. */
const SCREENS: Readonly<Record<string, Power>> = {
  "": "read",
  overdue: "read",
  relays: "read",
  changes: "read",
  board: "read",
  watch: "read",
  restored: "read",
  translations: "read",
  search: "read",
  line: "read",
  message: "read",
  check: "read",
  compose: "write",
  call: "write",
  lines: "write",
  stop: "write",
  translate: "translate",
  courier: "export",
  officers: "officers",
  releases: "read",
  audit: "audit",
}

/** Asks what the role of whoever is signed in lets do; nothing where nobody is. */
export function useMay(): (power: Power) => boolean {
  const role = useContext(DeskContext)?.status.me.role
  return (power) => role !== undefined && may(role, power)
}

/** The power that the screen of an address takes, or undefined. */
export function powerFor(href: string): Power | undefined {
  return SCREENS[/^\/?([a-z]*)/.exec(href)?.[1] ?? ""]
}

import { useEffect, useEffectEvent } from "react"
import { stored } from "./preferences.ts"

const names = new WeakMap<KeyboardEvent, string>()
const AFTER_G_MS = 1500
let pressedG = Number.NEGATIVE_INFINITY

/**
 * A key by its name, for every screen alike: what follows a `g` within a second and a half is `g` and its letter, so
 * that the way to another screen never acts on the one that is open.
 */
function named(event: KeyboardEvent): string {
  const known = names.get(event)
  if (known !== undefined) return known
  const key = event.key.length === 1 ? latin(event) : event.key
  const name = event.timeStamp - pressedG < AFTER_G_MS ? `g ${key}` : key
  pressedG = name === "g" ? event.timeStamp : Number.NEGATIVE_INFINITY
  names.set(event, name)
  return name
}

/**
 * Keys of a screen: one letter, or `g` and a letter. They sleep while somebody types, while a dialog is open, and where
 * switched off. One that answers false had nothing to do, and the key is still another's.
 */
export function useKeys(keys: Record<string, (() => unknown) | undefined>): void {
  const press = useEffectEvent((event: KeyboardEvent) => {
    if (event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || sleeps(event.target)) return
    const action = keys[named(event)]
    if (action && action() !== false) event.preventDefault()
  })
  useEffect(() => {
    const hear = (event: KeyboardEvent) => press(event)
    window.addEventListener("keydown", hear)
    return () => window.removeEventListener("keydown", hear)
  }, [])
}

/** The letter that stands on the key in Latin, whatever layout is on: officers type Cyrillic. */
function latin(event: KeyboardEvent): string {
  if (event.key === "?" || (event.code === "Slash" && event.shiftKey)) return "?"
  // The key of the slash in Latin layouts; Cyrillic ones have a point there.
  if (event.key === "/" || (event.code === "Slash" && event.key === ".")) return "/"
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1]?.toLowerCase()
  return /^[a-z]$/i.test(event.key) ? event.key.toLowerCase() : (letter ?? event.key)
}

function sleeps(target: EventTarget | null): boolean {
  if (stored("keys") === "off" || document.querySelector("[role=dialog], [role=alertdialog]")) return true
  return (
    target instanceof Element && target.closest("input, textarea, select, [contenteditable], [role=listbox]") !== null
  )
}

/** Moves the focus among the rows of the screen; from nowhere it goes to the first in sight, or to the last. */
export function stepRow(by: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>("main [data-row]")]
  const at = rows.findIndex((row) => row.matches(":focus"))
  const inSight = Math.max(
    0,
    rows.findIndex((row) => row.getBoundingClientRect().top >= 0),
  )
  const from = by === 1 ? inSight : rows.length - 1
  const next = at === -1 ? from : Math.min(rows.length - 1, Math.max(0, at + by))
  rows[next]?.focus()
  rows[next]?.scrollIntoView({ block: "nearest" })
}

/** Whether the focus stands on a row, so that an arrow moves it instead of the page. */
export function isOnRow(): boolean {
  return document.activeElement?.hasAttribute("data-row") ?? false
}

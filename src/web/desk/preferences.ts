import { useState } from "react"
import { LANGUAGES, type Language } from "../words.ts"

export const THEMES = ["auto", "light", "dark"] as const
export type Theme = (typeof THEMES)[number]

/** A choice of this browser; a browser that stores nothing forgets it and works. */
export function stored(name: string): string | null {
  try {
    return localStorage.getItem(`iod.${name}`)
  } catch {
    return null
  }
}

export function store(name: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(`iod.${name}`)
    else localStorage.setItem(`iod.${name}`, value)
  } catch {
    // Storage is switched off: the choice lasts until the page is left.
  }
}

/** The language chosen here, or the browser's where it is one of ours, or English. */
export function chosenLanguage(): Language {
  const wanted = [stored("language"), ...navigator.languages.map((l) => l.slice(0, 2))]
  return wanted.map((w) => LANGUAGES.find((l) => l === w)).find((l) => l !== undefined) ?? "en"
}

export function chosenTheme(): Theme {
  const theme = stored("theme")
  return THEMES.find((t) => t === theme) ?? "auto"
}

export function showTheme(): void {
  document.documentElement.dataset.theme = chosenTheme()
}

/** A switch that this browser remembers. */
export function useSwitch(name: string, first: boolean): [boolean, (on: boolean) => void] {
  const [on, setOn] = useState(() => (stored(name) ?? (first ? "on" : "off")) === "on")
  return [
    on,
    (next) => {
      store(name, next ? "on" : "off")
      setOn(next)
    },
  ]
}

import type { ReactNode } from "react"

/** What went wrong, told at once; nothing while nothing did. Inline beside what it is about, or as a sentence of its own. */
export function Wrong({ children, inline = false }: { children: ReactNode; inline?: boolean }) {
  if (children === undefined || children === false || children === "") return null
  const Element = inline ? "span" : "p"
  return (
    <Element role="alert" className="wrong">
      {children}
    </Element>
  )
}

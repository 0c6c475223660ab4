import { type ReactNode, useEffect, useRef } from "react"

/** The screen's title. It takes the focus when the screen opens, so that a reader of screens hears where it is. */
export function Heading({ children, lang }: { children: ReactNode; lang?: string | undefined }) {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // A screen for writing has given the focus to its first field already.
    if (!document.activeElement?.closest("form")) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1} lang={lang}>
      {children}
    </h1>
  )
}

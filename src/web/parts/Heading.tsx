import { type ReactNode, useEffect, useRef } from "react"

/** The screen's title. It takes the focus when the screen opens, so that a reader of screens hears where it is. */
export function Heading(props: { children: ReactNode; lang?: string | undefined; id?: string }) {
  const { children, lang, id } = props
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    // A screen for writing has given the focus to its first field already.
    if (!document.activeElement?.closest("form")) heading.current?.focus({ preventScroll: true })
  }, [])
  return (
    <h1 ref={heading} tabIndex={-1} lang={lang} id={id}>
      {children}
    </h1>
  )
}

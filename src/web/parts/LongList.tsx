import { type ReactNode, useEffect, useEffectEvent, useLayoutEffect, useRef, useState } from "react"
import { Button } from "react-aria-components"
import { Windowed } from "./Windowed.tsx"

/** More rows than this are not all in the page at once: only those around the window are. */
const ALL_IN_PAGE = 50
/** How far below the window the end of a list is near: two windows. */
const AHEAD = "0px 0px 200%"

export type LongListProps<T> = {
  /** The id of the heading that names the list. */
  labelledBy: string
  rows: readonly T[]
  keyOf(row: T): string
  children(row: T): ReactNode
}

/** Rows below each other, however many. */
export function LongList<T>(props: LongListProps<T>) {
  const { labelledBy, rows, keyOf, children } = props
  const list = useRef<HTMLUListElement>(null)
  const [isLong, setLong] = useState(rows.length > ALL_IN_PAGE)
  useLayoutEffect(() => {
    // A list that grows under somebody's focus stays what it is until the focus has left it.
    if (rows.length > ALL_IN_PAGE && !list.current?.contains(document.activeElement)) setLong(true)
  }, [rows.length])
  if (isLong) return <Windowed {...props} />
  return (
    <ul className="messages" aria-labelledby={labelledBy} ref={list}>
      {rows.map((row) => (
        <li key={keyOf(row)}>{children(row)}</li>
      ))}
    </ul>
  )
}

/** Asks for more rows as the end of the list comes near, and when it is pressed. `shown` says how far the list goes. */
export function More({ shown, word, onMore }: { shown: number; word: string; onMore(): void }) {
  const end = useRef<HTMLDivElement>(null)
  const near = useEffectEvent(onMore)
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for every length of the list
  useEffect(() => {
    if (!end.current) return
    const watch = new IntersectionObserver(([seen]) => seen?.isIntersecting && near(), { rootMargin: AHEAD })
    watch.observe(end.current)
    return () => watch.disconnect()
  }, [shown])
  return (
    <div ref={end}>
      <Button className="button" onPress={onMore}>
        {word}
      </Button>
    </div>
  )
}

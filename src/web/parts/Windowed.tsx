import { type KeyboardEvent, memo, type ReactNode, type RefObject, useLayoutEffect, useRef, useState } from "react"
import { flushSync } from "react-dom"
import type { LongListProps } from "./LongList.tsx"
import { RowStop } from "./To.tsx"
import { rowsWithin } from "./windowing.ts"

/** Pixels above and below the window in which rows stand ready: the next one is there before the focus goes to it. */
const READY = 400
/** What a row is taken to measure until one has been in the page: one line in a wide window, three in a narrow one. */
const [WIDE, NARROW] = [32, 78]

/**
 * A list of which only the rows around the window are in the page. It is one stop of the keyboard: arrows go from row to
 * row, the page keys over as many as are in sight, Home and End to the first and the last. Each row says its place and
 * of how many.
 */
export function Windowed<T>({ labelledBy, rows, keyOf, children }: LongListProps<T>) {
  const list = useRef<HTMLUListElement>(null)
  const { from, to, before, after, first, past, show } = useWindow(list, rows, keyOf)
  const [stop, setStop] = useState<string>()
  const present = rows.slice(from, to)
  const kept = present.find((row) => keyOf(row) === stop) ?? rows[first]
  function leap(event: KeyboardEvent): void {
    const page = Math.max(1, past - first - 1)
    const here = rows.findIndex((row) => keyOf(row) === stop)
    const leaps = new Map([
      ["Home", 0],
      ["End", rows.length - 1],
      ["PageUp", here - page],
      ["PageDown", here + page],
    ])
    const to = leaps.get(event.key)
    if (to === undefined || event.ctrlKey || event.altKey || event.metaKey) return
    event.preventDefault()
    const at = Math.min(rows.length - 1, Math.max(0, to))
    flushSync(() => show(at))
    list.current?.querySelector<HTMLElement>(`[aria-posinset="${at + 1}"] [data-row]`)?.focus()
  }
  return (
    <ul
      ref={list}
      className="messages"
      aria-labelledby={labelledBy}
      style={{ paddingTop: before, paddingBottom: after }}
      onKeyDown={leap}
    >
      {present.map((row, i) => (
        <li
          key={keyOf(row)}
          aria-posinset={from + i + 1}
          aria-setsize={rows.length}
          onFocus={() => setStop(keyOf(row))}
        >
          <RowStop value={row === kept}>
            <Drawn row={row} draw={children} />
          </RowStop>
        </li>
      ))}
    </ul>
  )
}

/** A row is drawn again only when it, or what draws it, has changed: not whenever the window moves. */
const Drawn = memo(function Drawn({ row, draw }: { row: unknown; draw(row: unknown): ReactNode }) {
  return draw(row)
})

type Held = {
  /** Of the list when its rows were measured: in another width they are of another height. */
  width: number
  heights: Map<string, number>
  /** What a row that was not in the page yet is taken to measure. */
  taken: number
}

/**
 * Which rows are in the page now. Those from `first` up to and without `past` are in sight; `show` brings a row into the
 * page from anywhere.
 */
function useWindow<T>(list: RefObject<HTMLUListElement | null>, rows: readonly T[], keyOf: (row: T) => string) {
  const [held] = useState<Held>(() => ({
    width: 0,
    heights: new Map(),
    taken: window.innerWidth > 1024 ? WIDE : NARROW,
  }))
  const [top, setTop] = useState(0)
  const [, setMeasured] = useState(0)
  const nameOf = (row: T | undefined) => (row === undefined ? "" : keyOf(row))
  const heightOf = (row: number) => held.heights.get(nameOf(rows[row])) ?? held.taken
  const bottom = top + window.innerHeight
  const present = rowsWithin(rows.length, heightOf, top - READY, bottom + READY)
  useLayoutEffect(() => {
    // What they measure is known before they are painted; rows that did not change measure the same again.
    if (list.current && measure(list.current, held, (i) => nameOf(rows[present.from + i]))) setMeasured((n) => n + 1)
  })
  useLayoutEffect(() => {
    const topOf = () => -(list.current?.getBoundingClientRect().top ?? 0)
    const look = () => flushSync(() => setTop(topOf()))
    setTop(topOf())
    document.addEventListener("scroll", look, { capture: true, passive: true })
    window.addEventListener("resize", look)
    return () => {
      document.removeEventListener("scroll", look, { capture: true })
      window.removeEventListener("resize", look)
    }
  }, [list])
  const { from: first, to: past } = rowsWithin(rows.length, heightOf, Math.max(0, top), bottom)
  return {
    ...present,
    ...{ first, past },
    show: (row: number) => setTop(rows.slice(0, row).reduce((sum, _, i) => sum + heightOf(i), 0)),
  }
}

/** Measures the rows in the page, all of them at once; answers whether any is not what it was taken for. */
function measure(list: HTMLElement, held: Held, nameOf: (child: number) => string): boolean {
  const measured = [...list.children].map((row, i) => ({ name: nameOf(i), height: row.getBoundingClientRect().height }))
  if (held.width !== list.clientWidth) held.heights.clear()
  held.width = list.clientWidth
  const changed = measured.filter(({ name, height }) => Math.abs((held.heights.get(name) ?? 0) - height) > 0.5)
  for (const { name, height } of changed) held.heights.set(name, height)
  return changed.length > 0
}

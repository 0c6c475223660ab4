/** Rows `from` up to and without `to` of a long list, with the pixels that all before and all after them take up. */
export type Rows = { from: number; to: number; before: number; after: number }

/** The rows that touch what lies between `top` and `bottom`, in pixels from the list's beginning; at least one. */
export function rowsWithin(count: number, heightOf: (row: number) => number, top: number, bottom: number): Rows {
  const found = { from: -1, to: 0, before: 0, after: 0 }
  for (let row = 0, y = 0; row < count; row++) {
    const height = heightOf(row)
    const isLast = row === count - 1
    if (found.from < 0 && (y + height > top || isLast)) {
      found.from = row
      found.before = y
    }
    if (found.from >= 0 && (row === found.from || y < bottom)) found.to = row + 1
    else if (found.from >= 0) found.after += height
    y += height
  }
  return { ...found, from: Math.max(0, found.from) }
}

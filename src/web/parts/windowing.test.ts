import assert from "node:assert/strict"
import { test } from "node:test"
import { rowsWithin } from "./windowing.ts"

const heights = Array.from({ length: 1000 }, (_, row) => 20 + (row % 7) * 10)
const heightOf = (row: number) => heights[row] ?? 0
const sum = (from: number, to: number) => heights.slice(from, to).reduce((all, one) => all + one, 0)

test("what is in the page and what is kept open before and after it are the whole list at every place", () => {
  for (let top = -500; top < sum(0, 1000) + 500; top += 97) {
    const { from, to, before, after } = rowsWithin(1000, heightOf, top, top + 800)
    assert.ok(from < to)
    assert.equal(before, sum(0, from))
    assert.equal(after, sum(to, 1000))
  }
})

test("every row that touches the window is in the page, and none beside them", () => {
  const [top, bottom] = [10_007, 10_900]
  const { from, to } = rowsWithin(1000, heightOf, top, bottom)
  assert.ok(sum(0, from) <= top && sum(0, from + 1) > top)
  assert.ok(sum(0, to) >= bottom && sum(0, to - 1) < bottom)
})

test("a list of no rows has none, and a window beside the list has its nearest row", () => {
  assert.deepEqual(rowsWithin(0, heightOf, 0, 800), { from: 0, to: 0, before: 0, after: 0 })
  assert.deepEqual(
    rowsWithin(3, () => 10, -900, -100),
    { from: 0, to: 1, before: 0, after: 20 },
  )
  assert.deepEqual(
    rowsWithin(3, () => 10, 900, 1700),
    { from: 2, to: 3, before: 20, after: 0 },
  )
})

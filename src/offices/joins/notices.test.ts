import assert from "node:assert/strict"
import { test } from "node:test"
import { noticesDue } from "./notices.ts"

const clocks = { notice: { FLASH: 60, IMMEDIATE: 300, PRIORITY: 1800, ROUTINE: 21_600 }, deputyAfter: 3 }
const at = "2026-11-23T04:00:00.000Z"
const after = (seconds: number) => Date.parse(at) + seconds * 1000

test("a message is given notice of on arrival, and again at each interval of its precedence until it is acknowledged", () => {
  const flash = (seconds: number) => noticesDue({ at, precedence: "FLASH" }, clocks, "duty", after(seconds))
  assert.deepEqual([-1, 0, 59, 60, 119, 120, 600].map(flash), [0, 1, 1, 2, 2, 3, 11])
  assert.equal(noticesDue({ at, precedence: "ROUTINE" }, clocks, "duty", after(21_599)), 1)
})

test("the deputy is called once three notices were in vain, and not before", () => {
  const deputy = (seconds: number) => noticesDue({ at, precedence: "IMMEDIATE" }, clocks, "deputy", after(seconds))
  assert.deepEqual([0, 899, 900, 1199, 1200].map(deputy), [0, 0, 1, 1, 2])
})

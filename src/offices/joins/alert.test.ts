import assert from "node:assert/strict"
import { test } from "node:test"
import { alertDue } from "./alert.ts"

const clocks = { after: 60, every: 600 }
const at = (seconds: number) => new Date(Date.parse("2026-11-23T04:00:00.000Z") + seconds * 1000).toISOString()
const due = (waiting: number[], last: number | null, now: number) =>
  alertDue(waiting.map(at), last === null ? null : at(last), clocks, Date.parse(at(now)))

test("who is not before a screen is alerted once something has waited, again while it does, and at once for what is new", () => {
  assert.equal(due([], null, 9999), null)
  assert.equal(due([0], null, 59), null)
  assert.equal(due([0], null, 60), at(0))
  assert.equal(due([0], 60, 659), null)
  assert.equal(due([0], 60, 660), at(0))
  // Something new: the alert says since when the oldest waits.
  assert.equal(due([0, 100], 60, 159), null)
  assert.equal(due([0, 100], 60, 160), at(0))
  assert.equal(due([0, 100], 160, 200), null)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import type { Charter } from "../roll/charter.ts"
import { callFor, silentAfter } from "./alarms.ts"

const each = { FLASH: 60, IMMEDIATE: 300, PRIORITY: 1800, ROUTINE: 7200 }
const clocks = {
  ...{ deliver: each, slot: { attended: 900, unattended: 900 }, slotOfMany: { attended: 3600, unattended: 3600 } },
} as unknown as Charter["clocks"]
const at = "2026-11-23T04:00:00.000Z"
const after = (seconds: number) => Date.parse(at) + seconds * 1000

test("what a desk does not hold within its clock, or nobody answers by its deadline, calls for the telephone", () => {
  const message = { precedence: "FLASH" as const, at, deadline: "2026-11-23T04:10:00.000Z", delivered: null }
  assert.equal(callFor(message, clocks, after(60)), null)
  assert.equal(callFor(message, clocks, after(61)), "not-delivered")
  assert.equal(callFor({ ...message, delivered: at }, clocks, after(600)), null)
  assert.equal(callFor({ ...message, delivered: at }, clocks, after(601)), "overdue")
})

test("a member is silent after two slots without an envelope, and the slots of a line of many are longer", () => {
  assert.equal(silentAfter(2, clocks), (2 * 900 + 60) * 1000)
  assert.equal(silentAfter(5, clocks), (2 * 3600 + 60) * 1000)
})

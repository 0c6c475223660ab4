import assert from "node:assert/strict"
import { test } from "node:test"
import { restoreDayOld, rotateUnderLoad } from "./drills.ts"

test("nothing is unreadable that was written while sealing keys changed twenty times", async () => {
  const { readable, of } = await rotateUnderLoad(20, 10)
  assert.equal(of, 200)
  assert.equal(readable, of)
})

test("from a backup that is a day old everything comes back that the office acknowledged", async () => {
  const { lost } = await restoreDayOld(10)
  assert.equal(lost, 0)
})

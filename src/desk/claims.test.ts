import assert from "node:assert/strict"
import { test } from "node:test"
import { openArchive } from "./archive.ts"
import { keepCheckpoint } from "./checkpoints.ts"
import { falseTime } from "./claims.ts"

const at = (second: number) => new Date(Date.UTC(2027, 0, 1, 12) + second * 1000).toISOString()
const checkpoint = (size: number) => ({ size: BigInt(size), root: new Uint8Array(32), note: `checkpoint ${size}\n` })
const stamp = (second: number) => ({ index: 20, at: at(second), register: { size: 12n, root: "00".repeat(32) } })

test("a stamp is held against what every quorum had passed, so that one witness's fast clock convicts nobody", async () => {
  const archive = await openArchive(":memory:")
  // Two of three: one of them states a time two minutes ahead, and the third was dark.
  keepCheckpoint(archive, checkpoint(10), { witnessed: at(120), floor: at(0) })
  keepCheckpoint(archive, checkpoint(12), { witnessed: at(121), floor: at(1) })
  keepCheckpoint(archive, checkpoint(30), { witnessed: at(123), floor: at(3) })
  assert.equal(falseTime(archive, stamp(2), 60), undefined)
  assert.equal(falseTime(archive, stamp(-60), 60), undefined)
  assert.equal(falseTime(archive, stamp(-61), 60), "checkpoint 10\n", "but a stamp before all of them convicts")
  assert.equal(falseTime(archive, stamp(183), 60), undefined, "the second of the quorum is in time")
  assert.equal(falseTime(archive, stamp(184), 60), "checkpoint 30\n")
})

test("of a checkpoint whose witnesses' times were not kept one by one, nothing is held against a stamp", async () => {
  const archive = await openArchive(":memory:")
  keepCheckpoint(archive, checkpoint(10), { witnessed: at(120), floor: null })
  assert.equal(falseTime(archive, stamp(-3600), 60), undefined)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import { signer } from "#register/fixture.test.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signLineHead } from "#seal/stamp.ts"
import { manualClock } from "../clock.ts"
import { openArchive } from "./archive.ts"
import { openLineHeads } from "./line-heads.ts"

const registry = signer("registry", "ed25519", 7)
const office = "0f".repeat(32)
const head = {
  office,
  line: "1e".repeat(32),
  place: 1,
  head: "2d".repeat(32),
  size: 1n,
  at: "2027-01-01T00:00:00.000Z",
}

/** Line heads of a desk that holds nothing, and what they said against the registry. */
async function opened() {
  const archive = await openArchive(":memory:")
  const clock = manualClock(0)
  const accused: string[] = []
  const never = () => assert.fail("nothing here is the evidence of anything else")
  const evidence = {
    againstAuthor: never,
    againstRegistry: (code: string) => void accused.push(code),
    distrusted: () => undefined,
    resume: never,
    rows: () => [],
  }
  const parts = { archive, clock, crypto: nodeCrypto, office, registryKey: registry.key, evidence, next: () => 1n }
  return { archive, clock, accused, lineHeads: openLineHeads(parts) }
}

test("a place that the registry signed for and does not hand out in time convicts it", async () => {
  const { clock, accused, lineHeads } = await opened()
  await lineHeads.heard(signLineHead(head, registry))
  lineHeads.passed("mail")
  clock.advance(9_999)
  assert.deepEqual(accused, [])
  clock.advance(1)
  assert.deepEqual(accused, ["line-withheld"])
})

test("what arrives while a desk closes rings no bell after it", async () => {
  const { archive, clock, accused, lineHeads } = await opened()
  const heard = lineHeads.heard(signLineHead(head, registry))
  lineHeads.close()
  await heard
  lineHeads.passed("checkpoint")
  archive[Symbol.dispose]()
  clock.advance(60_000)
  assert.deepEqual(accused, [])
})

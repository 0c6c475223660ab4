import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { runs } from "#register/fixture.test.ts"
import { packBody, recordHash, SMALLEST_BODY, textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Draft, fitsSmallestBody, pack, prepare, type Salting } from "./pack.ts"

const real: Salting = {
  random: () => new Uint8Array(32).fill(7),
  textHash: (text) => textHash(nodeCrypto, text),
  recordHash: (record) => recordHash(nodeCrypto, record),
}
const SOFTWARE = "5".repeat(64)

function message(body: string): Draft {
  return { fields: { language: "uk" }, texts: { subject: "Лінія електропередачі, 14 км", body } }
}

test("whether an act has the smallest body is known before anything is salted", () => {
  const letters = fc.string({ unit: "binary", maxLength: 1800 })
  const drafts = fc.array(letters.map(message), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(drafts, (some) => {
      const ready = some.map((draft) => prepare(real, draft))
      const salt = new Uint8Array(32)
      const body = packBody({ salt, ...pack(real, "message.sent", SOFTWARE, ready) })
      assert.equal(fitsSmallestBody("message.sent", some), body.length === SMALLEST_BODY)
    }),
    runs(200),
  )
})

test("a text of 3500 bytes fits the smallest body and one of 3800 does not", () => {
  assert.equal(fitsSmallestBody("message.sent", [message("a".repeat(3500))]), true)
  assert.equal(fitsSmallestBody("message.sent", [message("a".repeat(3800))]), false)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { runs } from "#register/fixture.test.ts"
import { recordHash, type SaltedText } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { freeTexts, recordsOf } from "./records.ts"

// Few salts and words, so that texts often repeat each other in one or the other.
const text: fc.Arbitrary<SaltedText> = fc
  .tuple(fc.nat(2), fc.nat(3))
  .map(([salt, word]) => ({ salt: new Uint8Array(32).fill(salt), bytes: new Uint8Array([48 + word]) }))
const hashOf = (one: SaltedText) => recordHash(nodeCrypto, one)

test("records and free texts of a list are told apart by their hashes, in whatever order its author put them", () => {
  const body = fc.tuple(fc.array(text, { minLength: 1, maxLength: 4 }), fc.array(text, { maxLength: 6 }))
  const order = fc.constantFrom("records first", "texts first", "a record missing")
  fc.assert(
    fc.property(body, order, ([records, others], how) => {
      const list = records.map(hashOf)
      const sent = how === "a record missing" ? records.slice(1) : records
      const texts = how === "texts first" ? [...others, ...sent] : [...sent, ...others]
      const form = { act: "message.sent", software: "0".repeat(64), list }
      const held = new Map(texts.map((one) => [hashOf(one), Buffer.from(one.bytes).toString()]))
      assert.deepEqual(
        recordsOf(form, texts).map(({ json }) => json),
        list.map((hash) => held.get(hash) ?? "null"),
      )
      assert.deepEqual(
        freeTexts(form, texts),
        texts.filter((one) => !list.includes(hashOf(one))),
      )
    }),
    runs(300),
  )
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { utf8 } from "#register/bytes.ts"
import { runs } from "#register/fixture.test.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { newPairSeeds, pairSigners, publicPair } from "#seal/node/keys.ts"
import charter from "../cli/exercise/charter.json" with { type: "json" }
import { formatWords, type Words } from "./lines/words.ts"
import { openCharter } from "./roll/charter.ts"
import { emptyRoll, releaseKey } from "./roll/roll.ts"

test("a release outlives the replacing of its key and not the revoking of it", () => {
  const text = JSON.stringify({ ...charter, register: { origin: "exercise.iod.example/1", keys: ["k"] } })
  const member = emptyRoll(openCharter(nodeCrypto, text)).members.ukraine ?? assert.fail("the charter names it")
  const [first, second, third] = ["first", "second", "third"].map((name) => publicPair(pairSigners(newPairSeeds(name))))
  assert.ok(first && second && third)
  const now = { ...member, key: third, formerKeys: [first, second], revokedKeys: ["second"] }
  assert.equal(releaseKey(now, "third"), third)
  assert.equal(releaseKey(now, "first"), first)
  assert.equal(releaseKey(now, "second"), undefined)
  assert.equal(releaseKey(now, "fourth"), undefined)
  assert.equal(
    releaseKey({ ...now, key: null, revokedKeys: ["second", "third"], formerKeys: [third] }, "third"),
    undefined,
  )
})

const inHex = (text: string) => utf8(text).toHex()

test("no two messages are the same words to a release, whatever their authors put into them", () => {
  const part = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.constantFrom("", "\n", "x\n\ny", "subject 1", "body 3\n", "Вода є", "\nbody 0\n\n\n\n"),
  )
  const words: fc.Arbitrary<Words> = fc.record({
    ...{ language: fc.constantFrom("en", "uk"), form: fc.constantFrom("words", "emergency-stop") },
    ...{ subject: part, body: part },
    files: fc.array(fc.record({ file: part.map(inHex), size: fc.nat(9), type: fc.constant("a/b"), name: part })),
  })
  fc.assert(
    fc.property(words, words, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      assert.equal(formatWords(one) === formatWords(other), same)
    }),
    runs(500),
  )
})

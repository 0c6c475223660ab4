import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { concat, u32be } from "#register/bytes.ts"
import { flipBit, rejection, runs } from "#register/fixture.test.ts"
import { bytes, orRefused, record } from "./arbitrary.test.ts"
import { LARGEST_BODY, packBody, paddedLength, recordHash, SMALLEST_BODY, textHash, unpackBody } from "./body.ts"
import { nodeCrypto } from "./node/crypto.ts"

const salt: fc.Arbitrary<Uint8Array> = fc.uint8Array({ minLength: 32, maxLength: 32 })
const text = record({ salt, bytes: bytes(3000) })
const body = record({ salt, act: bytes(3000), texts: fc.array(text, { maxLength: 4 }) })

test("a body that was packed is read as it was, and its length says only a power of two", () => {
  fc.assert(
    fc.property(body, (one) => {
      const packed = packBody(one)
      assert.ok(packed.length >= SMALLEST_BODY && Number.isInteger(Math.log2(packed.length)))
      const { salt, act, texts } = unpackBody(packed)
      assert.deepEqual([salt, act], [one.salt, one.act])
      assert.deepEqual(texts, one.texts)
    }),
    runs(100),
  )
})

test("a body has one form: what is read packs to the same bytes, the rest is refused", () => {
  const bent = fc.tuple(
    body,
    fc.array(fc.tuple(fc.double({ min: 0, max: 0.99, noNaN: true }), fc.nat(7)), { maxLength: 3 }),
    fc.nat(3),
  )
  fc.assert(
    fc.property(bent, ([one, flips, cut]) => {
      const packed = packBody(one)
      // Most flips go where lengths and texts are: the rest is padding.
      const used = 40 + one.act.length + one.texts.length * 40
      const spoilt = flips.reduce<Uint8Array>((b, [at, bit]) => flipBit(b, Math.floor(at * used) * 8 + bit), packed)
      const cutOff =
        cut === 0 ? spoilt.subarray(0, -1) : cut === 1 ? concat(spoilt, new Uint8Array(spoilt.length)) : spoilt
      const parsed = orRefused(() => unpackBody(cutOff))
      if (parsed) assert.deepEqual(packBody(parsed), new Uint8Array(cutOff))
    }),
    runs(300),
  )
})

test("other padding is refused", () => {
  const packed = packBody({ salt: new Uint8Array(32), act: new Uint8Array(10), texts: [] })
  assert.throws(() => unpackBody(packed.with(packed.length - 1, 1)), rejection("body.padding"))
  assert.throws(
    () =>
      unpackBody(
        concat(
          packed,
          packed.map(() => 0),
        ),
      ),
    rejection("body.padding"),
  )
  assert.throws(() => unpackBody(packed.subarray(0, 60)), rejection("body.padding"))
  const tooLong = concat(new Uint8Array(32), u32be(0xffff_ffff), new Uint8Array(5000))
  assert.throws(() => unpackBody(tooLong), rejection("body.malformed"))
  assert.throws(() => unpackBody(new Uint8Array(LARGEST_BODY + 1)), rejection("body.malformed"))
  assert.equal(paddedLength(4097), 8192)
})

test("bytes of no form are refused and nothing else happens", () => {
  fc.assert(
    fc.property(bytes(6000), (b) => {
      const parsed = orRefused(() => unpackBody(b))
      if (parsed) assert.deepEqual(packBody(parsed), new Uint8Array(b))
    }),
    runs(300),
  )
})

test("a text's name hides it and fits no other text, and is never a record's", () => {
  fc.assert(
    fc.property(text, text, (one, other) => {
      const same = Buffer.from(concat(one.salt, one.bytes)).equals(concat(other.salt, other.bytes))
      assert.equal(textHash(nodeCrypto, one) === textHash(nodeCrypto, other), same)
      assert.notEqual(textHash(nodeCrypto, one), recordHash(nodeCrypto, one))
    }),
    runs(100),
  )
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { concat, u32be } from "#register/bytes.ts"
import { flipBit, rejection, runs } from "#register/fixture.test.ts"
import { bytes, orRefused, record } from "./arbitrary.test.ts"
import {
  type Frame,
  formatAnswers,
  formatFrame,
  formatPosted,
  frameReader,
  LONGEST_FRAME,
  parseAnswers,
  parsePosted,
} from "./wire.ts"

const words = fc.string({ unit: "grapheme", maxLength: 200 })
const full = bytes(300).map((b) => new Uint8Array(b))
const frame: fc.Arbitrary<Frame> = fc.oneof(
  record({ kind: fc.constant("envelope" as const), header: words, stamp: words, body: fc.option(full) }),
  record({ kind: fc.constantFrom("checkpoint" as const, "line-head" as const), note: words }),
  fc.constant({ kind: "quiet" as const }),
)

/** Bytes as a network hands them on: in pieces of any length. */
function pieces(whole: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const places = [...cuts.map((cut) => Math.floor(cut * whole.length)), 0, whole.length].sort((a, b) => a - b)
  return places.slice(1).map((end, i) => whole.subarray(places[i], end))
}
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 8 })

test("frames are read as they were written, in whatever pieces they come", () => {
  fc.assert(
    fc.property(fc.array(frame, { maxLength: 6 }), cuts, (frames, places) => {
      const read = frameReader()
      const whole = concat(...frames.map(formatFrame))
      assert.deepEqual(pieces(whole, places).flatMap(read), frames)
    }),
    runs(200),
  )
})

test("bytes that are no frames are refused, and no frame is believed in part", () => {
  fc.assert(
    fc.property(fc.array(frame, { minLength: 1, maxLength: 4 }), fc.nat(), cuts, (frames, bit, places) => {
      const whole = concat(...frames.map(formatFrame))
      const spoilt = flipBit(whole, bit % (whole.length * 8))
      const read = frameReader()
      const heard = orRefused(() => pieces(spoilt, places).flatMap(read))
      if (!heard) return
      const again = concat(...heard.map(formatFrame))
      assert.deepEqual(again, spoilt.slice(0, again.length))
    }),
    runs(500),
  )
  fc.assert(
    fc.property(bytes(200), (b) => void orRefused(() => frameReader()(b))),
    runs(500),
  )
})

test("a frame longer than any envelope is refused before it is waited for", () => {
  assert.throws(() => frameReader()(concat(Uint8Array.of(0), u32be(LONGEST_FRAME + 1))), rejection("encoding"))
})

test("what is handed in and what is answered is read as it was written", () => {
  const posted = fc.array(record({ header: words, body: full }), { minLength: 1, maxLength: 5 })
  fc.assert(
    fc.property(posted, (all) => assert.deepEqual(parsePosted(formatPosted(all)), all)),
    runs(100),
  )
  fc.assert(
    fc.property(fc.array(words, { maxLength: 5 }), (all) => assert.deepEqual(parseAnswers(formatAnswers(all)), all)),
    runs(100),
  )
})

test("what is handed in and is not of that form is refused", () => {
  fc.assert(
    fc.property(bytes(200), fc.boolean(), (b, framed) => {
      const sent = framed ? concat(u32be(b.length), b) : b
      const posted = orRefused(() => parsePosted(sent))
      if (posted) assert.deepEqual(formatPosted(posted), new Uint8Array(sent))
      const answers = orRefused(() => parseAnswers(sent))
      if (answers) assert.deepEqual(formatAnswers(answers), new Uint8Array(sent))
    }),
    runs(500),
  )
})

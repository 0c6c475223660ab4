import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import {
  formatDescription,
  LARGEST_FILE,
  LONGEST_SEALED,
  largestFile,
  mediaType,
  padme,
  parseDescription,
  sealedLength,
} from "./attachment.ts"

const isMalformed = (error: unknown) => error instanceof VerificationError && error.code === "file.malformed"

test("padding costs at most 12 % and tells of a length only its first bits", () => {
  // The published rule, as its authors write it.
  const published = (length: number) => {
    const e = Math.floor(Math.log2(length))
    const s = Math.floor(Math.log2(e)) + 1
    const mask = 2 ** (e - s) - 1
    return Math.floor((length + mask) / (mask + 1)) * (mask + 1)
  }
  fc.assert(
    fc.property(fc.integer({ min: 2, max: LARGEST_FILE }), (length) => {
      const padded = padme(length)
      assert.equal(padded, published(length))
      assert.ok(padded >= length && padded <= length * 1.12)
      assert.equal(padme(padded), padded)
    }),
  )
  assert.deepEqual([0, 1, 2, 3, 9, 100, 1000, 65_537].map(padme), [0, 1, 2, 3, 10, 104, 1024, 67_584])
  assert.equal(padme(LARGEST_FILE), LARGEST_FILE)
})

const identity = "AGE-SECRET-KEY-PQ-1"
const good = { identity, name: "звіт.pdf", type: "application/pdf", size: 1000 }

test("a description is read as it was written, for a file of its length only", () => {
  assert.deepEqual(parseDescription(formatDescription(good), sealedLength(1000)), good)
  assert.throws(() => parseDescription(formatDescription(good), sealedLength(2000)), isMalformed)
})

test("a description of another form is refused", () => {
  const length = sealedLength(1000)
  const bad: unknown[] = [
    null,
    [],
    "text",
    { ...good, more: 1 },
    { ...good, name: "" },
    { ...good, name: "x".repeat(201) },
    { ...good, name: "\ud800" },
    { ...good, type: "text/html; charset=x" },
    { ...good, type: "html" },
    { ...good, size: 0 },
    { ...good, size: 1000.5 },
    { ...good, size: "1000" },
    { ...good, identity: undefined },
  ]
  for (const one of bad) assert.throws(() => parseDescription(utf8(JSON.stringify(one)), length), isMalformed)
  const huge = { ...good, size: LARGEST_FILE + 1 }
  assert.throws(() => parseDescription(formatDescription(huge), sealedLength(huge.size)), isMalformed)
  assert.throws(() => parseDescription(utf8("{"), length), isMalformed)
  assert.throws(() => parseDescription(Uint8Array.of(0xff), length), isMalformed)
  assert.throws(() => parseDescription(utf8(`${JSON.stringify(good)}${" ".repeat(3000)}`), length), isMalformed)
})

test("a type that is none becomes the one for unknown bytes", () => {
  assert.equal(mediaType("Text/HTML; charset=utf-8"), "text/html")
  for (const type of ["", "html", "a/b/c", "text/<b>", "x".repeat(200)])
    assert.equal(mediaType(type), "application/octet-stream", type)
})

test("the largest file of a limit fits it, and one byte more does not", () => {
  assert.equal(largestFile(LONGEST_SEALED), LARGEST_FILE)
  for (const most of [65_536, 1 << 20, 5_000_000]) {
    const size = largestFile(most)
    assert.ok(sealedLength(size) <= most && sealedLength(size + 1) > most)
  }
})

test("the longest sealed file is a little longer than the largest file", () => {
  assert.equal(LONGEST_SEALED, LARGEST_FILE + 1643 + 1600 * 16)
})

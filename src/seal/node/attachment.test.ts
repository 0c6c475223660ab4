import assert from "node:assert/strict"
import { randomBytes } from "node:crypto"
import { test } from "node:test"
import { Decrypter } from "age-encryption"
import fc from "fast-check"
import { concat } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { CHUNK, chunkCount, HEAD, padme, sealedLength } from "../attachment.ts"
import { chunkRange, newAttachment, openAttachment, sealFileChunk } from "./attachment.ts"
import { generateSealingIdentity } from "./hybrid.ts"

const isMalformed = (error: unknown) => error instanceof VerificationError && error.code === "file.malformed"

function sealFile(bytes: Uint8Array) {
  const { identity, head, key } = newAttachment()
  const chunks = Array.from({ length: chunkCount(bytes.length) }, (_, i) =>
    sealFileChunk(key, bytes.length, i, bytes.subarray(i * CHUNK, (i + 1) * CHUNK)),
  )
  const description = { identity, name: "file", type: "text/plain", size: bytes.length }
  return { description, head, key, file: concat(head, ...chunks) }
}

function openFile({ description, file }: Pick<ReturnType<typeof sealFile>, "description" | "file">): Uint8Array {
  const { chunk } = openAttachment(description, file.subarray(0, HEAD))
  const indexes = Array.from({ length: chunkCount(description.size) }, (_, i) => i)
  return concat(
    ...indexes.map((i) => {
      const { from, until } = chunkRange(description.size, i)
      return chunk(i, file.subarray(from, until))
    }),
  )
}

test("whatever is sealed chunk by chunk opens as it was, and has the length that its size foretells", () => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: CHUNK - 2, max: 3 * CHUNK }))
  fc.assert(
    fc.property(sizes, (size) => {
      const bytes = randomBytes(size)
      const sealed = sealFile(bytes)
      assert.equal(sealed.file.length, sealedLength(size))
      assert.deepEqual(openFile(sealed), new Uint8Array(bytes))
    }),
    { numRuns: 30 },
  )
})

test("an attachment is an age file that another program opens", async () => {
  const bytes = randomBytes(200_000)
  const { description, file } = sealFile(bytes)
  const decrypter = new Decrypter()
  decrypter.addIdentity(description.identity)
  const plain = await decrypter.decrypt(file)
  assert.equal(plain.length, padme(bytes.length))
  assert.deepEqual(Buffer.from(plain.subarray(0, bytes.length)), bytes)
  assert.ok(plain.subarray(bytes.length).every((byte) => byte === 0))
})

test("chunks that are swapped, cut off, altered or another file's do not open", () => {
  const sealed = sealFile(randomBytes(3 * CHUNK))
  const other = sealFile(randomBytes(3 * CHUNK))
  const { description, file } = sealed
  const at = (from: Uint8Array, i: number) => {
    const range = chunkRange(description.size, i)
    return from.subarray(range.from, range.until)
  }
  const opened = openAttachment(description, file.subarray(0, HEAD))
  assert.equal(opened.chunk(1, at(file, 1)).length, CHUNK)
  assert.throws(() => opened.chunk(0, at(file, 1)), isMalformed)
  assert.throws(() => opened.chunk(2, at(file, 0)), isMalformed)
  assert.throws(() => opened.chunk(1, at(other.file, 1)), isMalformed)
  assert.throws(() => opened.chunk(1, at(file, 1).subarray(1)), isMalformed)
  const flipped = at(file, 1).slice()
  flipped[100] = (flipped[100] ?? 0) ^ 1
  assert.throws(() => opened.chunk(1, flipped), isMalformed)
})

test("a head of another form, or sealed to another identity, does not open", () => {
  const { description, file } = sealFile(randomBytes(10))
  const head = file.subarray(0, HEAD)
  assert.throws(() => openAttachment({ ...description, ...generateSealingIdentity() }, head), isMalformed)
  assert.throws(() => openAttachment({ ...description, identity: "AGE-SECRET-KEY-1" }, head), isMalformed)
  assert.throws(() => openAttachment(description, head.subarray(1)), isMalformed)
  assert.throws(() => openAttachment(description, head.subarray(0, -1)), isMalformed)
  assert.throws(() => openAttachment(description, file.subarray(0, HEAD + 1)), isMalformed)
  const damaged = head.slice()
  damaged[900] = (damaged[900] ?? 0) ^ 1
  assert.throws(() => openAttachment(description, damaged), isMalformed)
})

test("what an author hid in the padding is refused", () => {
  const size = 1000
  const { identity, head, key } = newAttachment()
  const honest = sealFileChunk(key, size, 0, new Uint8Array(size))
  const opened = openAttachment({ identity, name: "file", type: "text/plain", size }, head)
  assert.equal(opened.chunk(0, honest).length, size)
  // The padded length is right, and the last byte is not zero.
  const dishonest = sealFileChunk(key, padme(size), 0, new Uint8Array(padme(size)).fill(1))
  assert.throws(() => opened.chunk(0, dishonest), isMalformed)
})

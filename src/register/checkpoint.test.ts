import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { utf8 } from "./bytes.ts"
import { formatCheckpoint, parseCheckpoint } from "./checkpoint.ts"
import { cosign } from "./cosignature.ts"
import { flipBit, rejection, runs, signer } from "./fixture.test.ts"
import { openCheckpoint } from "./log.ts"
import { formatNote, type Note, parseNote, signNote } from "./note.ts"

const origin = "log.example/2027"
const root = new Uint8Array(32).fill(7)
const text = formatCheckpoint({ origin, size: 12n, root })
const encoded = "BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc="
const by = signer(origin, "ed25519", 1)
const pq = signer(origin, "ml-dsa-44-cosignature", 2)
const note = signNote(text, [by])
const hybrid: Note = { text, signatures: [...note.signatures, cosign(pq.key, pq.sign, text, 5n)] }

test("a checkpoint has an origin, a size and a root, and is read as it was written", () => {
  assert.equal(text, `log.example/2027\n12\n${encoded}\n`)
  assert.deepEqual(parseCheckpoint(text), { origin, size: 12n, root })
  const largest = { origin: "an origin with spaces", size: (1n << 63n) - 1n, root }
  assert.deepEqual(parseCheckpoint(formatCheckpoint(largest)), largest)
})

test("extension lines are allowed and not read, but none may be empty", () => {
  assert.deepEqual(parseCheckpoint(`${text}an extension\nanother\n`), { origin, size: 12n, root })
  for (const broken of [`${text}\n`, `${text}\nan extension\n`, `${text}an extension`])
    assert.throws(() => parseCheckpoint(broken), rejection("checkpoint.malformed"))
})

test("a checkpoint in any other form is refused", () => {
  const broken = [
    "",
    "\n\n\n",
    `o\n012\n${encoded}\n`,
    `o\n-1\n${encoded}\n`,
    `o\n+1\n${encoded}\n`,
    `o\n 1\n${encoded}\n`,
  ]
  broken.push(
    `o\n1.0\n${encoded}\n`,
    `o\n9223372036854775808\n${encoded}\n`,
    `o\n1\n${encoded}`,
    `o\n1\n`,
    `\n1\n${encoded}\n`,
  )
  broken.push(`o\n\n${encoded}\n`, `o\n1\n${encoded} \n`, `o\n1\n${encoded.replace("c=", "d=")}\n`, "o\n1\nBwcHBw==\n")
  for (const input of broken) assert.throws(() => parseCheckpoint(input), rejection("checkpoint.malformed"), input)
})

test("nothing but a rejection comes of any other text", () => {
  const pieces = fc.constantFrom(origin, "\n", "12", encoded, "0", " ", "a", "=")
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(pieces).map((parts) => parts.join("")),
      ),
      (input) => {
        try {
          assert.ok(input.startsWith(formatCheckpoint(parseCheckpoint(input))))
        } catch (error) {
          assert.ok(rejection("checkpoint.malformed")(error), String(error))
        }
      },
    ),
    runs(200),
  )
})

test("a checkpoint is opened by the key of its log, under its origin only", async () => {
  const opened = await openCheckpoint(nodeCrypto, formatNote(note), { origin, keys: [by.key] })
  assert.deepEqual([opened.origin, opened.size, opened.root], [origin, 12n, root])
  assert.equal(formatNote(opened.note), formatNote(note))
  const renamed = signer("log.example/2028", "ed25519", 1)
  for (const log of [
    { origin: "log.example/2028", keys: [by.key] },
    { origin: "log.example/2028", keys: [renamed.key] },
    { origin, keys: [renamed.key] },
  ])
    await assert.rejects(openCheckpoint(nodeCrypto, formatNote(note), log), rejection("checkpoint.origin"))
  const other = signer(origin, "ed25519", 9)
  const unsigned = openCheckpoint(nodeCrypto, formatNote(note), { origin, keys: [other.key] })
  await assert.rejects(unsigned, rejection("note.unsigned"))
})

test("of a hybrid log both signatures are required, never either", async () => {
  const log = { origin, keys: [by.key, pq.key] }
  await openCheckpoint(nodeCrypto, formatNote(hybrid), log)
  const [ed, ml] = hybrid.signatures
  assert.ok(ed && ml)
  for (const signatures of [[ed], [ml]])
    await assert.rejects(openCheckpoint(nodeCrypto, formatNote({ text, signatures }), log), rejection("note.unsigned"))
  for (const signatures of [
    [ed, { ...ml, signature: flipBit(ml.signature, 80) }],
    [{ ...ed, signature: flipBit(ed.signature, 80) }, ml],
  ])
    await assert.rejects(openCheckpoint(nodeCrypto, formatNote({ text, signatures }), log), rejection("note.signature"))
})

test("no bit of a signed checkpoint can be flipped", async () => {
  const bytes = utf8(formatNote(note))
  for (let bit = 0; bit < bytes.length * 8; bit++)
    await assert.rejects(openCheckpoint(nodeCrypto, flipBit(bytes, bit), { origin, keys: [by.key] }), rejection())
})

test("a line of a stranger changes nothing", async () => {
  const stranger = signer("stranger.example", "ed25519", 8)
  const signatures = [...signNote("another text\n", [stranger]).signatures, ...note.signatures]
  const opened = await openCheckpoint(nodeCrypto, formatNote({ text, signatures }), { origin, keys: [by.key] })
  assert.equal(opened.note.signatures.length, 2)
  assert.deepEqual(parseNote(formatNote({ text, signatures })).text, text)
})

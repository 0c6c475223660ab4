import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { base64, concat, utf8 } from "./bytes.ts"
import { flipBit, rejection, runs, signer } from "./fixture.test.ts"
import {
  formatNote,
  formatVerifierKey,
  type Note,
  parseNote,
  parseSignatureLines,
  parseVerifierKey,
  signNote,
  verifiedKeys,
  verifierKey,
  verifyExactly,
} from "./note.ts"

const one = signer("desk.example/one", "ed25519", 1)
const pq = signer("desk.example/one", "ml-dsa-65", 2)
const stranger = signer("desk.example/other", "ed25519", 3)
const pair = [one.key, pq.key]
const text = "a text\nof two lines\n"
const line = "— somebody AAAAAAE=\n"

test("a note is split at its last empty line", () => {
  const note = parseNote(`first\n\n— looks like AAAAAAE=\n\nlast\n\n${line}`)
  assert.equal(note.text, "first\n\n— looks like AAAAAAE=\n\nlast\n")
  assert.equal(note.signatures.length, 1)
  assert.equal(parseNote(`a\n\n\n${line}`).text, "a\n\n")
})

test("what is not a note is refused", () => {
  const broken = [
    "",
    "\n",
    "a",
    "a\n",
    "a\n\n",
    `a\n${line}`,
    `a\n\n${line}\n`,
    `a\n\n${line}x`,
    `a\n\n${line.slice(0, -1)}`,
  ]
  broken.push(`a\n\n-${line.slice(1)}`, "a\n\n—somebody AAAAAAE=\n", "a\n\n— AAAAAAE=\n", "a\n\n— some body AAAAAAE=\n")
  broken.push("a\n\n— some+body AAAAAAE=\n", "a\n\n— somebody  AAAAAAE=\n", "a\n\n— somebody AAAAAAE= \n")
  broken.push("a\n\n— some\u00a0body AAAAAAE=\n", "a\n\n— somebody AAAAAA==\n", `a\n\n${line.repeat(101)}`)
  for (const input of broken) assert.throws(() => parseNote(input), rejection("note.malformed"), JSON.stringify(input))
})

test("sixteen signatures and more are read", () => {
  assert.equal(parseNote(`a\n\n${line.repeat(100)}`).signatures.length, 100)
})

test("a control character other than the newline is refused, as is text that is not Unicode", () => {
  for (const code of [0, 1, 8, 9, 11, 12, 13, 27, 31, 127])
    assert.throws(() => parseNote(`a${String.fromCharCode(code)}b\n\n${line}`), rejection("note.malformed"))
  assert.throws(() => parseNote(`a\ud800b\n\n${line}`), rejection("note.malformed"))
  const bytes = utf8(`aXb\n\n${line}`)
  assert.throws(() => parseNote(bytes.with(1, 0xff)), rejection("encoding"))
})

test("base64 that could be written in another way is refused", () => {
  for (const encoded of ["AAAAAAF=", "AAAAAAE", "AAAAAAE==", "AAAA_AE=", "AAAA-AE=", "AAAA AAE="])
    assert.throws(() => parseNote(`a\n\n— somebody ${encoded}\n`), rejection("encoding", "note.malformed"), encoded)
})

test("a verifier key whose base64 has a plus is split at the first two only", () => {
  const keys = Array.from({ length: 64 }, (_, i) => signer("name.example", "ed25519", i).key)
  const texts = keys.map(formatVerifierKey)
  assert.ok(texts.some((vkey) => vkey.split("+").length > 3))
  texts.forEach((vkey, i) => {
    assert.deepEqual(parseVerifierKey(nodeCrypto, vkey), keys[i])
  })
})

test("a verifier key with another identifier, name, type or length is refused", () => {
  const vkey = formatVerifierKey(one.key)
  const [name = "", id = ""] = vkey.split("+")
  const encoded = (bytes: Uint8Array) => `${name}+${id}+${base64(bytes)}`
  const { publicKey } = one.key
  const broken = [vkey.replace("one", "two"), `${name}+${id}`, `+${id}+AAAA`, vkey.replace(id, id.toUpperCase())]
  broken.push(vkey.replace(id, "00000000"), encoded(concat(Uint8Array.of(2), publicKey)), encoded(Uint8Array.of(1)))
  broken.push(encoded(concat(Uint8Array.of(1), publicKey.slice(1))), encoded(new Uint8Array()), `${vkey}=`, "")
  for (const input of broken)
    assert.throws(() => parseVerifierKey(nodeCrypto, input), rejection("key.malformed", "encoding"), input)
  assert.throws(() => verifierKey(nodeCrypto, "two words", "ed25519", publicKey), rejection("key.malformed"))
})

test("a line by a known key that does not verify rejects the whole note", async () => {
  const note = signNote(text, [one, stranger])
  assert.deepEqual(await verifiedKeys(nodeCrypto, note, [one.key, stranger.key]), [one.key, stranger.key])
  const [first, second] = note.signatures
  assert.ok(first && second)
  const spoilt: Note = { text, signatures: [first, { ...second, signature: flipBit(second.signature, 9) }] }
  await assert.rejects(verifiedKeys(nodeCrypto, spoilt, [one.key, stranger.key]), rejection("note.signature"))
  assert.deepEqual(await verifiedKeys(nodeCrypto, spoilt, [one.key]), [one.key])
  const again: Note = { text, signatures: [first, { ...first, signature: flipBit(first.signature, 9) }] }
  await assert.rejects(verifiedKeys(nodeCrypto, again, [one.key]), rejection("note.signature"))
})

test("a line that shares only name or identifier with a known key is passed over", async () => {
  const [first] = signNote(text, [one]).signatures
  assert.ok(first)
  const signatures = [
    { ...first, name: "desk.example/else", signature: flipBit(first.signature, 1) },
    { ...first, id: Uint8Array.of(1, 2, 3, 4), signature: flipBit(first.signature, 1) },
  ]
  assert.deepEqual(await verifiedKeys(nodeCrypto, { text, signatures }, [one.key]), [])
})

test("both signatures of a pair are required, in their order, and no third", async () => {
  const note = signNote(text, [one, pq])
  await verifyExactly(nodeCrypto, parseNote(formatNote(note)), pair)
  const [ed, ml] = note.signatures
  const [other] = signNote(text, [stranger]).signatures
  assert.ok(ed && ml && other)
  const refused = [
    [],
    [ed],
    [ml],
    [ml, ed],
    [ed, ed],
    [ml, ml],
    [ed, other],
    [ed, ml, other],
    [other, ed, ml],
    [ed, ml, ml],
  ]
  refused.push(
    [{ ...ed, signature: flipBit(ed.signature, 0) }, ml],
    [ed, { ...ml, signature: flipBit(ml.signature, 0) }],
  )
  refused.push([
    { ...ed, signature: ml.signature },
    { ...ml, signature: ed.signature },
  ])
  for (const signatures of refused)
    await assert.rejects(verifyExactly(nodeCrypto, { text, signatures }, pair), rejection("note.signature"))
  const changed = { ...note, text: "a text\nof two limes\n" }
  await assert.rejects(verifyExactly(nodeCrypto, changed, pair), rejection("note.signature"))
})

test("no bit of a signed note can be flipped", async () => {
  const bytes = utf8(formatNote(signNote(text, [one])))
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const attempt = async () => verifyExactly(nodeCrypto, parseNote(flipBit(bytes, bit)), [one.key])
    await assert.rejects(attempt, rejection())
  }
})

test("a note is written as it was read, and nothing but a rejection comes of any other input", () => {
  const pieces = fc.constantFrom("— ", "somebody", " ", "AAAAAAE=", "\n", "\n\n", "+", "\u2028", "a", line, text)
  const inputs = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.array(pieces).map((parts) => parts.join("")),
  )
  fc.assert(
    fc.property(inputs, (input) => {
      try {
        assert.equal(formatNote(parseNote(input)), input)
      } catch (error) {
        assert.ok(rejection()(error), String(error))
      }
      for (const parse of [parseSignatureLines, (vkey: string) => parseVerifierKey(nodeCrypto, vkey)]) {
        try {
          parse(input)
        } catch (error) {
          assert.ok(rejection()(error), String(error))
        }
      }
    }),
    runs(100),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      try {
        assert.deepEqual(utf8(formatNote(parseNote(bytes))), new Uint8Array(bytes))
      } catch (error) {
        assert.ok(rejection()(error), String(error))
      }
    }),
    runs(100),
  )
})

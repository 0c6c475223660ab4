import assert from "node:assert/strict"
import { test } from "node:test"
import { utf8 } from "#register/bytes.ts"
import { formatDescription, sealedLength } from "#seal/attachment.ts"
import { formatStop } from "../lines/stop.ts"
import { textsOf } from "./texts.ts"

const hash = (letter: string) => letter.repeat(64)

test("what people read of a message is its subject, its text and the names of its files", () => {
  const files = [{ file: hash("a"), length: sealedLength(5), text: hash("b") }]
  const fields = { matter: hash("0"), language: "uk", subject: hash("1"), body: hash("2"), files }
  const texts = textsOf("message.sent", { ...fields, release: hash("3"), words: hash("4") })
  assert.deepEqual(
    texts.map(({ field, hash: named }) => [field, named]),
    [
      ["subject", hash("1")],
      ["body", hash("2")],
      ["files", hash("b")],
    ],
  )
  const description = formatDescription({ identity: "AGE-SECRET-KEY", name: "План.pdf", type: "text/plain", size: 5 })
  assert.equal(texts[2]?.words(description), "План.pdf")
  assert.equal(texts[1]?.words(utf8("слова")), "слова")
})

test("of an emergency stop people read its answers, and what is of no form as it stands", () => {
  const texts = textsOf("message.sent", { form: "emergency-stop", subject: hash("1"), body: hash("2") })
  const stop = { where: "Міст", what: " ", who: "60 people", since: "", reach: "" }
  assert.equal(texts[1]?.words(utf8(formatStop(stop))), "Міст · 60 people")
  assert.equal(texts[1]?.words(utf8('{"where":1}')), '{"where":1}')
  assert.equal(texts[0]?.words(utf8(formatStop(stop))), formatStop(stop))
})

test("bytes that are not of their form have no words, and an act of no known kind has no texts", () => {
  const files = [{ file: hash("a"), length: sealedLength(5), text: hash("b") }]
  const [subject, file] = textsOf("message.sent", { subject: hash("1"), files })
  assert.equal(subject?.words(new Uint8Array([0xff])), "")
  assert.equal(file?.words(utf8('{"identity":"AGE-SECRET-KEY"}')), "")
  for (const fields of [null, 1, "x", [], { subject: 1 }]) assert.deepEqual(textsOf("message.sent", fields), [])
  assert.deepEqual(textsOf("invented.act", { subject: hash("1") }), [])
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { VerificationError } from "./error.ts"
import { parseJson } from "./json.ts"

const refused = (text: string) =>
  assert.throws(
    () => parseJson(text),
    (error) => error instanceof VerificationError && error.code === "encoding",
    text.slice(0, 80),
  )

test("JSON is read as it was written, whatever brackets and quotes stand in its strings", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.deepEqual(parseJson(JSON.stringify(value)), JSON.parse(JSON.stringify(value)))
    }),
  )
  const brackets = { '["\\': `${"[{".repeat(100)}"\\"` }
  assert.deepEqual(parseJson(JSON.stringify(brackets)), brackets)
})

test("JSON nested deeper than anybody needs is refused before it is parsed, and so is what is none", () => {
  const nested = (levels: number) => `${"[".repeat(levels)}1${"]".repeat(levels)}`
  assert.ok(Array.isArray(parseJson(nested(64))))
  refused(nested(65))
  refused(`{"a":${nested(64)}}`)
  refused("[".repeat(1 << 23))
  for (const text of ["", "{", "[1,]", "nul", '"\u0001"', '{"a":1}x']) refused(text)
})

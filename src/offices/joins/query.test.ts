import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { excerpt, findTerms, LONGEST_QUERY, parseQuery } from "./query.ts"
import { wordsOf } from "./spelling.ts"

/** Whether all terms of what was typed stand in a text. */
function finds(typed: string, text: string): boolean {
  const terms = parseQuery(typed)
  const found = new Set(findTerms(wordsOf(text), terms).map(({ term }) => term))
  return terms.length > 0 && found.size === terms.length
}

const TEXT = "Пошкоджено лінію електропередачі 750 кВ біля м. Енергодар, опора № 14. Crew of four, Ivano-Frankivsk."

test("words are found by their beginnings, in any order and any of the three scripts", () => {
  for (const typed of ["Енергодар", "энергодар", "enerhodar опор", "14 energ", "пошкод", "повреж пошк".slice(7), "750"])
    assert.ok(finds(typed, TEXT), typed)
  for (const typed of ["годар", "Енергодар 15", "передачі", "75x"]) assert.ok(!finds(typed, TEXT), typed)
})

test("a phrase is whole words that follow each other, in any language's quotation marks", () => {
  for (const typed of ['"опора 14"', "«опора № 14»", "„crew of four”", "“Ivano Frankivsk”", '"енергодар"'])
    assert.ok(finds(typed, TEXT), typed)
  for (const typed of ['"14 опора"', '"опор 14"', '"crew four"']) assert.ok(!finds(typed, TEXT), typed)
})

test("a word with a hyphen or a point is looked for as it stands, its last part by the beginning", () => {
  assert.ok(finds("Івано-Фран", TEXT))
  assert.ok(!finds("Frankivsk-Ivano", TEXT))
})

test("quotation marks that are not closed, or stand inside a word, open nothing", () => {
  assert.ok(finds('"опор', TEXT))
  assert.ok(finds('pod”ezd опора "crew', `${TEXT} под'езд`))
})

test("what holds no word is no query, and nothing typed makes an operator", () => {
  for (const typed of ["", "  ", '""', "*", "—", '"', "( ) : ^", "’"]) assert.deepEqual(parseQuery(typed), [])
  for (const typed of ["NOT crew", "crew AND nothing", "keys:crew", "crew OR nothing"])
    assert.ok(!finds(typed, TEXT), typed)
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (typed) => {
      const terms = parseQuery(typed)
      assert.ok(terms.length <= 16)
      for (const { ways } of terms)
        for (const keys of ways) for (const key of keys) assert.match(key, /^[\p{L}\p{N}]{1,64}$/u)
    }),
  )
})

test("what was found is marked in the text as its author wrote it, and nothing of the text is lost", () => {
  assert.deepEqual(excerpt("Біля  Енергодара,\nопора 14", parseQuery("enerhodar 14")).pieces, [
    { text: "Біля ", hit: false },
    { text: "Енергодара", hit: true },
    { text: ", опора ", hit: false },
    { text: "14", hit: true },
  ])
  const html = '<b onclick="x">Crew</b>'
  assert.equal(
    excerpt(html, parseQuery("crew"))
      .pieces.map((piece) => piece.text)
      .join(""),
    html,
  )
})

test("an excerpt is where most of the terms stand together, and says that the text goes on", () => {
  const filler = "слово ".repeat(200)
  const text = `${filler} опора одна. ${filler} опора 14 біля Енергодара. ${filler}`
  const { pieces, found } = excerpt(text, parseQuery("опора 14 energodar"))
  assert.equal(found, 3)
  assert.deepEqual(
    pieces.filter((piece) => piece.hit).map((piece) => piece.text),
    ["опора", "14", "Енергодара"],
  )
  assert.deepEqual([pieces.at(0)?.text, pieces.at(-1)?.text], ["… ", " …"])
})

test("the beginning of a text stands where nothing of it was looked for", () => {
  const { pieces, found } = excerpt("Перше речення.", parseQuery("інше"))
  assert.equal(found, 0)
  assert.deepEqual(pieces, [{ text: "Перше речення.", hit: false }])
})

test("an excerpt is short whatever an author writes", () => {
  const texts = fc.oneof(fc.string({ unit: "binary", maxLength: 2000 }), fc.constant("а".repeat(300_000)))
  fc.assert(
    fc.property(texts, fc.string({ maxLength: LONGEST_QUERY }), (text, typed) => {
      const length = excerpt(text, parseQuery(`${typed} а`)).pieces.reduce((sum, piece) => sum + piece.text.length, 0)
      assert.ok(length <= 410, String(length))
    }),
    { numRuns: 200 },
  )
})

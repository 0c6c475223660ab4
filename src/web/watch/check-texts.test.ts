import assert from "node:assert/strict"
import { test } from "node:test"
import { checkText, compareReadBack, wordsOfCheck } from "./check-texts.ts"

const ALPHABETS = [
  "abcdefghijklmnopqrstuvwxyz",
  "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
  "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
]
const slots = Array.from({ length: 14 }, (_, i) => new Date(Date.UTC(2026, 10, 23) + i * 12 * 3_600_000).toISOString())

test("over a week of checks every letter of the three alphabets passes over the line", () => {
  for (const [i, alphabet] of ALPHABETS.entries()) {
    const said = slots.map((slot) => checkText(slot).split("\n")[i]).join(" ")
    assert.deepEqual(
      [...alphabet].filter((letter) => !said.includes(letter)),
      [],
    )
  }
})

test("two checks after each other never have the same text, and each has twelve words", () => {
  for (const [i, slot] of slots.entries()) {
    assert.equal(wordsOfCheck(checkText(slot)).length, 12)
    if (i > 0) assert.notEqual(checkText(slot), checkText(slots[i - 1] ?? ""))
  }
})

test("what was read back is compared word by word, without case and signs", () => {
  assert.equal(compareReadBack("maple birch\nюнак", " Maple, BIRCH; Юнак. ").same, true)
  assert.deepEqual(compareReadBack("maple birch", "maple beech").words, [
    { word: "maple", same: true },
    { word: "beech", same: false },
  ])
  assert.equal(compareReadBack("maple birch", "maple").same, false)
  assert.equal(compareReadBack("maple", "maple birch").same, false)
})

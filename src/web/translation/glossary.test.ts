import assert from "node:assert/strict"
import { test } from "node:test"
import { termsIn } from "./glossary.ts"

const GLOSSARY = [
  { en: "acknowledgement of receipt", uk: "підтвердження отримання", ru: "подтверждение получения" },
  { en: "localised ceasefire", uk: "локальне припинення вогню", ru: "локальное прекращение огня" },
  {
    en: "deconfliction",
    uk: "деконфліктація (запобігання інцидентам)",
    ru: "деконфликтация (предотвращение инцидентов)",
  },
]
const found = (text: string, language: "en" | "uk" | "ru") => termsIn(text, language, GLOSSARY).map((term) => term.en)

test("a term is offered whatever ending it has in the text", () => {
  assert.deepEqual(found("Просимо про локальне припинення вогню та підтвердження отримання.", "uk"), [
    "acknowledgement of receipt",
    "localised ceasefire",
  ])
  assert.deepEqual(found("О локальном прекращении огня договорено.", "ru"), ["localised ceasefire"])
  assert.deepEqual(found("Acknowledgements of receipt are awaited.", "en"), ["acknowledgement of receipt"])
})

test("a word alone is no term of several, and an explanation in brackets is none either", () => {
  assert.deepEqual(found("Припинення роботи станції.", "uk"), [])
  assert.deepEqual(found("Запобігання інцидентам.", "uk"), [])
})

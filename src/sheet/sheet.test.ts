import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { STATEMENTS } from "./findings.ts"
import { officeFingerprint, parseFingerprint } from "./fingerprint.ts"
import { formatData, formatSheet, parseSheet, TEMPLATE } from "./form.ts"
import { renderSheet, wordOf } from "./readable.ts"
import { verifySheet } from "./verify.ts"
import { isSheetWord, plain, say } from "./words.ts"

const vectors = new URL("../../test/vectors/", import.meta.url)
const sheet = readFileSync(new URL("proof-sheet.txt", vectors), "utf8")

type Path = (string | number)[]
type Step = [string, Path, ...unknown[]]
type Case = { title: string; steps: Step[]; code: string; where: unknown }
const { cases } = JSON.parse(readFileSync(new URL("proof-sheet-refused.json", vectors), "utf8")) as { cases: Case[] }

// biome-ignore lint/suspicious/noExplicitAny: data that a case takes apart on purpose
type Any = any

function at(data: Any, path: unknown): { get(): Any; set(value: Any): void; remove(): void } {
  const keys = path as Path
  const last = keys.at(-1) ?? ""
  const parent = keys.slice(0, -1).reduce<Any>((value, key) => value[key], data)
  return {
    get: () => structuredClone(parent[last]),
    set: (value) => {
      parent[last] = value
    },
    remove: () => void parent.splice(last, 1),
  }
}

function take(data: Any, [verb, path, first, second]: Step): void {
  const place = at(data, path)
  const before = place.get()
  if (verb === "set") place.set(first)
  else if (verb === "copy") at(data, first).set(before)
  else if (verb === "remove") place.remove()
  else if (verb === "swap") {
    place.set(at(data, first).get())
    at(data, first).set(before)
  } else if (verb === "edit") place.set(before.replace(first, second))
  else if (verb === "drop-lines")
    place.set(
      before
        .split("\n")
        .filter((line: string) => !line.startsWith(String(first)))
        .join("\n"),
    )
  else if (verb === "drop-line") {
    const lines = before.slice(0, -1).split("\n")
    lines.splice(Number(first), 1)
    place.set(`${lines.join("\n")}\n`)
  } else throw new Error(`no such step: ${verb}`)
  if (verb !== "remove" && verb !== "copy") assert.notDeepEqual(place.get(), before, "a step changes something")
}

for (const file of ["proof-sheet.txt", "proof-sheet-2.txt"])
  test(`a proof sheet that a release once wrote is accepted for ever, with its text byte for byte: ${file}`, async () => {
    const written = readFileSync(new URL(file, vectors), "utf8")
    const answer = await verifySheet(nodeCrypto, written)
    assert.ok(answer.verdict, JSON.stringify(answer))
    assert.equal(answer.assumed, true)
    assert.equal(answer.findings.extract, true)
    assert.equal(answer.findings.template, TEMPLATE, "its text is compared by its own template, and told by today's")
    const codes = answer.findings.statements.map(({ code }) => code)
    for (const code of [
      "act.message.sent",
      "delivered",
      "act.message.acknowledged",
      "act.message.objected",
      "act.reply",
    ])
      assert.ok(
        codes.some((one) => one === code),
        code,
      )
    assert.ok(!codes.includes("act.not-taken"))
    assert.ok(!written.includes("this word is not disclosed"))
    assert.ok(!written.includes(Buffer.from("this word is not disclosed").toString("base64").slice(0, -4)))
  })

for (const { title, steps, code, where } of cases)
  test(`a proof sheet is false with ${title}`, async () => {
    const { data, readable } = parseSheet(sheet)
    for (const step of steps) take(data, step)
    const answer = await verifySheet(nodeCrypto, formatSheet(readable, formatData(data)))
    assert.ok(!answer.verdict)
    assert.deepEqual({ code: answer.reason, where: answer.where }, { code, where })
  })

test("a sheet of another office than the pinned one is false, and one of the pinned is not assumed", async () => {
  const { data } = parseSheet(sheet)
  const own = await verifySheet(nodeCrypto, sheet, { charter: data.charter })
  assert.ok(own.verdict && !own.assumed)
  for (const office of [own.office, own.fingerprint, own.fingerprint.replaceAll(" ", "-")])
    assert.equal((await verifySheet(nodeCrypto, sheet, { office })).verdict, true)
  for (const pinned of [{ office: "0".repeat(64) }, { charter: data.charter.replace("60", "61") }]) {
    const answer = await verifySheet(nodeCrypto, sheet, pinned)
    assert.ok(!answer.verdict)
    assert.equal(answer.reason, "sheet.office")
  }
})

test("one changed sign of the readable part is refused, and the verifier's own text is at hand", async () => {
  const answer = await verifySheet(nodeCrypto, sheet.replace("Austria", "Australia"))
  assert.ok(!answer.verdict)
  assert.equal(answer.reason, "sheet.readable")
  assert.ok(answer.findings)
  const own = renderSheet(answer.findings, "en")
  assert.ok(own.includes("Austria") && !own.includes("Australia"))
  assert.match(own, /by template 2\./, "what is answered is said as of today")
})

test("a fingerprint is read as it is written, and nothing else is one", () => {
  const office = parseSheet(sheet).data.envelopes[0]?.header.slice(23, 87) ?? ""
  assert.match(officeFingerprint(office), /^\d{5}( \d{5}){7}$/)
  assert.ok(parseFingerprint(officeFingerprint(office))(office))
  for (const wrong of ["", "12345", officeFingerprint(office).slice(1), office.slice(1), office.toUpperCase()])
    assert.throws(() => parseFingerprint(wrong), { code: "encoding" })
})

test("every statement has its sentence in the three languages, with the same places for values", async () => {
  const catalogues = await Promise.all(
    ["en", "uk", "ru"].map(
      async (language): Promise<Record<string, string>> =>
        (await import(`#words/${language}/sheet.json`, { with: { type: "json" } })).default,
    ),
  )
  const places = (sentence = "") => [...sentence.matchAll(/\{([^}]*)\}/g)].map(([, name]) => name).sort()
  const [first = {}] = catalogues
  for (const code of STATEMENTS) assert.ok(isSheetWord(wordOf(TEMPLATE, code)), code)
  for (const catalogue of catalogues) {
    assert.deepEqual(Object.keys(catalogue), Object.keys(first))
    // Plurals, numbers and dates would make the readable part depend on the reader's runtime.
    for (const [word, sentence] of Object.entries(catalogue)) {
      assert.deepEqual(places(sentence), places(first[word]), word)
      assert.doesNotMatch(sentence, /\{[^}]*[^a-z}][^}]*\}/, word)
    }
  }
})

test("the words of a template never change: another wording is another template", async () => {
  // One sentence a line, as `word=sentence`; a sheet that was printed with them is compared byte for byte.
  const known = {
    v1: {
      en: "055d5a61faa33a1be39b0b21990e5f933f30ac6f1191be386713530b1054cffc",
      uk: "a44451cbdddd4e97055b6ddc192f1dec3a5efd065d0361f1cd6c8682d95369c7",
      ru: "77909854731d8fa8eb7d87b4baa7c66f47627437389fac0ff9d01124c481d3c1",
    },
    v2: {
      en: "86720dfbbd74ae29c98eeebf83792d3bc56fb59cc219fcd6e9ac0bfc3dcbd993",
      uk: "aa87a1c085f2509f8c6fb37c7213c40150781eb9de867c8fd6db269e66081969",
      ru: "8bd62ffc171a2e55e7ad028ceb970db95525ab2b865f5bc3df1cfc572a893390",
    },
  }
  for (const [template, hashes] of Object.entries(known))
    for (const [language, hash] of Object.entries(hashes)) {
      const catalogue = (await import(`#words/${language}/sheet.json`, { with: { type: "json" } })).default
      const words = Object.entries(catalogue).filter(([word]) => word.startsWith(`${template}.`))
      const text = words.map(([word, sentence]) => `${word}=${sentence}\n`).join("")
      assert.equal(Buffer.from(nodeCrypto.sha256(Buffer.from(text))).toString("hex"), hash, `${template} ${language}`)
    }
})

test("what cannot be seen is written out, so that no text can reorder or hide another", () => {
  assert.equal(
    plain("a\u202eb\u200bc\rd\u{e0041}\\u{202e}\\n"),
    "a\\u{202e}b\\u{200b}c\\u{d}d\\u{e0041}\\u{5c}u{202e}\\n",
  )
  assert.equal(plain("Об’єкт, ёлка — 50° 27′ N"), "Об’єкт, ёлка — 50° 27′ N")
  assert.equal(say("en", "v1.act.other", { kind: "<b>{x}'" }), "An act of the kind <b>{x}'.")
})

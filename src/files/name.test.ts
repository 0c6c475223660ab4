import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { disguise, endingOf, fileKind, savedName, shownName } from "./name.ts"

test("a name that turns its ending around is shown with a mark where it does", () => {
  const turned = "invoice\u202efdp.exe"
  assert.equal(shownName(turned), "invoice\ufffdfdp.exe")
  assert.equal(endingOf(turned), "exe")
  assert.equal(disguise(turned), "unseen")
  assert.equal(shownName("звіт\u0000\n\u2028\u200b\u2067.pdf"), "звіт\ufffd\ufffd\ufffd\ufffd\ufffd.pdf")
  assert.equal(shownName("\t\u3164"), "\ufffd\ufffd")
})

test("spaces do not push an ending out of sight", () => {
  const spaced = `report.pdf${" ".repeat(80)}.exe`
  assert.equal(shownName(spaced), "report.pdf .exe")
  assert.equal(disguise(spaced), "unseen")
  assert.equal(fileKind(spaced), "program")
})

test("two endings are told, a plain name is not", () => {
  for (const name of ["report.pdf.exe", "photo.jpg.html", "table.csv.pdf", "Звіт.docx.js"])
    assert.equal(disguise(name), "two-endings", name)
  for (const name of [
    "report.pdf",
    "v1.2 report.pdf",
    "Наказ № 5.docx",
    "readme",
    "set.csv.gz",
    "a.b.c.txt",
    "12.03.2027.pdf",
  ])
    assert.equal(disguise(name), undefined, name)
})

test("what a machine would run is a program, whatever stands around its ending", () => {
  for (const name of [
    "a.exe",
    "a.EXE",
    "a.exe.",
    "a.exe . ",
    "a.e\u200bxe",
    "a.ｅｘｅ",
    "a.svg",
    "a.html",
    "a.lnk",
    "a.docm",
  ])
    assert.equal(fileKind(name), "program", name)
  assert.deepEqual(["a.jpg", "a.pdf", "a.csv", "a.txt", "a.zip", "a.mp4", "a.kml", "a"].map(fileKind), [
    "picture",
    "document",
    "table",
    "text",
    "archive",
    "recording",
    "map",
    "other",
  ])
})

test("a saved name keeps what it says and runs nothing", () => {
  const saved: [string, string][] = [
    ["Звіт про лінію 330 кВ.pdf", "Звіт про лінію 330 кВ.pdf"],
    ["../../etc/passwd", "_.._etc_passwd"],
    ["C:\\Windows\\a.txt", "C__Windows_a.txt"],
    ["report.pdf.exe", "report.pdf.exe.unsafe"],
    ["x\u202egnp.exe", "x_gnp.exe.unsafe"],
    ["page.html", "page.html.unsafe"],
    [".bashrc", "bashrc"],
    ["-rf", "rf"],
    ["CON", "_CON"],
    ["nul.txt", "_nul.txt"],
    ["a.exe...", "a.exe.unsafe"],
    ["...", "file"],
    ["\u202e", "_"],
  ]
  for (const [name, expected] of saved) assert.equal(savedName(name), expected)
})

test("any name can be saved: no path, nothing unseen, not too long, no program", () => {
  const words = fc.constantFrom(
    "..",
    "/",
    "\\",
    "\u202e",
    "\u0000",
    ".exe",
    ".",
    " ",
    "a",
    "ї",
    "😀",
    "\r\n",
    ":",
    "con",
  )
  const names = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
    fc.array(words).map((w) => w.join("")),
  )
  fc.assert(
    fc.property(names, (name) => {
      const saved = savedName(name)
      assert.match(saved, /^[^<>:"/\\|?*\p{C}]+$/u)
      assert.match(saved, /^[^\s.-]/)
      assert.match(saved, /[^\s.]$/)
      assert.ok(new TextEncoder().encode(saved).length <= 255)
      assert.notEqual(fileKind(saved), "program")
      assert.equal(savedName(saved), saved)
      assert.doesNotMatch(shownName(name), /[\p{C}\n]/u)
    }),
  )
})

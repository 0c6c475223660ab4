import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import { parse } from "csv-parse/sync"
import fc from "fast-check"
import { openCharter } from "#offices/roll/charter.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { parseSheet } from "#sheet/form.ts"
import { harmless, logCsv } from "./csv.ts"
import type { LineLog, LogRow } from "./line-log.ts"

const SHEET = parseSheet(readFileSync(new URL("../../test/vectors/proof-sheet.txt", import.meta.url), "utf8"))
const { charter } = openCharter(nodeCrypto, SHEET.data.charter)
const AT = "2026-11-23T10:00:00.123Z"
const FORMULA = /^[\s"]*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/

function row(more: Partial<LogRow>): LogRow {
  return {
    ...{ place: 3, last: 3, record: null, by: "ukraine", serial: 2, at: AT, ended: AT, precedence: "FLASH" },
    ...{ act: "message.sent", about: null, subject: "Subject", ladders: [], fault: null, refused: null, gap: null },
    ...{ hash: "a".repeat(64), witnessed: AT, ...more },
  }
}

function log(rows: readonly LogRow[]): LineLog {
  return {
    ...{ charter, line: SHEET.data.line, members: ["russian-federation", "ukraine"], purpose: "=1", rows },
    ...{ from: "2026-11-23", until: "2026-11-23", desk: "ukraine", place: 9, distrusted: false },
  }
}

/** The cells of a CSV as a program of this separator sees them, its header first. */
function cells(csv: string, delimiter = ","): string[][] {
  // A wrong separator tears quotation marks apart, and a spreadsheet takes what is left.
  return parse(csv, { bom: true, delimiter, relax_quotes: true, relax_column_count: true })
}

test("a log's CSV has a mark of its encoding, quoted cells, CRLF and one length of row", () => {
  const csv = logCsv(log([row({}), row({ subject: 'a "quoted", word; and\nanother line' })]), "uk")
  assert.ok(csv.startsWith('\ufeff"Навчання",') && csv.endsWith('"\r\n'))
  const [header = [], ...rows] = cells(csv)
  assert.deepEqual([...new Set([header, ...rows].map((one) => one.length))], [19])
  assert.ok(csv.split("\r\n").every((line) => !line.includes("\n")))
  const subject = header.indexOf("Тема")
  assert.deepEqual(
    rows.map((one) => one[subject]),
    ["Subject", 'a "quoted", word; and\\u{a}another line'],
  )
})

test("EXERCISE and the office's sentence stand in every row, in three languages, and not outside an exercise", () => {
  const [, ...rows] = cells(logCsv(log([row({}), row({ place: 4, last: 9 })]), "ru"))
  for (const one of rows) {
    for (const word of ["EXERCISE", "НАВЧАННЯ", "УЧЕНИЕ"]) assert.ok(one[0]?.includes(word))
    for (const word of ["IOD transmits;", "IOD передає;", "IOD передаёт;"]) assert.ok(one.at(-1)?.includes(word))
  }
  const real = logCsv({ ...log([row({})]), charter: { ...charter, exercise: false } }, "ru")
  assert.doesNotMatch(real, /EXERCISE|УЧЕНИЕ|Учение/)
})

test("no cell begins a formula, at a comma nor at a semicolon, whatever a text holds", () => {
  const hostile = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '"=1', "a;=1", 'a; "=1', "\uff1d1", " =1", "a\n=1"]
  const csv = logCsv(log(hostile.map((subject) => row({ subject }))), "en")
  for (const delimiter of [",", ";", "\t"])
    for (const cell of cells(csv, delimiter).flat()) assert.doesNotMatch(cell, FORMULA, JSON.stringify(cell))
})

test("taking the apostrophes away gives back every cell", () => {
  const sign = fc.constantFrom(..."=+-@';\" \uff1dax")
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 12 }), (signs) => {
      const cell = signs.join("")
      const guarded = harmless(cell)
      assert.ok(guarded.split(";").every((part) => !FORMULA.test(part)))
      assert.equal(guarded.replaceAll(/(^|;)'/g, "$1"), cell)
    }),
  )
})

test("an act that this release does not know stands for itself, whatever its author called it", () => {
  const names = ["unknown", "none", "x.y", "=1", "a\nb", "__proto__", "{count}"]
  const [, ...rows] = cells(logCsv(log(names.map((act) => row({ act }))), "en"))
  assert.deepEqual(
    rows.map((one) => one[10]),
    ["unknown", "none", "x.y", "'=1", "a\\u{a}b", "__proto__", "{count}"],
  )
})

test("rungs stand under their addressee, in the alternat; a run of line checks is one row that counts them", () => {
  const steps = [
    { rung: "delivered" as const, at: AT },
    { rung: "acknowledged" as const, at: AT },
  ]
  const run = row({ place: 4, last: 9, act: "line.checked", subject: null })
  const sent = row({ ladders: [{ addressee: "russian-federation", steps }] })
  const [header = [], first = [], second = []] = cells(logCsv(log([sent, run]), "en"))
  const column = (name: string) => header.indexOf(name)
  const [russia, ukraine] = ["Russian Federation", "Ukraine"].map((name) => column(`How far it came: ${name}`))
  assert.equal(first[russia ?? -1], "delivered 2026-11-23 10:00:00; acknowledged 2026-11-23 10:00:00")
  assert.equal(first[ukraine ?? -1], "")
  assert.equal(second[column("What it is")], "6 line checks")
  assert.deepEqual([second[column("Place")], second[column("To place")], second[column("Sender")]], ["4", "9", ""])
})

test("what does not hold, does not open, is not taken into account or lies behind a gap says why and whose doing it is", () => {
  const rows = [
    row({ fault: "body.commit" }),
    row({ fault: "body.unopenable", act: null, subject: null }),
    row({ fault: "body.unopenable" }),
    row({ refused: "message.unknown" }),
    row({ place: 9, last: 9, gap: { after: 6, code: "head" } }),
  ]
  const csv = logCsv(log(rows), "en")
  assert.match(csv, /As Ukraine signed it, it does not hold: A body/)
  assert.match(csv, /As Ukraine signed it, it does not hold: A body does not open/)
  assert.match(csv, /It was sealed again and opens here\. What was wrong at first: A body does not open/)
  assert.match(csv, /Nothing readable at this desk/)
  assert.match(csv, /Not taken into account: There is no such message/)
  assert.match(csv, /2 places are missing before this one/)
})

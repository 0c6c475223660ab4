import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import type { Archive } from "#desk/archive.ts"
import { utf8 } from "#register/bytes.ts"
import { recordHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatFrame } from "#seal/wire.ts"
import { takeIn, world } from "../scripts/fuzz-book.ts"
import { openChance } from "../scripts/fuzz-chance.ts"
import type { Input } from "../scripts/fuzz-change.ts"
import { PARSERS } from "../scripts/fuzz-parsers.ts"
import { fuzz, judgeInput, type Parser, REFUSED, same } from "../scripts/fuzz-run.ts"
import { copyOf, enter, LINE, type Said } from "../scripts/fuzz-world.ts"

type Part = { text?: string; hex?: string; times?: number }
type Case = { what: string; parser: string; parts: Part[]; taken?: true; why?: string }
const { cases }: { cases: Case[] } = JSON.parse(
  readFileSync(new URL("./vectors/fuzz-found.json", import.meta.url), "utf8"),
)

const parserOf = (name: string): Parser => PARSERS.find((one) => one.name === name) ?? assert.fail(`no parser ${name}`)

function inputOf(parts: readonly Part[]): Input {
  const bytes = parts.some((part) => part.hex !== undefined)
  const text = parts.map((part) => (part.hex ?? part.text ?? "").repeat(part.times ?? 1)).join("")
  return bytes ? Buffer.from(text, "hex") : text
}

test("every parser of bytes from outside takes what a seed makes of it, or refuses it as documented", async () => {
  for (const parser of PARSERS.filter((one) => !one.open)) {
    const { findings, taken } = await fuzz(parser, "npm test", 150)
    assert.deepEqual(
      findings.map(({ number, what }) => `${parser.name}, number ${number}: ${what}`),
      [],
    )
    assert.ok(taken > 0, `${parser.name} takes nothing: its inputs show nothing`)
  }
})

for (const { what, parser, parts, taken = false } of cases)
  test(`what was found once is ${taken ? "taken" : "refused"}: ${what}`, async () => {
    assert.deepEqual(await judgeInput(parserOf(parser), inputOf(parts)), { taken })
  })

const software = "5f".repeat(32)

/** What the desk holds after somebody says this on its line, its archive folded and inspected again. */
async function after(said: Said, over: Parameters<typeof enter>[3] = {}): Promise<Archive> {
  const one = enter(copyOf(world), openChance("whole"), said, over)
  const archive = await takeIn(formatFrame(one.frame), true)
  assert.notEqual(archive, REFUSED)
  return archive as Archive
}

test("a record that is no JSON, or about nothing, counts for nothing and accuses no archive", async () => {
  for (const fields of ["no JSON", "null", '{"matter":"\\ud800"}', '{"matter":1,"deep":[[]]}', "\u0000"]) {
    const record = { salt: new Uint8Array(32).fill(7), bytes: utf8(fields) }
    const list = [recordHash(nodeCrypto, record), "ab".repeat(32)]
    const act = utf8(JSON.stringify({ act: "message.sent", software, list }))
    const { sql } = await after({ from: "secretariat", line: LINE, act, texts: [record] })
    const index = world.entered.length
    const rows = sql.all`SELECT matter, refused FROM record WHERE "index" = ${index} ORDER BY number`
    assert.deepEqual(
      rows.map((row) => ({ ...row })),
      [
        { matter: "", refused: "act.malformed" },
        { matter: "", refused: "act.malformed" },
      ],
      fields,
    )
  }
})

test("a stamp beyond the numbers that an archive can hold convicts the registry and stops no desk", async () => {
  const act = utf8(JSON.stringify({ act: "line.checked", software, record: { matter: LINE } }))
  for (const index of [2n ** 43n, 2n ** 53n - 1n, 2n ** 53n, 2n ** 62n, 2n ** 63n - 1n]) {
    const { sql } = await after({ from: "secretariat", line: LINE, act }, { stamp: { index } })
    assert.deepEqual(
      sql.all`SELECT whose, code FROM evidence`.map((row) => ({ ...row })),
      [{ whose: "registry", code: "index" }],
    )
  }
})

test("a planted fault is found: a throw that nobody documented, and a text that is written in another way", async () => {
  const planted = (read: (text: string) => unknown): Parser => ({
    name: "planted",
    make: (chance) => `x ${chance.below(100)}\n`,
    read: (input) => read(String(input)),
  })
  const throwing = planted((text) => (text.includes("7") ? new Array(-1) : REFUSED))
  const trimming = planted((text) => same(text.trimEnd(), text))
  for (const [parser, what] of [
    [throwing, /RangeError/],
    [trimming, /Difference/],
  ] as const) {
    const { findings } = await fuzz(parser, "planted", 200)
    assert.match(findings[0]?.what ?? "", what)
    const again = await fuzz(parser, "planted", 200)
    assert.deepEqual(again.findings, findings, "a seed repeats what it found")
  }
})

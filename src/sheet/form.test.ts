import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { test } from "node:test"
import fc from "fast-check"
import { VerificationError } from "#register/error.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { formatData, formatSheet, parseSheet } from "./form.ts"
import { verifySheet } from "./verify.ts"

const sheet = readFileSync(new URL("../../test/vectors/proof-sheet.txt", import.meta.url))
const runs = (count: number) => ({ numRuns: process.env.SLOW === "1" ? count * 100 : count })

/** Anything but a rejection fails; a sheet that was changed is never accepted. */
async function neverTrue(input: string | Uint8Array): Promise<void> {
  try {
    const { verdict } = await verifySheet(nodeCrypto, input)
    assert.equal(verdict, false)
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
  }
}

test("taking a sheet apart and writing it again gives the same bytes", () => {
  const { readable, dataText, data } = parseSheet(sheet)
  assert.equal(formatData(data), dataText)
  assert.equal(formatSheet(readable, dataText), sheet.toString())
})

test("a sheet that is written in another way is refused", () => {
  const { readable, dataText, data } = parseSheet(sheet)
  const others = [
    JSON.stringify(data),
    JSON.stringify(data, null, 2),
    dataText.slice(0, -1),
    `${dataText}\n`,
    dataText.replace("{\n", '{\n "iod": "proof-sheet/v1",\n'),
    dataText.replace('"template": 1', '"template": 3'),
    dataText.replace(
      ' "envelopes"',
      ` "behind": [\n  {\n   "from": 99,\n   "hashes": [\n    "${"0".repeat(64)}"\n   ]\n  }\n ],\n "envelopes"`,
    ),
    dataText.replace('"template": 1', '"template": 1.0'),
    dataText.replace("proof-sheet/v1", "proof-sheet/v2"),
    dataText.replace('"chain"', '"more": 1,\n "chain"'),
    "[".repeat(100_000),
    "null\n",
  ]
  for (const other of others)
    assert.throws(() => parseSheet(formatSheet(readable, other)), {
      name: "VerificationError",
      code: "sheet.malformed",
    })
  assert.throws(() => parseSheet(Uint8Array.of(0xff)), { code: "encoding" })
})

test("whatever bytes come, nothing but a rejection comes of them", async () => {
  const { readable } = parseSheet(sheet)
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), neverTrue), runs(200))
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 4 }), (json) => neverTrue(formatSheet(readable, `${json}\n`))),
    runs(200),
  )
})

test("whatever stands in one place of the data, the sheet is false or refused", async () => {
  const { readable, data } = parseSheet(sheet)
  const places = leaves(data)
  const value = fc.oneof(
    fc.constantFrom<unknown>("", "-", "0", "\n\n", null, 0, -1, 2 ** 53, [], {}, "A".repeat(44), "0".repeat(64)),
    fc.string({ unit: "grapheme", maxLength: 80 }),
    fc.constantFrom(...places).map((path) => valueAt(data, path)),
  )
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...places), value, async (path, other) => {
      fc.pre(JSON.stringify(valueAt(data, path)) !== JSON.stringify(other))
      const changed = structuredClone(data)
      setAt(changed, path, other)
      await neverTrue(formatSheet(readable, formatData(changed)))
    }),
    runs(60),
  )
})

test("a sheet with one line or one byte more, less or other is false or refused", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(sheet.length - 1), fc.nat(7), async (at, bit) => {
      const flipped = Uint8Array.from(sheet)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << bit)
      await neverTrue(flipped)
      await neverTrue(Buffer.concat([sheet.subarray(0, at), sheet.subarray(at + 1)]))
    }),
    runs(30),
  )
})

type Path = readonly (string | number)[]

function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value !== "object" || value === null) return [path]
  return Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
}

// biome-ignore lint/suspicious/noExplicitAny: data that a property takes apart on purpose
function valueAt(data: any, path: Path): unknown {
  return path.reduce((value, key) => value[key], data)
}

// biome-ignore lint/suspicious/noExplicitAny: data that a property takes apart on purpose
function setAt(data: any, path: Path, value: unknown): void {
  const parent = path.slice(0, -1).reduce((inner, key) => inner[key], data)
  parent[path.at(-1) ?? ""] = value
}

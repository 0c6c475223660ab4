import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { runs } from "#register/fixture.test.ts"
import { change, changed, orRefused } from "#seal/arbitrary.test.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import charter from "../cli/exercise/charter.json" with { type: "json" }
import { REFUSALS } from "./act.ts"
import { rules } from "./index.ts"
import { actForm, LONGEST_LIST, parseRecord } from "./judge.ts"
import { publicAct } from "./roll/acts.ts"
import { openCharter } from "./roll/charter.ts"
import { emptyRoll, enterPublicAct, isSealingKeyValid, sealingKeyFor } from "./roll/roll.ts"

const kinds = [...(rules.get(1) ?? new Map()).values()]
const id = "0".repeat(64)
const text = `${JSON.stringify({ ...charter, register: { origin: "exercise.iod.example/1", keys: ["k"] } }, null, 2)}\n`
const json = fc.jsonValue({ maxDepth: 3 })

test("the exercise's charter is a charter, and a changed one is another office or none", () => {
  const { office } = openCharter(nodeCrypto, text)
  fc.assert(
    fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
      const other = changed(text, changes)
      const founded = orRefused(() => openCharter(nodeCrypto, other))
      if (founded && other !== text) assert.notEqual(founded.office, office)
    }),
    runs(150),
  )
  fc.assert(
    fc.property(json, (value) =>
      assert.equal(
        orRefused(() => openCharter(nodeCrypto, JSON.stringify(value))),
        undefined,
      ),
    ),
    runs(200),
  )
})

test("an act of no form is refused by its schema and throws nothing", () => {
  const act = fc.oneof(
    json,
    fc.record({ act: json, software: json, record: json, list: json }, { requiredKeys: [] }),
    fc.record({
      act: fc.string(),
      software: fc.constant(id),
      record: fc.record({ matter: fc.constant(id), more: json }),
    }),
  )
  fc.assert(
    fc.property(act, (value) => {
      const parsed = actForm.safeParse(value)
      if (parsed.success) assert.equal("list" in parsed.data, !("record" in parsed.data))
      assert.equal(publicAct.safeParse(value).success, false)
    }),
    runs(500),
  )
  const list = (length: number) => ({ act: "message.sent", software: id, list: Array.from({ length }, () => id) })
  assert.deepEqual(
    [0, 1, LONGEST_LIST, LONGEST_LIST + 1].map((n) => actForm.safeParse(list(n)).success),
    [false, true, true, false],
  )
})

test("a record of no form is refused with a code by every kind", () => {
  const value = fc.oneof(
    json,
    fc.dictionary(fc.constantFrom("matter", "of", "by", "text", "place", "reason", "__proto__"), json),
  )
  fc.assert(
    fc.property(value, fc.nat(kinds.length - 1), (fields, i) => {
      const parsed = parseRecord(kinds[i], fields)
      if ("refused" in parsed) assert.ok((REFUSALS as readonly unknown[]).includes(parsed.refused))
      else assert.match(parsed.matter, /^[0-9a-f]{64}$/)
    }),
    runs(500),
  )
})

test("a field that a kind does not know is refused", () => {
  for (const kind of kinds)
    assert.deepEqual(parseRecord(kind, { matter: id, surprise: 1 }), { refused: "act.malformed" })
})

test("a public act of whatever content is refused or refused by its rule, and never changes the roll by half", async () => {
  const founded = openCharter(nodeCrypto, text)
  const roll = emptyRoll(founded)
  const before = JSON.stringify(roll)
  const words = fc.oneof(fc.string(), fc.constantFrom("secretariat", "ukraine", "constructor", "valueof", "x"))
  const strings = fc.tuple(words, words)
  const act = fc.record({
    act: fc.constantFrom(
      "charter.founded",
      "mandate.accepted",
      "desk-key.certified",
      "desk-key.revoked",
      "rules.adopted",
      "sealing-keys.published",
    ),
    ...{ matter: fc.constantFrom(founded.office, id), charter: fc.constantFrom(text, "{}"), delegation: words },
    ...{ language: fc.constant("en"), root: strings, certificate: words, revocation: words, keys: words },
    ...{ number: fc.nat(4), release: fc.constant(id) },
  })
  const fieldsOf: Record<string, readonly string[]> = {
    "charter.founded": ["charter", "root", "certificate"],
    "mandate.accepted": ["delegation", "language", "root", "certificate"],
    "desk-key.certified": ["delegation", "certificate"],
    "desk-key.revoked": ["delegation", "revocation"],
    "rules.adopted": ["number", "release"],
    "sealing-keys.published": ["keys"],
  }
  let reached = 0
  const at = "2026-11-23T00:00:00.000Z"
  const property = fc.asyncProperty(act, words, fc.nat(1), async (value, by, line) => {
    const wanted = ["act", "matter", ...(fieldsOf[value.act] ?? [])]
    const parsed = publicAct.safeParse(
      Object.fromEntries(Object.entries(value).filter(([key]) => wanted.includes(key))),
    )
    if (!parsed.success) return
    reached++
    for (const from of [roll, { ...roll, founded: true }]) {
      const next = await enterPublicAct(nodeCrypto, from, parsed.data, { by, at, index: 1, line, header: id }).catch(
        (error) =>
          orRefused(() => {
            throw error
          }),
      )
      // Nothing here is signed by anybody, but the secretariat may say which rules are in force.
      const adopted = value.act === "rules.adopted" && from.founded && by === "secretariat"
      if (next && !("refused" in next)) assert.ok(adopted)
      assert.equal(JSON.stringify(roll), before)
    }
  })
  await fc.assert(property, runs(400))
  assert.ok(reached > 100)
})

test("a name that every object of the language has is on no roll", () => {
  const { members } = emptyRoll(openCharter(nodeCrypto, text))
  for (const name of ["constructor", "__proto__", "toString"]) assert.equal(members[name], undefined)
  const member = members.ukraine
  assert.ok(member)
  assert.equal(isSealingKeyValid(member, 1, "2026-11-23T00:00:00.000Z"), false)
  assert.equal(sealingKeyFor(member, "2026-11-23T00:00:00.000Z"), undefined)
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { runs } from "#register/fixture.test.ts"
import { formatStop, LONGEST_ANSWER, parseStop, STOP_FIELDS, saysAnything, stopAddressees } from "./stop.ts"

test("the answers of a stop come out as they went in, and whatever else stands there is no stop and no fault", () => {
  const answers = fc.record(
    Object.fromEntries(STOP_FIELDS.map((field) => [field, fc.string({ maxLength: LONGEST_ANSWER[field] })])),
  )
  fc.assert(
    fc.property(answers, fc.boolean(), (given, drill) => {
      const { where = "", what = "", who = "", since = "", reach = "" } = given
      const stop = { where, what, who, since, reach, ...(drill ? { drill: true as const } : {}) }
      assert.deepEqual(parseStop(formatStop(stop)), stop)
    }),
    runs(200),
  )
  const text = fc.oneof(fc.string(), fc.json(), fc.constantFrom('{"where":1}', "null", '{"__proto__":{}}', "["))
  fc.assert(
    fc.property(text, (one) => assert.equal(parseStop(one), null)),
    runs(300),
  )
  const empty = { where: "", what: " \n", who: "", since: "", reach: "" }
  assert.equal(saysAnything(empty), false)
  assert.equal(saysAnything({ ...empty, reach: "0" }), true)
  assert.equal(parseStop(JSON.stringify({ ...empty, since: "x".repeat(LONGEST_ANSWER.since + 1) })), null)
})

test("a stop is for every other party of the charter, one, both or none of them, in no order but the alphabet's", () => {
  const of = (...names: string[]) => [
    { name: "secretariat", kind: "secretariat" },
    { name: "icrc", kind: "participant" },
    ...names.map((name) => ({ name, kind: "party" })),
  ]
  assert.deepEqual(stopAddressees(of("ruritania", "graustark"), "icrc"), ["graustark", "ruritania"])
  assert.deepEqual(stopAddressees(of("ruritania", "graustark"), "ruritania"), ["graustark"])
  assert.deepEqual(stopAddressees(of("ruritania"), "ruritania"), [])
  assert.deepEqual(stopAddressees(of(), "secretariat"), [])
})

import assert from "node:assert/strict"
import { test } from "node:test"
import type { AnyActKind, Entry } from "../act.ts"
import { judge, parseRecord } from "../judge.ts"
import { messageSent } from "./message.ts"
import { type EnvelopeState, envelopeMatter, lineResealed, lineUnopenable, turnOf, waitingFor } from "./resealing.ts"

const MEMBERS = ["icrc", "party-a", "party-b", "secretariat"]
const PLACE = 3
const id = (n: number) => n.toString(16).padStart(64, "0")

function entry(by: string, index: number): Entry {
  return {
    ...{ by, at: new Date(Date.UTC(2027, 0, 1) + index * 1000).toISOString(), index, place: index, header: id(index) },
    ...{ precedence: "ROUTINE", line: { id: id(1), members: MEMBERS }, secretariat: "secretariat" },
    clocks: { acknowledge: { FLASH: 60, IMMEDIATE: 120, PRIORITY: 300, ROUTINE: 900 }, check: 60 },
  }
}

/** Folds acts one after the other; answers what the rules said to each, and the state after the last. */
function play(acts: readonly [AnyActKind, string, Record<string, unknown>?][]) {
  let state: EnvelopeState | undefined
  const verdicts = acts.map(([kind, by, more], i) => {
    const of = kind === lineResealed ? { part: 1, of: 1 } : {}
    const record = parseRecord(kind, { matter: envelopeMatter(PLACE), place: PLACE, ...of, ...more })
    if ("refused" in record) return record.refused
    const at = entry(by, 10 + i)
    const verdict = judge(kind, undefined, state && { office: "envelope", state }, record, at)
    if (verdict !== "permitted") return verdict.refused
    state = kind.fold(state, record, at)
    return "permitted"
  })
  return { state, verdicts }
}

test("only what somebody cannot open is sealed again, by a member who can, and once for all who wait", () => {
  const { state, verdicts } = play([
    [lineResealed, "party-a"],
    [lineUnopenable, "icrc"],
    [lineUnopenable, "icrc"],
    [lineResealed, "icrc"],
    [lineUnopenable, "party-b"],
    [lineResealed, "party-a"],
    [lineResealed, "secretariat"],
  ])
  assert.deepEqual(verdicts, [
    "envelope.not-unopenable",
    "permitted",
    "envelope.already-unopenable",
    "envelope.not-holder",
    "permitted",
    "permitted",
    "envelope.not-unopenable",
  ])
  assert.deepEqual(state && waitingFor(state), [])
  assert.equal(state?.unopenable.icrc?.resealed?.by, "party-a")
  assert.equal(state?.unopenable["party-b"]?.resealed?.by, "party-a")
})

test("who was answered wrongly may ask again, and not without end", () => {
  const ask: [AnyActKind, string] = [lineUnopenable, "icrc"]
  const answer: [AnyActKind, string] = [lineResealed, "party-a"]
  const { verdicts } = play([ask, answer, ask, answer, ask, answer, ask])
  assert.deepEqual(verdicts, [...Array(6).fill("permitted"), "envelope.asked-too-often"])
})

test("what is too large for one envelope is sealed again in parts, each after the one before", () => {
  const part = (by: string, number: number): [AnyActKind, string, Record<string, unknown>] => [
    lineResealed,
    by,
    { part: number, of: 3 },
  ]
  const { state, verdicts } = play([
    [lineUnopenable, "icrc"],
    part("party-a", 1),
    part("party-a", 3),
    part("party-b", 2),
    part("party-a", 2),
    // Whoever stopped half way holds nobody up: another begins anew.
    part("party-b", 1),
    part("party-a", 3),
    part("party-b", 2),
    part("party-b", 3),
  ])
  const stray = "envelope.part-does-not-follow"
  const [yes, no] = ["permitted", stray]
  assert.deepEqual(verdicts, [yes, yes, no, no, yes, yes, no, yes, yes])
  assert.deepEqual(state?.unopenable.icrc?.resealed?.by, "party-b")
})

test("an envelope is a matter of its own, of a place before, and nothing else may take its name", () => {
  const { verdicts } = play([
    [lineUnopenable, "icrc", { place: PLACE + 1 }],
    [lineUnopenable, "icrc", { matter: envelopeMatter(99), place: 99 }],
    [lineUnopenable, "icrc", { matter: id(7) }],
    [lineUnopenable, "constructor"],
  ])
  assert.deepEqual(verdicts, ["envelope.no-such-place", "envelope.no-such-place", "act.other-matter", "permitted"])
  const message = { matter: envelopeMatter(PLACE), language: "en", subject: id(8), body: id(9) }
  const open = { openedAt: "2027-01-01T00:00:00.000Z" } as never
  const record = parseRecord(messageSent, message)
  assert.ok(!("refused" in record))
  assert.deepEqual(judge(messageSent, open, undefined, record, entry("icrc", 10)), { refused: "act.other-matter" })
})

test("its author seals it again first, then the others by name, and never who waits for it", () => {
  const turns = (acts: Parameters<typeof play>[0]) => {
    const { state } = play(acts)
    return MEMBERS.map((m) => state && turnOf(m, { author: "party-b", members: MEMBERS, state }))
  }
  assert.deepEqual(turns([[lineUnopenable, "icrc"]]), [undefined, 1, 0, 2])
  assert.deepEqual(turns([[lineUnopenable, "party-b"]]), [0, 1, undefined, 2])
  assert.deepEqual(
    turns([
      [lineUnopenable, "icrc"],
      [lineResealed, "party-b"],
    ]),
    Array(4).fill(undefined),
  )
})

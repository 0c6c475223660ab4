import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import { runs } from "#register/fixture.test.ts"
import { type AnyActKind, type ClockRule, type Entry, officeOf, type Precedence } from "../act.ts"
import { clockRules, rules } from "../index.ts"
import { judge, parseRecord } from "../judge.ts"
import type { LineState } from "./line.ts"
import type { MessageState } from "./message.ts"
import { OBJECTIONS } from "./receipts.ts"
import { RELEASED } from "./relay-form.ts"
import { envelopeMatter } from "./resealing.ts"

const kinds: AnyActKind[] = [...(rules.get(1)?.values() ?? [])]
const hash = (n: number) => n.toString(16).padStart(64, "0")
const LINE = hash(1)
const CLOCKS = { acknowledge: { FLASH: 60, IMMEDIATE: 120, PRIORITY: 300, ROUTINE: 900 }, check: 60 }
/** Delegations of the line, a stranger to it, and a name that every object of the language has. */
const NAMES = ["icrc", "party-a", "party-b", "secretariat", "stranger", "constructor"]

/** One thing that somebody tries; numbers choose among few matters and hashes, so that tries meet each other. */
type Try = {
  kind: number
  by: number
  matter: number
  of: number
  about: number
  seconds: number
  precedence: Precedence
  more: { replyTo: boolean; replyBy: number | null; text: boolean; reason: number; place: number }
}
const nat = (most: number) => fc.nat(most)
const tried: fc.Arbitrary<Try> = fc.record({
  kind: nat(kinds.length - 1),
  ...{ by: nat(NAMES.length - 2), matter: nat(4), of: nat(40), about: nat(NAMES.length - 1), seconds: nat(700) },
  precedence: fc.constantFrom("FLASH" as const, "IMMEDIATE" as const, "PRIORITY" as const, "ROUTINE" as const),
  more: fc.record({
    ...{ replyTo: fc.boolean(), text: fc.boolean(), reason: nat(OBJECTIONS.length), place: nat(9) },
    replyBy: fc.option(nat(2000)),
  }),
})

const RESEALING = ["line.unopenable", "line.resealed"]

type World = { states: Map<string, unknown>; offices: Map<string, string>; taken: number; verdicts: string[] }

const START = Date.parse("2026-11-23T00:00:00.000Z")

function fieldsOf(
  one: Try,
  swap: (name: string) => string,
  now: number,
  states: World["states"],
): Record<string, unknown> {
  const kind = kinds[one.kind]?.kind ?? ""
  const matter = RESEALING.includes(kind)
    ? envelopeMatter(one.more.place)
    : kind.startsWith("line.")
      ? LINE
      : hash(100 + one.matter)
  // Mostly what there is to answer: what is not there is refused soon.
  const known = (states.get(matter) as MessageState | undefined)?.header
  const all: Record<string, unknown> = {
    ...{
      matter,
      of: one.of % 8 > 0 && known ? known : hash(1000 + one.of),
      place: one.more.place,
      role: "officer",
      language: "en",
    },
    ...{ text: hash(7), purpose: "a line", subject: hash(8), body: hash(9) },
    reason: OBJECTIONS[one.more.reason],
    by: swap(NAMES[one.about] ?? ""),
    ...moreOf(one, swap(NAMES[one.about] ?? ""), now),
    replyTo: hash(100 + (one.of % 6)),
    replyBy: new Date(now + (one.more.replyBy ?? 0) * 1000).toISOString(),
  }
  for (const field of leftOut(one, kind)) delete all[field]
  const wanted: Record<string, readonly string[]> = {
    "line.proposed": ["text", "purpose"],
    "line.unopenable": ["place"],
    "line.resealed": ["place", "part", "of"],
    "message.sent": ["language", "subject", "body", "replyTo", "replyBy", "relay", "relayed", "release", "words"],
    "message.opened": ["of", "role"],
    "message.acknowledged": ["of"],
    "message.objected": ["of", "reason", "text"],
    "message.recalled": ["of", "text"],
    "message.unanswered": ["of", "by"],
    "message.cascaded": ["of", "since"],
    "message.taken-into-account": ["of"],
    "message.confirmed": ["of"],
    "message.translated": ["of", "language", "kind", "subject", "body"],
    "line.contact": ["text"],
    "line.out-of-service": ["text"],
    "relay.passed-on": ["of", "to"],
    "relay.returned": ["of", "text"],
    "relay.answer-released": ["of", "answer", "text"],
    "relay.answer-passed-on": ["of", "from", "answer", "said", "text"],
    "check.called": ["slot", "text"],
    "check.answered": ["of", "readBack", "quality", "letters"],
    "check.closed": ["of", "by", "result", "text"],
    "check.unanswered": ["of", "by"],
    "check.explained": ["of", "text"],
    "call.entered": [
      "with",
      "direction",
      "started",
      "answered",
      "interpreter",
      "language",
      "purpose",
      "gist",
      "readBack",
    ],
    "call.stated": ["of", "same", "text"],
  }
  if (kind === "call.entered") all.readBack = "REFUSED"
  if (kind === "line.resealed") Object.assign(all, { part: 1 + (one.about % 2), of: 1 + (one.matter % 2) })
  if (kind === "message.translated") all.language = one.about % 3 === 0 ? "en" : "uk"
  return Object.fromEntries(Object.entries(all).filter(([key]) => key === "matter" || wanted[kind]?.includes(key)))
}

/** Fields that this try leaves out. */
function leftOut(one: Try, kind: string): string[] {
  const release = ["release", "words"]
  const relay = one.of % 3 !== 0 ? ["relay", "relayed", ...release] : [one.of % 2 === 0 ? "relay" : "relayed"]
  return [
    ...(one.more.replyTo ? [] : ["replyTo"]),
    ...(one.more.replyBy === null ? ["replyBy"] : []),
    ...(one.more.text || NEEDS_TEXT.includes(kind) ? [] : ["text"]),
    ...relay,
    ...(one.about % 2 === 0 ? release : []),
  ]
}

const NEEDS_TEXT = [
  "line.proposed",
  "line.contact",
  "line.out-of-service",
  "relay.returned",
  "check.called",
  "check.explained",
]

/** Fields of relays, checks, calls and translations. */
function moreOf(one: Try, name: string, now: number): Record<string, unknown> {
  const at = new Date(now - one.seconds * 500).toISOString()
  const attribution = one.about % 2 === 0 ? "unattributed" : "attributed"
  return {
    ...{ since: at, said: at, slot: at, started: at, kind: one.about % 2 === 0 ? "WORKING" : "AUTHENTIC" },
    ...{
      to: name,
      from: name,
      with: name,
      answer: RELEASED[one.about % RELEASED.length],
      readBack: hash(9),
      quality: 5,
    },
    ...{ letters: true, result: one.about % 2 === 0 ? "OK" : "OUT_OF_SERVICE", direction: "to", answered: true },
    ...{ interpreter: false, purpose: "CLARIFY", gist: hash(8), same: true, release: hash(6), words: hash(5) },
    relay: { to: [name], attribution },
    relayed: attribution === "attributed" ? { attribution, from: name } : { attribution },
  }
}

/** Folds what the rules take of these tries, on a line that is proposed and accepted by all first if `open`. */
function play(tries: readonly Try[], members: readonly string[], open: boolean, swap = (name: string) => name): World {
  const world: World = { states: new Map(), offices: new Map(), taken: 0, verdicts: [] }
  const line = { id: LINE, members: members.map(swap).sort() }
  let at = START
  const enter = (one: Try, by: string) => {
    const kind = kinds[one.kind] ?? assert.fail("no such kind")
    const index = world.verdicts.length
    const entry: Entry = {
      ...{ by: swap(by), at: new Date(at).toISOString(), index, place: index + 1, header: hash(1000 + index) },
      ...{ precedence: one.precedence, line, secretariat: "secretariat", clocks: CLOCKS },
    }
    world.verdicts.push(step(world, kind, fieldsOf(one, swap, at, world.states), entry))
  }
  if (open) {
    const beginning = { of: 0, matter: 0, about: 0, seconds: 0, precedence: "ROUTINE" as const, by: 0 }
    const more = { replyTo: false, replyBy: null, text: true, reason: 0, place: 1 }
    const of = (name: string) => kinds.findIndex((kind) => kind.kind === name)
    for (const [i, member] of members.entries())
      enter({ ...beginning, more, kind: of(i === 0 ? "line.proposed" : "line.accepted") }, member)
  }
  for (const one of tries) {
    at += one.seconds * 1000
    const by = NAMES[one.by] ?? ""
    if (members.includes(by)) enter(one, by)
  }
  return world
}

/** One record through schema, judgement and fold, as the book does it; a refusal must leave everything as it was. */
function step(world: World, kind: (typeof kinds)[number], fields: Record<string, unknown>, entry: Entry): string {
  const before = JSON.stringify([...world.states])
  const record = parseRecord(kind, fields)
  if ("refused" in record) return record.refused
  const line = world.states.get(LINE) as LineState | undefined
  const state = freeze(world.states.get(record.matter))
  const office = world.offices.get(record.matter) ?? ""
  const verdict = judge(kind, line, state === undefined ? undefined : { office, state }, record, entry)
  assert.equal(JSON.stringify([...world.states]), before, "a judgement changes nothing")
  if (verdict !== "permitted") return verdict.refused
  world.taken++
  world.states.set(record.matter, stored(kind.fold(state, record, entry)))
  world.offices.set(record.matter, officeOf(kind))
  const other = kind.relates?.to(record)
  const related = other === undefined ? undefined : freeze(world.states.get(other))
  if (other !== undefined && world.offices.get(other) === officeOf(kind) && related !== undefined && kind.relates)
    world.states.set(other, stored(kind.relates.fold(related, record, entry)))
  return "permitted"
}

/** As the archive keeps it. */
const stored = (state: unknown): unknown => JSON.parse(JSON.stringify(state))

function freeze<T>(state: T): T {
  if (typeof state === "object" && state !== null)
    for (const inner of Object.values(Object.freeze(state))) freeze(inner)
  return state
}

const onLine = fc.constantFrom(
  ["party-a", "party-b"],
  ["icrc", "party-a", "party-b", "secretariat"],
  ["party-a", "secretariat"],
)
const sequence = fc.array(tried, { maxLength: 80, size: "max" })

test("any sequence of acts folds without throwing, and a refusal changes nothing", () => {
  let taken = 0
  fc.assert(
    fc.property(sequence, onLine, fc.boolean(), (tries, members, open) => {
      taken += play(tries, members, open).taken
    }),
    runs(600),
  )
  assert.ok(taken > 1000, `only ${taken} acts were permitted`)
})

test("two parties who do the same are treated the same", () => {
  const other = new Map([
    ["party-a", "party-b"],
    ["party-b", "party-a"],
  ])
  const swap = (name: string) => other.get(name) ?? name
  const mirrored = (value: unknown): unknown => {
    if (typeof value === "string") return swap(value)
    if (Array.isArray(value)) return value.map(mirrored).sort()
    if (typeof value !== "object" || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [swap(key), mirrored(inner)]))
  }
  fc.assert(
    fc.property(sequence, onLine, (tries, members) => {
      const [one, two] = [play(tries, members, true), play(tries, members, true, swap)]
      assert.deepEqual(two.verdicts, one.verdicts)
      assert.deepEqual([...two.states].map(mirrored), stored([...one.states].map((pair) => mirrored(mirrored(pair)))))
    }),
    runs(150),
  )
})

test("until every member has accepted, a line carries nothing but its own acts", () => {
  fc.assert(
    fc.property(sequence, onLine, (tries, members) => {
      const { offices, states } = play(tries, members, false)
      const line = states.get(LINE) as LineState | undefined
      if (line?.openedAt) assert.deepEqual(Object.keys(line.accepted).sort(), [...members].sort())
      else
        assert.deepEqual(
          [...states.keys()].filter((matter) => !["line", "envelope"].includes(offices.get(matter) ?? "")),
          [],
        )
    }),
    runs(150),
  )
})

test("nobody answers who was not addressed, and nothing is answered twice", () => {
  fc.assert(
    fc.property(sequence, onLine, (tries, members) => {
      const { offices, states } = play(tries, members, true)
      for (const [matter, state] of states) {
        if (offices.get(matter) !== "message") continue
        assertAnswers(state as MessageState, members)
      }
    }),
    runs(150),
  )
})

function assertAnswers({ by, answers }: MessageState, members: readonly string[]): void {
  assert.deepEqual(Object.keys(answers).sort(), members.filter((member) => member !== by).sort())
  for (const { unanswered, acknowledged, opened } of Object.values(answers)) {
    if (unanswered && acknowledged) assert.ok(unanswered.index < acknowledged.index)
    if (members.length > 2) assert.equal(opened, undefined)
  }
}

test("what the clock says is what the rule permits from that very instant, and nothing before", () => {
  const clock: ClockRule<MessageState> | undefined = clockRules.get("message")
  const lapse = kinds.find((kind) => kind.kind === "message.unanswered")
  assert.ok(clock && lapse)
  fc.assert(
    fc.property(sequence, onLine, (tries, members) => {
      const { offices, states } = play(tries, members, true)
      const line = { id: LINE, members }
      for (const [matter, state] of states) {
        const due: string | null = offices.get(matter) !== "message" ? null : clock.due(state as MessageState, CLOCKS)
        if (due === null) continue
        for (const [at, permitted] of [
          [Date.parse(due), true],
          [Date.parse(due) - 1, false],
        ] as const) {
          const now: string = new Date(at).toISOString()
          const said: { fields: unknown; speaker: string }[] = members.flatMap((speaker) =>
            clock
              .say(state as MessageState, { speaker, now, matter, line, secretariat: "secretariat", clocks: CLOCKS })
              .map(({ fields }) => ({ fields, speaker })),
          )
          assert.equal(said.length > 0, permitted)
          for (const { fields, speaker } of said) {
            const entry: Entry = {
              ...{ by: speaker, at: now, index: 999, place: 999, header: hash(5), precedence: "ROUTINE", line },
              ...{ secretariat: "secretariat", clocks: CLOCKS },
            }
            const record = parseRecord(lapse, fields)
            assert.ok(!("refused" in record))
            assert.equal(
              judge(lapse, states.get(LINE) as LineState, { office: "message", state }, record, entry),
              "permitted",
            )
          }
        }
      }
    }),
    runs(60),
  )
})

import assert from "node:assert/strict"
import { test } from "node:test"
import fc from "fast-check"
import type { Charter } from "../roll/charter.ts"
import type { WaitingFor } from "./watch.ts"
import { bandOf, type WatchFacts, type WatchMessage } from "./watch-items.ts"
import { missedInRow, watchItems } from "./watch-sources.ts"

const each = { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 }
const clocks = {
  ...{ acknowledge: each, handle: each, deliver: each, checks: { at: ["06:00"], answer: 3600 } },
  ...{ slot: { attended: 900, unattended: 900 }, slotOfMany: { attended: 3600, unattended: 3600 } },
} as unknown as Charter["clocks"]
const now = "2026-11-23T12:00:00.000Z"
const at = (minutes: number) => new Date(Date.parse(now) + minutes * 60_000).toISOString()

const NOTHING: WatchFacts = {
  ...{ delegation: "secretariat", now, clocks, heardAt: now, handover: null, members: new Map() },
  overdue: { waiting: [], silent: [], connected: true },
  ...{
    awaiting: [],
    promised: [],
    absences: [],
    checks: [],
    missed: [],
    stops: [],
    alarms: [],
    returned: [],
    carried: [],
  },
  relays: { requests: [], answers: [] },
}

function message(matter: string, minutes: number, more: Partial<WatchMessage> = {}): WatchMessage {
  return {
    ...{ line: "l", matter, by: "icrc", precedence: "ROUTINE", language: "en", subject: null, deadline: at(minutes) },
    ...{ unread: true, heldBy: null, ...more },
  }
}

function waiting(matter: string, minutes: number, call: WaitingFor["call"]): WaitingFor {
  return {
    ...{ line: "l", matter, by: "secretariat", of: "icrc", at: now, precedence: "ROUTINE", language: "en" },
    ...{
      subject: null,
      deadline: at(minutes),
      delivered: null,
      call,
      heard: null,
      telephone: null,
      outOfService: null,
    },
  }
}

test("what dies first stands first: alarms and FLASH, this hour, what is late for longer, what comes later", () => {
  const items = watchItems({
    ...NOTHING,
    awaiting: [
      message("later", 600),
      message("soon", 20, { precedence: "IMMEDIATE" }),
      message("flash", 8, { precedence: "FLASH" }),
    ],
    overdue: {
      ...NOTHING.overdue,
      waiting: [waiting("old", -3000, "overdue"), waiting("just late", -10, "overdue"), waiting("running", 45, null)],
    },
    alarms: [{ what: "key-event", key: "7", at: at(-500), of: "icrc", count: null }],
  })
  assert.deepEqual(
    items.map(({ kind, matter }) => [kind, matter]),
    [
      ["alarm", null],
      ["overdue", "just late"],
      ["flash", "flash"],
      ["answer", "soon"],
      ["clock", "running"],
      ["overdue", "old"],
      ["answer", "later"],
    ],
  )
})

test("one thing is on the watch once: a FLASH that was read waits for us, words to be passed on are a relay", () => {
  const request = {
    ...{ line: "l", matter: "asked", by: "icrc", at: now, precedence: "PRIORITY", form: "words", language: "en" },
    ...{ subject: null, body: null, files: [], attribution: "attributed", to: [], discreet: false, legs: [] },
  } as unknown as WatchFacts["relays"]["requests"][number]
  const items = watchItems({
    ...NOTHING,
    awaiting: [message("asked", 5), message("read", 5, { precedence: "FLASH", unread: false })],
    relays: { requests: [request], answers: [] },
  })
  assert.deepEqual(items.map(({ kind, matter }) => `${kind} ${matter}`).sort(), ["answer read", "relay asked"])
})

test("whoever missed checks in a row is telephoned, then reached another way, then told to the council", () => {
  const past = (slot: number, answered: boolean, missed: string | null) => ({
    ...{ line: "l", slot: at(slot) },
    members: { icrc: { answered, missed } },
  })
  const misses = (n: number) => Array.from({ length: n }, (_, i) => past(-600 * (i + 1), false, at(-600 * i)))
  const says = (n: number) =>
    watchItems({ ...NOTHING, missed: missedInRow([past(0, false, null), ...misses(n)]) }).map(({ what }) => what)
  assert.deepEqual([1, 2, 3, 5, 6].flatMap(says), [
    ...["missed", "missed-telephone", "missed-other-way", "missed-other-way", "missed-council"],
  ])
  // What was read back ends the row, late or not; so does a check that is under way not begin one.
  assert.deepEqual(missedInRow([past(0, true, at(-1)), ...misses(4)]), [])
  assert.deepEqual(missedInRow([past(0, false, null)]), [])
})

test("a desk that hears nothing from the registry says so before all that it knows, and calls nobody silent", () => {
  const silent = [{ line: "l", of: "icrc", heard: at(-40), telephone: null, outOfService: null }]
  const heard = watchItems({ ...NOTHING, overdue: { waiting: [], silent, connected: true } })
  assert.deepEqual(
    heard.map(({ what, of }) => [what, of]),
    [["silent", "icrc"]],
  )
  const [first] = watchItems({
    ...{ ...NOTHING, heardAt: at(-1), overdue: { waiting: [], silent: [], connected: false } },
    awaiting: [message("soon", 20)],
  })
  assert.equal(first?.what, "not-connected")
})

test("whatever is open, nothing is lost or doubled, and within a band nothing stands before what dies earlier", () => {
  const open = fc.array(fc.record({ minutes: fc.integer({ min: -5000, max: 5000 }), flash: fc.boolean() }), {
    maxLength: 60,
  })
  fc.assert(
    fc.property(open, (all) => {
      const awaiting = all.map(({ minutes, flash }, i) =>
        message(String(i), minutes, { precedence: flash ? "FLASH" : "ROUTINE" }),
      )
      const items = watchItems({ ...NOTHING, awaiting })
      assert.deepEqual(new Set(items.map(({ matter }) => matter)).size, all.length)
      const told = items.map((item) => `${["now", "late", "later"].indexOf(bandOf(item, now))} ${item.dies}`)
      assert.deepEqual(told, told.toSorted())
    }),
  )
})

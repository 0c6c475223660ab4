import assert from "node:assert/strict"
import { test } from "node:test"
import type { Checked, CheckState } from "../lines/check.ts"
import { type BoardParts, boardDays, daysBetween, type Heard, indexHeard } from "./board.ts"

const DAY = "2026-11-23"
const at = (time: string) => `${DAY}T${time}.000Z`
/** Bits of a day from quarters of its hours. */
function bits(sender: string, line: string, ...quarters: readonly number[]): Heard {
  const half = (from: number) =>
    quarters.filter((q) => q >= from && q < from + 48).reduce((sum, q) => sum + 2 ** (q - from), 0)
  return { day: DAY, line, sender, am: half(0), pm: half(48) }
}
const hour = (...hours: readonly number[]) => hours.flatMap((h) => [h * 4, h * 4 + 1, h * 4 + 2, h * 4 + 3])

function picture(rows: readonly Heard[], more: Partial<BoardParts> = {}, member = "ruritania") {
  const parts: BoardParts = {
    ...{ self: "secretariat", line: { id: "one", members: ["ruritania", "secretariat"] }, member },
    ...{ heard: indexHeard(rows, "secretariat"), checks: new Map(), slots: ["06:00", "14:00"], answer: 3600 },
    ...{ slotSeconds: 900, opened: "2026-11-01T00:00:00.000Z", now: "2026-11-24T00:00:00.000Z", ...more },
  }
  return boardDays(parts, [DAY])[0] ?? assert.fail()
}

test("an hour is heard, heard in part, or silent; and silence is told apart by who else was heard", () => {
  const rows = [
    bits("ruritania", "one", ...hour(0), 5, ...hour(23)),
    bits("secretariat", "one", ...hour(0, 1, 2, 23)),
    bits("graustark", "two", ...hour(0, 1, 2, 3, 23)),
  ]
  // 0 heard, 1 in part, 2 silent, 3 this desk was away, 4…22 nobody was heard, 23 heard.
  assert.equal(picture(rows).hours, `hpso${"r".repeat(19)}h`)
})

test("before a line was opened and in an hour that is not over nobody is silent", () => {
  const rows = [bits("secretariat", "one", ...hour(0, 1, 2, 3))]
  const { hours } = picture(rows, { opened: at("01:30:00"), now: at("03:10:00") })
  assert.equal(hours, `.ss${".".repeat(21)}`)
})

test("where the slots are an hour long, an envelope an hour is all that is due", () => {
  assert.match(picture([bits("ruritania", "one", 9)], { slotSeconds: 3600 }).hours, /^rrh/)
})

function check(of: Checked): BoardParts["checks"] {
  const state: CheckState = {
    by: "secretariat",
    at: at("06:00:10"),
    index: 1,
    header: "",
    slot: at("06:00:00"),
    text: "",
    members: { ruritania: of },
  }
  return new Map([[state.slot, { matter: "a", state }]])
}
const moment = (time: string) => ({ at: at(time), index: 2 })
const read = (time: string) => ({ answered: { ...moment(time), readBack: "", quality: 4, letters: true } })

test("a check by officers is in time, late, garbled, declared, or unanswered by a desk that was up or was not", () => {
  const outcome = (of: Checked, rows: Heard[] = [], more: Partial<BoardParts> = {}) =>
    picture(rows, { checks: check(of), ...more }).checks[0]?.outcome
  assert.equal(outcome(read("06:03:10")), "ok")
  assert.equal(outcome(read("07:00:10")), "ok")
  assert.equal(outcome(read("07:00:12")), "late")
  assert.equal(
    outcome({ ...read("06:03:10"), closed: { ...moment("06:05:00"), result: "GARBLED", text: null } }),
    "garbled",
  )
  assert.equal(outcome({ closed: { ...moment("06:05:00"), result: "OUT_OF_SERVICE", text: null } }), "out-of-service")
  assert.equal(outcome({}, [bits("ruritania", "one", 26)]), "no-answer-up")
  assert.equal(
    outcome({}, [bits("ruritania", "one", ...hour(4, 9)), bits("secretariat", "one", ...hour(6))]),
    "no-answer-down",
  )
  assert.equal(outcome({}, [], { now: at("06:59:00") }), "pending")
  assert.equal(picture([], { checks: check(read("06:03:10")) }).checks[0]?.roundTrip, 180)
})

test("a check that nobody called is shown as that, once it could no longer be read back in time", () => {
  const outcomes = (now: string) => picture([], { now }).checks.map((one) => one.outcome)
  assert.deepEqual(outcomes(at("15:00:00")), ["not-called"])
  assert.deepEqual(outcomes(at("15:00:01")), ["not-called", "not-called"])
})

test("who reads back sees what came of it beside the member who called", () => {
  const checks = check(read("06:03:10"))
  const self = { self: "ruritania", line: { id: "one", members: ["ruritania", "secretariat"] }, checks }
  const [one] = picture([], self, "secretariat").checks
  assert.deepEqual([one?.of, one?.outcome, one?.roundTrip], ["ruritania", "ok", 180])
})

test("days are counted over the end of a month", () => {
  assert.deepEqual(daysBetween("2026-11-29", "2026-12-02"), ["2026-11-29", "2026-11-30", "2026-12-01", "2026-12-02"])
})

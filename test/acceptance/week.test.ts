import assert from "node:assert/strict"
import { test } from "node:test"
import { type Desk, openDesk } from "#desk/open.ts"
import { openBoard } from "#desk/watch/board.ts"
import type { Outcome } from "#offices/joins/board.ts"
import { programFolder } from "../../src/cli/exercise/found.ts"
import { jumpingClock } from "../jumping-clock.ts"
import { type Office, openOffice, TEST_PLAN, until } from "../office.ts"

const HOUR = 3_600_000
const MONDAY = Date.parse("2026-11-23T00:00:00.000Z")
const day = (n: number) => new Date(MONDAY + n * 24 * HOUR).toISOString().slice(0, 10)
const OTHERS = ["icrc", "russian-federation", "ukraine"]
const CLOCKS = {
  slot: { attended: 3600, unattended: 3600 },
  slotOfMany: { attended: 7200, unattended: 7200 },
  acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 },
  checks: { at: ["06:00", "14:00"], answer: 3600 },
  stampBound: 86_400,
}

function boardOf({ archive, clock, delegation, book }: Desk) {
  return openBoard({ archive, clock, delegation, roll: book.roll })
}

/** What officers do in an hour: the secretariat calls what is due, the others read back unless they sleep. */
function officers(office: Office, awake: readonly string[], readBack: (name: string) => string): void {
  const secretariat = office.desks.get("secretariat")
  if (secretariat) callWhatIsDue(secretariat)
  for (const desk of awake.flatMap((name) => office.desks.get(name) ?? [])) answerWhatIsDue(desk, readBack)
}

function callWhatIsDue(secretariat: Desk): void {
  for (const { what, line, slot } of boardOf(secretariat).due()) {
    if (what !== "call") continue
    const records = [{ fields: { slot }, texts: { text: "maple birch" } }]
    secretariat.door.hand({ act: "check.called", line, records, token: `${line} ${slot}` }, { officer: "o" })
  }
}

/** What is hours old is explained, not answered. */
function answerWhatIsDue(desk: Desk, readBack: (name: string) => string): void {
  const name = desk.delegation
  for (const { what, line, slot, matter } of boardOf(desk).due()) {
    const of = matter === null ? undefined : boardOf(desk).check(line, matter)?.header
    if (what !== "answer" || of === undefined) continue
    const isOld = desk.clock.now() - Date.parse(slot) > 3 * HOUR
    const [act, fields, texts] = isOld
      ? ["check.explained", { matter, of }, { text: "The power was out." }]
      : ["check.answered", { matter, of, quality: 5, letters: true }, { readBack: readBack(name) }]
    desk.door.hand({ act, line, records: [{ fields, texts }], token: `${act} ${matter} ${name}` }, { officer: "o" })
  }
}

/** The secretariat closes every check with what came of it: the same words, or others. */
function closeWhatIsAnswered(secretariat: Desk): void {
  const board = boardOf(secretariat)
  for (const { what, line, matter } of board.due()) {
    const check = what === "close" && matter !== null ? board.check(line, matter) : undefined
    for (const { member, answered, closed } of check?.members ?? []) {
      if (!answered || closed) continue
      const result = answered.readBack === check?.text ? "OK" : "GARBLED"
      const fields = { matter, of: check?.header ?? "", by: member, result }
      secretariat.door.hand({ act: "check.closed", line, records: [{ fields }] }, { officer: "o" })
    }
  }
}

/** Whether a desk holds a delegation's envelope of a line, or is not on that line. */
function holds(
  { archive: { sql }, book, delegation }: Desk,
  end: { line: string; by: string; serial: number },
): boolean {
  if (!book.members(end.line).includes(delegation)) return true
  const held = sql.get`SELECT max(serial) AS serial FROM envelope WHERE line = ${end.line} AND sender = ${end.by}`
  return Number(held?.serial ?? 0) >= end.serial
}

test("after a week of desks down, a registry away, witnesses dark, a wrong clock and sleeping officers the board tells what was", async () => {
  const [clock, wrong] = [jumpingClock(), jumpingClock()]
  clock.jump(MONDAY - clock.now())
  wrong.jump(MONDAY + 4 * 60_000 - wrong.now())
  await using office = await openOffice({ clock, plan: { ...TEST_PLAN, lines: [] }, charter: { clocks: CLOCKS } })
  const secretariat = () => office.desk("secretariat")
  let registryUp = true

  /** Waits until everything that was handed in is entered, and held by every desk that is open. */
  async function settle(): Promise<void> {
    const desks = registryUp ? [...office.desks.values()] : []
    for (const desk of desks) await until(desk, `${desk.delegation} said it`, () => desk.outbox.waiting() === 0)
    const ends = desks.flatMap(({ archive: { sql }, delegation }) =>
      sql.all`SELECT line, max(serial) AS serial FROM outbox WHERE state = 'stamped' GROUP BY line`.map((row) => ({
        ...{ line: String(row.line), by: delegation, serial: Number(row.serial) },
      })),
    )
    for (const desk of desks)
      await until(desk, `${desk.delegation} holds it`, () => ends.every((end) => holds(desk, end)))
  }
  /** Lets an hour go by, and everything that it brings be entered. */
  async function hour(): Promise<void> {
    clock.pass(HOUR)
    wrong.pass(HOUR)
    await settle()
  }
  /** Lets the hours of a day go by until `last`; officers do their part twice in each, before and after the mail. */
  async function hours(last: number, awake = OTHERS, readBack = (_: string) => "maple birch"): Promise<void> {
    do {
      await hour()
      officers(office, awake, readBack)
      await settle()
      officers(office, awake, readBack)
      await settle()
    } while (new Date(clock.now()).getUTCHours() !== last)
  }
  async function reopen(name: string): Promise<void> {
    const desk = await office.reopenDesk(name)
    await until(desk, "it is back", () => desk.status().connected)
  }

  // Monday: all is well. Tuesday: a desk is down from two to ten.
  await hours(23)
  await hours(2)
  await office.closeDesk("icrc")
  await hours(10)
  await reopen("icrc")
  await hours(23)
  // Wednesday: the registry is away from nine to twelve.
  await hours(9)
  await office.closeRegistry()
  registryUp = false
  await hours(12)
  await office.reopenRegistry()
  registryUp = true
  clock.pass(20_000)
  await hours(23)
  // Thursday: one party's officers sleep until eight; its desk is up.
  await hours(7, ["icrc", "russian-federation"])
  await hours(23)
  // Friday: another desk’s clock is four minutes ahead, and it reads back something else.
  await office.closeDesk("russian-federation")
  const options = { delegation: "russian-federation", registry: office.registry.url, clock: wrong }
  const folder = programFolder(office.data, "desk", "russian-federation")
  office.desks.set("russian-federation", await openDesk({ ...options, folder, log: () => undefined }))
  await hours(23, OTHERS, (name) => (name === "russian-federation" ? "maple beech" : "maple birch"))
  closeWhatIsAnswered(secretariat())
  // Saturday: two of three witnesses go dark, and stay so. Sunday: the secretariat's own desk is down from twenty to twenty-two.
  for (const witness of office.witnesses.slice(1)) await witness[Symbol.asyncDispose]()
  await hours(22)
  await hours(20)
  await office.closeDesk("secretariat")
  await hours(22)
  await reopen("secretariat")
  await hours(23)

  const { rows } = boardOf(secretariat()).view(7)
  const picture = (member: string, n: number) => {
    const own = rows.filter((row) => row.member === member && secretariat().book.members(row.line).length === 2)
    return own[0]?.days.find((one) => one.day === day(n)) ?? assert.fail(`${member} has no ${day(n)}`)
  }
  const outcomes = (member: string, n: number): Outcome[] => picture(member, n).checks.map((one) => one.outcome)
  const hoursOf = (member: string, n: number, from: number, to: number) => picture(member, n).hours.slice(from, to)
  const well: Outcome[] = ["ok", "ok"]
  for (const member of OTHERS) assert.deepEqual(outcomes(member, 0), well, `${member} on Monday`)
  assert.deepEqual(outcomes("icrc", 1), ["no-answer-down", "ok"])
  assert.equal(picture("icrc", 1).checks[0]?.reason, "The power was out.")
  assert.equal(hoursOf("icrc", 1, 3, 10), "sssssss")
  assert.equal(hoursOf("ukraine", 1, 3, 10), "hhhhhhh")
  for (const member of OTHERS) assert.equal(hoursOf(member, 2, 10, 12), "rr", `${member} while the registry was away`)
  assert.deepEqual(outcomes("ukraine", 3), ["late", "ok"])
  assert.deepEqual(outcomes("icrc", 3), well)
  assert.deepEqual(outcomes("russian-federation", 4), ["garbled", "garbled"])
  assert.doesNotMatch(hoursOf("russian-federation", 4, 1, 23), /s/)
  for (const member of OTHERS) assert.deepEqual(outcomes(member, 5), well, `${member} while witnesses were dark`)
  assert.match(hoursOf("ukraine", 6, 20, 22), /[ho]/)
  const atUkraine = boardOf(office.desk("ukraine"))
    .view(7)
    .rows.find((row) => row.member === "secretariat")
  assert.match(atUkraine?.days.find((one) => one.day === day(6))?.hours.slice(20, 23) ?? "", /s/)
})

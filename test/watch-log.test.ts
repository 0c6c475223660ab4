import assert from "node:assert/strict"
import { test } from "node:test"
import { openDutyLog } from "#desk/duty/log.ts"
import type { Desk } from "#desk/open.ts"
import { dutyPaper } from "#paper/duty-log.ts"
import { openOffice, received, say, until } from "./office.ts"

const ALWAYS = { from: "2000-01-01T00:00:00.000Z", until: "2100-01-01T00:00:00.000Z" }

function logOf({ archive, clock, officers }: Desk) {
  return openDutyLog({ archive, clock, officers, told: () => undefined })
}

function line(text: string, more: object = {}) {
  return { text, corrects: null, call: null, token: `token ${text}`, ...more }
}

test("the watch log tells what happened by itself, and what officers typed is corrected by another line and never changed", async () => {
  await using office = await openOffice()
  const [secretariat, icrc] = [office.desk("secretariat"), office.desk("icrc")]
  const on = icrc.views.lines().find((one) => one.members.join() === "icrc,secretariat")?.id ?? assert.fail()
  const log = logOf(secretariat)
  const matter = say(icrc, on, "Електролінія біля мосту", "PRIORITY")
  await received(secretariat, on, matter)
  const told = log.rows(ALWAYS, "").rows.find((row) => row.matter === matter)
  assert.deepEqual([told?.what, told?.kind, told?.by, told?.officer], ["act", "message.sent", "icrc", null])

  secretariat.officers.link("DO-1")
  const [officer] = secretariat.officers.all()
  assert.ok(officer)
  assert.deepEqual(log.write(officer.id, line("The embassy was telephoned.")), { number: 1 })
  assert.deepEqual(log.write(officer.id, line("The embassy was telephoned.")), { number: 1 })
  const call = {
    direction: "to",
    with: "Duty officer of the host city",
    readBack: "DONE",
    readBackText: "Line of five",
  }
  assert.deepEqual(log.write(officer.id, line("It did not answer at first.", { corrects: 1, call })), { number: 2 })
  const typed = log.rows(ALWAYS, "").rows.filter(({ what }) => what === "typed")
  assert.deepEqual(
    typed.map(({ officer, text, typed }) => [officer, text, typed?.corrects, typed?.correctedBy]),
    [
      [officer.name, "It did not answer at first.", 1, null],
      [officer.name, "The embassy was telephoned.", null, 2],
    ],
  )
  assert.throws(() => secretariat.archive.sql.run`UPDATE duty_line SET text = 'other'`, /never changed/)
  assert.throws(() => secretariat.archive.sql.run`DELETE FROM duty_line`, /never deleted/)

  const refused = [
    line(" "),
    line("other", { corrects: 9 }),
    line("another", { call: { ...call, readBackText: null } }),
    7,
  ]
  assert.deepEqual(
    refused.map((one) => log.write(officer.id, one)),
    ["line-malformed", "no-such-line", "line-malformed", "line-malformed"].map((code) => ({ refused: `duty.${code}` })),
  )

  const found = (query: string) => log.rows(ALWAYS, query).rows.map(({ what }) => what)
  assert.deepEqual(found("embassy telephoned"), ["typed"])
  assert.deepEqual(found("five"), ["typed"])
  // A search finds a word in the letters of another alphabet.
  assert.deepEqual(found("elektroliniia"), ["act"])
  assert.deepEqual(found("embassy bridge"), [])
  assert.equal(log.rows({ ...ALWAYS, until: ALWAYS.from }, "").rows.length, 0)

  const { rows } = log.rows(ALWAYS, "")
  for (const language of ["en", "uk", "ru"] as const) {
    const period = { charter: secretariat.founded.charter, desk: "secretariat", ...ALWAYS, rows: rows.toReversed() }
    const paper = await dutyPaper(period, language)
    assert.ok(paper instanceof Uint8Array)
    assert.equal(Buffer.from(paper.subarray(0, 5)).toString(), "%PDF-")
  }

  // Nothing of it is on its way to anybody.
  await until(secretariat, "all is sent", () => secretariat.outbox.waiting() === 0)
  assert.equal(
    logOf(icrc)
      .rows(ALWAYS, "")
      .rows.filter(({ what }) => what === "typed").length,
    0,
  )
})

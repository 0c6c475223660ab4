import assert from "node:assert/strict"
import { test } from "node:test"
import { offerHandover, onDuty, pastHandovers, pendingHandover, takeHandover } from "#desk/duty/handover.ts"
import { roster, writeRoster } from "#desk/duty/roster.ts"
import { watchOf } from "#desk/watch/items.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { openOffice, received, say, until } from "./office.ts"

test("the watch passes from one officer to a second one by one record, and in no other way", async () => {
  const clock = jumpingClock()
  await using office = await openOffice({ clock })
  const [desk, icrc] = [office.desk("secretariat"), office.desk("icrc")]
  const line = icrc.views.lines().find((one) => one.members.join() === "icrc,secretariat")?.id ?? assert.fail()
  const open = () => watchOf(desk).items.filter(({ kind }) => kind === "answer")
  const offer = (officer: string, notes: string, because: string | null = null) =>
    offerHandover(desk, officer, { notes, because }, open())
  const take = (officer: string) => takeHandover(desk, officer, pendingHandover(desk, [])?.id ?? -1, open())
  const refused = (code: string) => ({ refused: `duty.${code}` })
  assert.equal(onDuty(desk), null)
  assert.deepEqual(take("o"), refused("nothing-to-take"))

  const first = await received(desk, line, say(icrc, line, "still open"))
  assert.deepEqual(offer("officer", "  "), refused("notes-missing"))
  assert.ok("handover" in offer("officer", "The bridge is to be repaired."))
  assert.deepEqual(take("officer"), refused("second-officer"))
  const second = await received(desk, line, say(icrc, line, "came since"))
  const pending = pendingHandover(desk, open())
  assert.deepEqual(
    [pending?.items.map(({ matter }) => matter), pending?.since.map(({ matter }) => matter), pending?.done],
    [[first.matter], [second.matter], 0],
  )
  assert.deepEqual(take("o"), {})
  assert.equal(onDuty(desk)?.officer, "o")
  assert.deepEqual(take("interpreter"), refused("nothing-to-take"))

  // Only who has the watch signs it off; in his place another does, with a reason, and takes nothing himself.
  assert.deepEqual(offer("officer", "notes"), refused("not-on-duty"))
  assert.ok("handover" in offer("officer", "notes", "He fell ill."))
  assert.deepEqual(take("officer"), refused("second-officer"))
  assert.deepEqual(take("o"), refused("second-officer"))
  assert.deepEqual(take("interpreter"), {})
  assert.deepEqual(
    pastHandovers(desk).map(({ from, to, because, open }) => [from, to, because, open]),
    [
      ["the officer officer", "the officer interpreter", "He fell ill.", 2],
      ["the officer officer", "the officer o", null, 2],
    ],
  )
  // A text that is erased lives on in no hand-over, and no hand-over is ever changed.
  const kept = desk.archive.sql.all`SELECT items FROM duty_handover`.map(({ items }) => String(items)).join()
  assert.ok(kept.includes(first.matter) && !kept.includes("still open"))
  assert.throws(() => desk.archive.sql.run`UPDATE duty_handover SET notes = 'other'`, /never changed/)
  assert.throws(() => desk.archive.sql.run`DELETE FROM duty_handover`, /never deleted/)

  // Who has it for longer than one watch finds that among what is open.
  const late = () => watchOf(desk).items.find(({ kind }) => kind === "handover")?.dies
  assert.equal(late(), onDuty(desk)?.due)
  assert.equal(onDuty(icrc), null)
  await until(desk, "all is sent", () => desk.outbox.waiting() === 0)
})

test("the roster says who is called out in which order, for what and in which language", async () => {
  await using office = await openOffice()
  const desk = office.desk("secretariat")
  const entry = { expertise: ["nuclear-safety", "logistics"], languages: ["uk", "en"], reach: "extension 4" }
  assert.deepEqual(writeRoster(desk, { officer: "o", order: 2, ...entry }), {})
  assert.deepEqual(writeRoster(desk, { officer: "interpreter", order: 1, ...entry }), {})
  for (const wrong of [
    { officer: "nobody", order: 1 },
    { officer: "o", order: 0 },
    { officer: "o", order: 1, expertise: ["law"] },
  ])
    assert.deepEqual(writeRoster(desk, { ...entry, ...wrong }), { refused: "duty.roster-malformed" })
  const called = roster(desk).filter(({ order }) => order !== null)
  assert.deepEqual(
    called.map(({ officer, expertise, languages }) => [officer, expertise, languages]),
    ["interpreter", "o"].map((officer) => [officer, ["nuclear-safety", "logistics"], ["en", "uk"]]),
  )
})

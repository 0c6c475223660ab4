import assert from "node:assert/strict"
import { test } from "node:test"
import { callsOn } from "#desk/watch/calls.ts"
import { openOffice, until } from "./office.ts"

test("a call is entered with what was read back, and what the other side heard stands beside it", async () => {
  await using office = await openOffice()
  const line = office.line("direct line")
  const [one, other] = [office.desk("ukraine"), office.desk("russian-federation")]
  const started = new Date(one.clock.now() - 60_000).toISOString()
  const fields = {
    ...{ with: "russian-federation", direction: "to", started, answered: true, role: "officer", interpreter: false },
    ...{ language: "en", purpose: "NOTIFY", readBack: "DONE" },
  }
  const texts = { gist: "Told of the closed bridge.", readBackText: "The bridge at the mill is closed." }
  const entered = one.door.hand({ act: "call.entered", line, records: [{ fields, texts }] }, { officer: "o" })
  assert.ok("outbox" in entered)
  await until(other, "the call arrives", () => callsOn(other.archive, line).length === 1)
  const call = callsOn(other.archive, line)[0] ?? assert.fail()
  assert.deepEqual([call.gist, call.readBackText, call.by], [texts.gist, texts.readBackText, "ukraine"])
  const said = { matter: call.matter, of: call.header, same: false }
  other.door.hand(
    { act: "call.stated", line, records: [{ fields: said, texts: { text: "The road, not the bridge." } }] },
    { officer: "o" },
  )
  await until(one, "the other record arrives", () => callsOn(one.archive, line)[0]?.stated.length === 1)
  const [stated] = callsOn(one.archive, line)[0]?.stated ?? []
  assert.deepEqual([stated?.by, stated?.same, stated?.text], ["russian-federation", false, "The road, not the bridge."])
})

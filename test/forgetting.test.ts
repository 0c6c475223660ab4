import assert from "node:assert/strict"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { test } from "node:test"
import { systemClock } from "../src/clock.ts"
import { openOffice, received, say, until } from "./office.ts"

const DAY = 86_400_000

/** A clock that runs as the machine's, and can be moved on. */
function movableClock() {
  const system = systemClock()
  let ahead = 0
  return {
    now: () => system.now() + ahead,
    after: system.after,
    move(ms: number) {
      ahead += ms
    },
  }
}

function sealingDays(folder: string): string[] {
  const { identities } = JSON.parse(readFileSync(join(folder, "sealing.keys"), "utf8"))
  return identities.map((i: { day: string }) => i.day)
}

test("a sealing key is wiped once its time has passed and all lines are taken in, and mail goes on", async () => {
  const clock = movableClock()
  await using office = await openOffice({ clock })
  const [from, to] = [office.desk("ukraine"), office.desk("russian-federation")]
  const folder = join(office.data, "desk", "russian-federation")
  const line = office.line("direct line")
  await received(to, line, say(from, line, "before"))
  const before = sealingDays(folder)
  clock.move(4 * DAY)
  const matter = say(from, line, "four days later")
  assert.equal((await received(to, line, matter)).body, "four days later")
  await until(to, "spent keys are wiped", () => sealingDays(folder).length <= before.length - 2)
  const [oldest = ""] = sealingDays(folder)
  assert.ok(Date.parse(oldest) + 2 * DAY >= clock.now() - DAY, "no key is kept whose time has passed")
  assert.equal((await received(to, line, say(from, line, "and on"))).body, "and on")
  assert.equal(to.views.message(line, matter)?.body, "four days later", "what was opened stays readable")
})

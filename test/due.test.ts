import assert from "node:assert/strict"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { test } from "node:test"
import { openArchive } from "#desk/archive.ts"
import { openDue } from "#desk/due.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { emptyRoll } from "#offices/roll/roll.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { foundExercise, programFolder } from "../src/cli/exercise/found.ts"
import { manualClock } from "../src/clock.ts"
import { TEST_PLAN } from "./office.ts"

const DAY = 86_400_000
const SENT = Date.parse("2026-03-01T00:00:00.000Z")
const LINE = "a".repeat(64)

/** An archive with this many messages of one instant that nobody answered; `said` gathers what is handed to the door. */
async function openOverdue(data: string, messages: number) {
  foundExercise(data, TEST_PLAN, (to, state) => makeWitness(to, createWitnessKey(`${state}.witness.example`)))
  const folder = programFolder(data, "desk", "ukraine")
  const founded = openCharter(nodeCrypto, readFileSync(join(folder, "charter.json"), "utf8"))
  const archive = await openArchive(join(folder, "desk.sqlite"))
  const { sql } = archive
  sql.run`INSERT INTO line VALUES (${LINE}, 'russian-federation ukraine', 1, ${LINE})`
  const lapsed = new Date(SENT + DAY + 1000).toISOString()
  const enter = (number: number, index: number, by = "ukraine") => {
    const id = number.toString(16).padStart(64, "0")
    const state = {
      ...{ by, at: new Date(SENT).toISOString(), index, place: number, header: id, precedence: "ROUTINE" },
      ...{ replyBy: null, recalled: null, relay: null },
      answers: { [by === "ukraine" ? "russian-federation" : "ukraine"]: {} },
    }
    sql.run`INSERT OR REPLACE INTO matter (line, id, office, state, opened, folded, due)
      VALUES (${LINE}, ${id}, 'message', ${JSON.stringify(state)}, ${index}, ${index}, ${lapsed})`
    archive.setMeta("next", String(index + 1))
  }
  archive.transact(() => {
    for (let i = 1; i <= messages; i++) enter(i, i)
  })
  const clock = manualClock(SENT)
  const said: string[] = []
  const full = { disk: false }
  const hand = (input: unknown) => {
    if (full.disk) throw new Error("database or disk is full")
    const { records } = input as { records: { fields: { matter: string } }[] }
    said.push(...records.map(({ fields }) => fields.matter))
    return { refused: "act.malformed" as const }
  }
  const due = openDue({ archive, clock, delegation: "ukraine", door: { hand } })
  return { archive, clock, said, full, enter, look: () => due.say(emptyRoll(founded)), again: due.again }
}

test("what falls due in one instant is said once, all of it, and again only where it was folded since", async () => {
  const data = mkdtempSync(join(tmpdir(), "iod-due-"))
  using stack = new DisposableStack()
  stack.defer(() => rmSync(data, { recursive: true }))
  const { archive, clock, said, full, enter, look, again } = await openOverdue(data, 600)
  stack.use(archive)
  look()
  assert.equal(said.length, 0)
  clock.advance(DAY + 1000)
  full.disk = true
  assert.throws(look, /full/)
  full.disk = false
  for (let i = 0; i < 10; i++) look()
  assert.equal(said.length, 600)
  assert.equal(new Set(said).size, 600)

  // One that mail brings late, one that was folded anew, and one that is another's to say.
  enter(601, 601)
  enter(7, 602)
  enter(603, 603, "russian-federation")
  look()
  look()
  assert.deepEqual(
    said.slice(600).map((id) => Number.parseInt(id, 16)),
    [601, 7],
  )
  again()
  for (let i = 0; i < 10; i++) look()
  assert.equal(said.length, 602 + 601)
})

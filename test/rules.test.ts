import assert from "node:assert/strict"
import { test } from "node:test"
import { openArchive } from "#desk/archive.ts"
import { foldRecord, matterOnLine } from "#desk/fold.ts"
import { type AnyActKind, type Entry, refuse } from "#offices/act.ts"
import { type Rules, rules } from "#offices/index.ts"
import type { LineState } from "#offices/lines/line.ts"
import type { MessageState } from "#offices/lines/message.ts"

const id = (n: number) => n.toString(16).padStart(64, "0")
const LINE = id(7)

/** A second version as a later release might bring it: it takes no message in the language of the first. */
function secondVersion(): ReadonlyMap<number, Rules> {
  const first = rules.get(1) ?? assert.fail("the first version is missing")
  const sent = first.get("message.sent") ?? assert.fail("there is no message.sent")
  const stricter: AnyActKind = {
    ...sent,
    mayAct: (state, record, entry) =>
      record.language === "en" ? refuse("act.malformed") : sent.mayAct(state, record, entry),
  }
  return new Map([
    [1, first],
    [2, new Map([...first, ["message.sent", stricter]])],
  ])
}

function entry(index: number, by = "ukraine"): Entry {
  return {
    by,
    at: new Date(Date.UTC(2027, 0, 1) + index * 1000).toISOString(),
    index,
    place: index,
    header: id(1000 + index),
    precedence: "ROUTINE",
    line: { id: LINE, members: ["secretariat", "ukraine"] },
    secretariat: "secretariat",
    clocks: { acknowledge: { FLASH: 600, IMMEDIATE: 1800, PRIORITY: 10_800, ROUTINE: 86_400 }, check: 3600 },
  }
}

const message = (n: number, language: string) => ({ matter: id(n), language, subject: id(1), body: id(2) })

async function openLine() {
  const archive = await openArchive(":memory:")
  const state: LineState = {
    proposedBy: "secretariat",
    text: "",
    purpose: "",
    members: ["secretariat", "ukraine"],
    accepted: {},
    openedAt: "2027-01-01T00:00:00.000Z",
  }
  archive.sql.run`INSERT INTO matter VALUES (${LINE}, ${LINE}, 'line', ${JSON.stringify(state)}, 0, 0, NULL, NULL)`
  return archive
}

test("an act is judged for ever by the rules in force at its stamp", async () => {
  using archive = await openLine()
  const versions = secondVersion()
  assert.equal(foldRecord(archive, { rules: 1 }, "message.sent", message(1, "en"), entry(1), versions), null)
  assert.equal(foldRecord(archive, { rules: 2 }, "message.sent", message(2, "en"), entry(2), versions), "act.malformed")
  assert.equal(foldRecord(archive, { rules: 2 }, "message.sent", message(3, "uk"), entry(3), versions), null)
  // What the first version took in is answered under the second as it stands.
  const answer = { matter: id(1), of: (matterOnLine(archive, LINE, id(1)) as { state: MessageState }).state.header }
  const by = entry(4, "secretariat")
  assert.equal(foldRecord(archive, { rules: 2 }, "message.acknowledged", answer, by, versions), null)
})

test("a desk without the version in force folds nothing by guess, and says so", async () => {
  using archive = await openLine()
  const refused = foldRecord(archive, { rules: 2 }, "message.sent", message(1, "uk"), entry(1))
  assert.equal(refused, "version.unknown")
  assert.equal(matterOnLine(archive, LINE, id(1)), undefined)
})

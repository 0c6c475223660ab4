import assert from "node:assert/strict"
import { test } from "node:test"
import type { Desk } from "#desk/open.ts"
import type { LineView } from "#offices/joins/screen.ts"
import { formatLine, lineId } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openOffice, received, say, until } from "./office.ts"

const view = (desk: Desk, line: string) => desk.views.lines().find((one) => one.id === line)

async function held(desk: Desk, line: string, what: string, holds: (view: LineView) => boolean): Promise<LineView> {
  await until(desk, what, () => {
    const now = view(desk, line)
    return now !== undefined && holds(now)
  })
  return view(desk, line) ?? assert.fail("the line is gone again")
}

async function accept(desk: Desk, line: string): Promise<void> {
  await held(desk, line, "the proposal arrives", () => true)
  const handed = desk.door.hand(
    { act: "line.accepted", line, records: [{ fields: { matter: line } }] },
    { officer: "o" },
  )
  assert.ok(!("refused" in handed), JSON.stringify(handed))
}

function propose(desk: Desk, members: string[], purpose: string, follows?: string): string {
  const token = `propose ${purpose}`
  const answer = desk.propose({ members, purpose, token, ...(follows && { follows }) }, "officer")
  assert.ok(!("refused" in answer), JSON.stringify(answer))
  // A browser that lost the answer asks again with the same word: it is the same line.
  assert.deepEqual(desk.propose({ members, purpose, token }, "officer"), answer)
  return answer.matters[0] ?? ""
}

test("a line opens when all its members have accepted, and nobody else has anything of it; who joins makes a successor", async () => {
  await using office = await openOffice()
  const [icrc, ukraine, secretariat] = ["icrc", "ukraine", "secretariat"].map((name) => office.desk(name))
  assert.ok(icrc && ukraine && secretariat)

  const line = propose(icrc, ["ukraine"], "water works")
  const early = {
    act: "message.sent",
    line,
    records: [{ fields: { language: "en" }, texts: { subject: "a", body: "b" } }],
  }
  await held(icrc, line, "the proposal is entered", () => true)
  assert.deepEqual(icrc.door.hand(early, { officer: "o" }), { refused: "line.not-open" })
  await accept(ukraine, line)
  await held(icrc, line, "the line opens", ({ open }) => open)
  await received(ukraine, line, say(icrc, line, "The pumps stand still."))
  await until(icrc, "its own message is back", () => icrc.views.messages({ line, limit: 9 }).length === 1)
  assert.equal(view(secretariat, line), undefined)
  assert.equal(secretariat.archive.sql.get`SELECT count(*) AS n FROM envelope WHERE line = ${line}`?.n, 0)

  const successor = propose(icrc, ["ukraine", "secretariat"], "water works, with the secretariat", line)
  const atMember = await held(ukraine, successor, "the successor arrives", () => true)
  assert.equal(atMember.follows?.fits, true)
  const atNewcomer = await held(secretariat, successor, "the successor arrives", () => true)
  assert.deepEqual(atNewcomer.follows, { ...atMember.follows, fits: null })
  await Promise.all([accept(ukraine, successor), accept(secretariat, successor)])
  await held(icrc, successor, "the successor opens", ({ open }) => open)
  assert.deepEqual(view(icrc, line)?.followedBy, [successor])
  assert.equal(secretariat.views.messages({ line, limit: 9 }).length, 0)

  const members = ["icrc", "ukraine"]
  const text = { office: icrc.founded.office, members, purpose: "a false successor", nonce: "a".repeat(64) }
  const lie = { ...text, follows: { line, place: atMember.follows?.place ?? 0, head: "b".repeat(64) } }
  const matter = lineId(nodeCrypto, lie)
  const fields = { matter, text: formatLine(lie), purpose: lie.purpose }
  icrc.door.hand({ act: "line.proposed", line: matter, records: [{ fields }] }, { officer: "o" })
  assert.equal((await held(ukraine, matter, "the false successor arrives", () => true)).follows?.fits, false)
})

test("a line is proposed only to delegations that take part, with a purpose of one line", async () => {
  await using office = await openOffice({ withoutLines: true })
  const icrc = office.desk("icrc")
  const ask = (members: string[], purpose: string) => icrc.propose({ members, purpose, token: "a word of ours" }, "o")
  assert.deepEqual(ask(["osce"], "a line"), { refused: "door.member-not-active" })
  assert.deepEqual(ask(["icrc"], "a line"), { refused: "door.member-not-active" })
  assert.deepEqual(ask(["ukraine"], "two\nlines"), { refused: "act.malformed" })
  assert.deepEqual(ask([], "a line"), { refused: "act.malformed" })
})

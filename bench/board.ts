import { randomBytes } from "node:crypto"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { type Archive, openArchive } from "#desk/archive.ts"
import { openBoard } from "#desk/watch/board.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { emptyRoll } from "#offices/roll/roll.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { foundExercise, programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { atMost, type Figure, median, timed } from "./figure.ts"
import { temporaryFolder } from "./program.ts"

const LINES = 40
const DAYS = 90
const MESSAGES = 20_000
const TIMES = 10
const OWN = "secretariat"
const ALL_DAY = 2 ** 48 - 1

/** The line board of 40 delegations over 90 days, with two checks a day on each line, in an archive of messages. */
export async function measureBoard(): Promise<Figure[]> {
  using folder = temporaryFolder()
  const plan = { desks: [OWN], witnesses: ["austria"], lines: [] }
  foundExercise(folder.path, plan, (path) => makeWitness(path, createWitnessKey("austria.witness.example")))
  const charter = readFileSync(join(programFolder(folder.path, "desk", OWN), "charter.json"), "utf8")
  const roll = emptyRoll(openCharter(nodeCrypto, charter))
  using archive = await openArchive(join(folder.path, "desk.sqlite"))
  const clock = systemClock()
  const days = Array.from({ length: DAYS }, (_, i) => new Date(clock.now() - i * 86_400_000).toISOString().slice(0, 10))
  archive.transact(() => fill(archive, days.reverse()))
  const board = openBoard({ archive, clock, delegation: OWN, roll: () => roll })
  if (board.view(DAYS).rows.length !== LINES) throw new Error("the board lacks lines")
  const times = []
  for (let i = 0; i < TIMES; i++) times.push(await timed(() => JSON.stringify(board.view(DAYS))))
  const how = `${LINES} lines of two, ${DAYS} days, two checks a day read back on each, ${MESSAGES} messages beside: the answer of GET /api/board from the archive to its JSON, median of ${TIMES}`
  return [atMost("lines.board", median(times), 200, { unit: "ms", how })]
}

function fill(archive: Archive, days: readonly string[]): void {
  let index = 0
  const lines = Array.from({ length: LINES }, (_, i) => ({ id: id(), member: `delegation-${i}` }))
  for (const { id, member } of lines) {
    const members = [member, OWN].sort()
    const at = `${days[0]}T00:00:00.000Z`
    const state = { proposedBy: OWN, text: "", purpose: "secretariat", members, accepted: {}, openedAt: at }
    archive.sql.run`INSERT INTO line (id, members, place, head) VALUES (${id}, ${members.join(" ")}, 1, ${id})`
    matter(archive, { line: id, id, office: "line", state, at, index: index++ })
  }
  for (const day of days)
    for (const { id: line, member } of lines) {
      for (const sender of [member, OWN])
        archive.sql.run`INSERT OR REPLACE INTO heard VALUES (${day}, ${line}, ${sender}, ${ALL_DAY}, ${ALL_DAY})`
      for (const hour of ["06", "14"]) {
        const at = `${day}T${hour}:03:00.000Z`
        const answered = { at, index, readBack: "", quality: 5, letters: true }
        const state = { by: OWN, at, index, header: "", slot: `${day}T${hour}:00:00.000Z`, text: "" }
        const members = { [member]: { answered } }
        matter(archive, { line, id: id(), office: "check", state: { ...state, members }, at, index: index++ })
      }
    }
  for (let i = 0; i < MESSAGES; i++) {
    const { id: line } = lines[i % LINES] ?? { id: "" }
    const at = `${days[i % DAYS]}T12:00:00.000Z`
    matter(archive, { line, id: id(), office: "message", state: { by: OWN, at }, at, index: index++ })
  }
}

type Filled = { line: string; id: string; office: string; state: object; at: string; index: number }

function matter({ sql }: Archive, { line, id, office, state, at, index }: Filled): void {
  const none = new Uint8Array(0)
  sql.run`INSERT INTO envelope VALUES (${index}, ${line}, ${index}, ${OWN}, ${index}, ${id}, ${"h"}, ${"s"}, ${"h"}, ${at},
    ${"ROUTINE"}, 0, ${none}, ${none}, NULL, NULL, NULL)`
  sql.run`INSERT INTO matter (line, id, office, state, opened, folded) VALUES
    (${line}, ${id}, ${office}, ${JSON.stringify(state)}, ${index}, ${index})`
}

function id(): string {
  return randomBytes(32).toHex()
}

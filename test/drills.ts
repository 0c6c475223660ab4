import assert from "node:assert/strict"
import { execFile } from "node:child_process"
import { rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import type { Desk } from "#desk/open.ts"
import { RECIPIENTS, SPARE } from "#desk/restoring/backup.ts"
import { makeSpare, sealSpare } from "#desk/restoring/spare.ts"
import { openVault, writeDurably } from "#desk/vault.ts"
import { generateSealingIdentity } from "#seal/node/hybrid.ts"
import { type Plan, programFolder } from "../src/cli/exercise/found.ts"
import { jumpingClock } from "./jumping-clock.ts"
import { type Office, openOffice, say, until } from "./office.ts"

// Drills that a test runs small and a measurement runs large.

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
const execute = promisify(execFile)
const DAY_MS = 86_400_000
const PLAN: Plan = { desks: ["secretariat", "ukraine"], witnesses: ["austria"], lines: [] }
// What a charter limits is not what is drilled.
const LIMITS = { body: 4 << 20, perMinute: 10_000_000, urgentPerMinute: 10_000_000, backlog: 100_000 }

/** How many of these matters a desk can read. */
function readable(desk: Desk, line: string, matters: readonly string[]): number {
  return matters.filter((matter) => typeof desk.views.message(line, matter)?.body === "string").length
}

function lineWithSecretariat(desk: Desk): string | undefined {
  return desk.views.lines().find(({ purpose, open }) => purpose === "secretariat" && open)?.id
}

async function openPair() {
  const clock = jumpingClock()
  const office = await openOffice({ plan: PLAN, clock, charter: { limits: LIMITS } })
  const [secretariat, ukraine] = [office.desk("secretariat"), office.desk("ukraine")]
  await until(ukraine, "the line is open", () => lineWithSecretariat(ukraine) !== undefined)
  const line = lineWithSecretariat(ukraine) ?? ""
  await until(secretariat, "the line is open there", () => lineWithSecretariat(secretariat) === line)
  return { clock, office, secretariat, ukraine, line }
}

/** How many messages a desk has opened on a line, by the count alone: asked at every envelope that comes. */
function opened({ archive }: Desk, line: string): number {
  return Number(archive.sql.get`SELECT count(*) AS n FROM record WHERE line = ${line} AND kind = 'message.sent'`?.n)
}

const PATIENCE = 6

/** Waits until a desk has opened so many messages of a line; fails after a minute in which none came. */
async function openAll(desk: Desk, line: string, wanted: number): Promise<void> {
  let vain = 0
  for (let held = opened(desk, line); held < wanted; held = opened(desk, line)) {
    const before = held
    const more = until(desk, `more than ${before} of ${wanted} are opened`, () => opened(desk, line) > before)
    await more.then(
      () => {
        vain = 0
      },
      (error: unknown) => {
        if (++vain === PATIENCE) throw error
      },
    )
  }
}

/** Two desks write to each other while days pass: every act is readable at the other in the end, whatever its day was. */
export async function rotateUnderLoad(
  rotations: number,
  each: number,
): Promise<{ readable: number; of: number; seconds: number }> {
  const { clock, office, secretariat, ukraine, line } = await openPair()
  await using _office: Office = office
  const began = performance.now()
  const sent: { to: Desk; matter: string }[] = []
  for (let day = 0; day < rotations; day++) {
    for (let i = 0; i < each; i++) {
      const [from, to] = i % 2 === 0 ? [ukraine, secretariat] : [secretariat, ukraine]
      sent.push({ to, matter: say(from, line, `Day ${day}, message ${i}.`) })
    }
    // The day ends while half of them are under way.
    await openAll(secretariat, line, sent.length - Math.ceil(each / 2))
    clock.pass(DAY_MS)
  }
  for (const desk of [secretariat, ukraine]) await openAll(desk, line, sent.length)
  const seconds = (performance.now() - began) / 1000
  const count = sent.filter(({ to, matter }) => readable(to, line, [matter]) === 1).length
  const keys = new Set(secretariat.archive.sql.all`SELECT header FROM envelope WHERE line = ${line}`.map(keyOf))
  assert.ok(keys.size >= rotations, `only ${keys.size} sealing keys were used`)
  for (const desk of office.desks.values()) assert.deepEqual(desk.evidenceView(), [])
  return { readable: count, of: sent.length, seconds }
}

function keyOf({ header }: Record<string, unknown>): string {
  return /\nto secretariat\/(\d+)/.exec(String(header))?.[1] ?? ""
}

/**
 * A desk burns with its disk; the backup is a day old and `messages` went each way since, all acknowledged by the
 * registry. Seconds are those of the command, and from opening the restored desk until it may send again.
 */
export async function restoreDayOld(
  messages: number,
): Promise<{ lost: number; command: number; caughtUp: number; readable: number }> {
  const { clock, office, secretariat, ukraine, line } = await openPair()
  await using _office: Office = office
  const folder = programFolder(office.data, "desk", "ukraine")
  const { identity, recipient } = generateSealingIdentity()
  const { root, desk } = openVault(folder)
  assert.ok(root)
  writeDurably(join(folder, RECIPIENTS), `${recipient}\n`)
  const spare = makeSpare(ukraine.founded.office, "ukraine", desk[0].key.name, root)
  writeDurably(join(folder, SPARE), await sealSpare(spare, [recipient]))
  const [backup, file] = [join(office.data, "desk.age"), join(office.data, "identity.txt")]
  writeFileSync(file, identity)
  const before = say(secretariat, line, "Before the backup.")
  await openAll(ukraine, line, 1)
  await office.closeDesk("ukraine")
  await execute(process.execPath, [IOD, "desk", "backup", "--folder", folder, "--to", backup])
  const again = await office.reopenDesk("ukraine")
  clock.pass(DAY_MS)
  const theirs = Array.from({ length: messages }, (_, i) => say(secretariat, line, `To a desk that will burn, ${i}.`))
  const own = Array.from({ length: messages }, (_, i) => say(again, line, `Of a desk that will burn, ${i}.`))
  for (const desk of [secretariat, again]) await openAll(desk, line, 1 + 2 * messages)
  await office.closeDesk("ukraine")
  rmSync(folder, { recursive: true })

  const began = performance.now()
  await execute(process.execPath, [IOD, "desk", "restore", "--from", backup, "--identity", file, "--folder", folder])
  const opened = performance.now()
  const back = await office.reopenDesk("ukraine")
  await until(back, "it has caught up", () => back.status().restored?.caughtUp === true)
  const caughtUp = (performance.now() - opened) / 1000
  const all = [before, ...theirs, ...own]
  await openAll(back, line, all.length)
  return {
    lost: all.length - readable(back, line, all),
    command: (opened - began) / 1000,
    caughtUp,
    readable: (performance.now() - opened) / 1000,
  }
}

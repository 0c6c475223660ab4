import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { type Desk, openDesk } from "#desk/open.ts"
import type { MessageRow, MessageView } from "#offices/joins/screen.ts"
import type { CharterText } from "#offices/roll/charter.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { type OpenRegistry, openRegistry } from "#registry/open.ts"
import { type EmbeddedPostgres, openEmbeddedPostgres } from "#registry/postgres/embedded.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { type OpenWitness, openWitness } from "#witness/open.ts"
import { foundExercise, type Plan, programFolder } from "../src/cli/exercise/found.ts"
import { openExerciseLines } from "../src/cli/exercise/lines.ts"
import { type Clock, systemClock } from "../src/clock.ts"

/** Two fictional parties, a secretariat and a third delegation, with a direct line and a line of all. */
export const TEST_PLAN: Plan = {
  desks: ["secretariat", "ukraine", "russian-federation", "icrc"],
  witnesses: ["austria", "ireland", "singapore"],
  lines: [
    { purpose: "direct line", members: ["russian-federation", "ukraine"], proposer: "ukraine" },
    { purpose: "all", members: ["icrc", "russian-federation", "secretariat", "ukraine"], proposer: "secretariat" },
  ],
}

/** A real office in this process: PostgreSQL, registry, witnesses, desks, on a folder of its own. */
export type Office = {
  readonly data: string
  readonly desks: Map<string, Desk>
  readonly logged: string[]
  registry: OpenRegistry
  postgres: EmbeddedPostgres
  witnesses: OpenWitness[]
  desk(name: string): Desk
  line(purpose: string): string
  /** Stops and opens again; desks keep the registry's address. */
  closeRegistry(): Promise<void>
  reopenRegistry(): Promise<void>
  closeDesk(name: string): Promise<void>
  reopenDesk(name: string): Promise<Desk>
  /** Stops all of it; the data folder stays. */
  stop(): Promise<void>
  [Symbol.asyncDispose](): Promise<void>
}

export type OfficeOptions = { plan?: Plan; clock?: Clock; charter?: Partial<CharterText>; withoutLines?: boolean }

/** Whom tests name at a door: officers of every desk, none of them its head. */
const OFFICERS = ["officer", "o", "interpreter", "DO-1", "LO-1"]

/** Opens an office; `await using` closes it and fails where something cannot be closed. */
export async function openOffice(options: OfficeOptions = {}): Promise<Office> {
  const { plan = TEST_PLAN, clock = systemClock() } = options
  const data = mkdtempSync(join(tmpdir(), "iod-office-"))
  const logged: string[] = []
  const log = (message: string) => void logged.push(message)
  if (!copyFounded(data, options))
    foundExercise(
      data,
      plan,
      (folder, state) => makeWitness(folder, createWitnessKey(`${state}.witness.example`)),
      options.charter,
    )
  const postgres = await openEmbeddedPostgres({ folder: join(data, "postgres") })
  const text = readFileSync(join(programFolder(data, "registry"), "charter.json"), "utf8")
  const logs = openCharter(nodeCrypto, text).charter.register.keys
  const witnesses = await Promise.all(
    plan.witnesses.map((name) => openWitness({ folder: programFolder(data, "witness", name), logs, clock })),
  )
  const registryOn = (port: number) =>
    openRegistry({
      folder: programFolder(data, "registry"),
      database: postgres.connectionOptions,
      witnesses: witnesses.map((w) => w.url),
      ...{ clock, host: "127.0.0.1", port, log },
    })
  const office: Office = {
    ...{ data, logged, postgres, witnesses, desks: new Map() },
    registry: await registryOn(0),
    desk(name) {
      const desk = office.desks.get(name)
      if (!desk) throw new Error(`no desk ${name} in this office`)
      return desk
    },
    line(purpose) {
      for (const desk of office.desks.values())
        for (const line of desk.views.lines()) if (line.purpose === purpose) return line.id
      throw new Error(`no line ${purpose}`)
    },
    closeRegistry: () => office.registry[Symbol.asyncDispose](),
    async reopenRegistry() {
      office.registry = await registryOn(office.registry.port)
    },
    async closeDesk(name) {
      await office.desk(name)[Symbol.asyncDispose]()
      office.desks.delete(name)
    },
    async reopenDesk(name) {
      const desk = await openDesk({
        folder: programFolder(data, "desk", name),
        ...{ delegation: name, registry: office.registry.url, clock, log },
      })
      for (const id of OFFICERS)
        desk.archive.sql
          .run`INSERT OR IGNORE INTO officer (id, name, added) VALUES (${id}, ${`the officer ${id}`}, ${desk.now()})`
      // What waits for a second officer is asked where a test is about it.
      if (desk.archive.meta("release.policy") === undefined) desk.archive.setMeta("release.policy", "[]")
      office.desks.set(name, desk)
      return desk
    },
    async stop() {
      await Promise.all([...office.desks.values()].map((desk) => desk[Symbol.asyncDispose]()))
      await office.registry[Symbol.asyncDispose]()
      await Promise.all(witnesses.map((witness) => witness[Symbol.asyncDispose]()))
      await postgres[Symbol.asyncDispose]()
    },
    async [Symbol.asyncDispose]() {
      await office.stop()
      rmSync(data, { recursive: true, force: true })
    },
  }
  for (const name of plan.desks) await office.reopenDesk(name)
  if (!options.withoutLines) await openExerciseLines(office.desks, plan, AbortSignal.timeout(20_000))
  return office
}

/**
 * Founds an office once, as every test would, and keeps it stopped in `folder`, of which `openOffice` then takes copies
 * where `IOD_FOUNDED` names it: founding is most of the cost of opening one.
 */
export async function foundOnce(folder: string): Promise<void> {
  const office = await openOffice()
  await office.stop()
  renameSync(office.data, folder)
}

/** Copies the office that was founded for all tests; false where there is none, or this one is to be another. */
function copyFounded(data: string, { plan, charter, withoutLines }: OfficeOptions): boolean {
  const founded = process.env.IOD_FOUNDED
  if (!founded || !existsSync(founded) || plan || charter || withoutLines) return false
  execFileSync("cp", ["-a", `${founded}/.`, data])
  return true
}

/** The line of this purpose that a desk is on. */
export function lineOf(desk: Desk, purpose: string): string {
  const line = desk.views.lines().find((one) => one.purpose === purpose)
  if (!line) throw new Error(`${desk.delegation} is on no line ${purpose}`)
  return line.id
}

/** Settles when `holds` does, looking again at each live event of the desk; fails after ten seconds with `what`. */
export function until(desk: Desk, what: string, holds: () => boolean): Promise<void> {
  if (holds()) return Promise.resolve()
  // Made here, so that its stack says who waits.
  const inVain = new Error(`waited ten seconds in vain: ${what}`)
  return new Promise((resolve, reject) => {
    const done = new AbortController()
    const bell = setTimeout(() => {
      done.abort()
      reject(inVain)
    }, 10_000)
    desk.live.watch(() => {
      if (!holds()) return
      clearTimeout(bell)
      done.abort()
      resolve()
    }, done.signal)
  })
}

/** Settles when no act has its turn any more, and every desk holds each of its lines as far as any other. */
export async function settled(office: Office): Promise<void> {
  const desks = [...office.desks.values()]
  const underWay = ({ archive }: Desk) => archive.sql.get`SELECT 1 AS under_way FROM outbox o WHERE
    (o.state IN ('waiting', 'sealed') AND o.turn IS NOT NULL)
    OR (o.state = 'stamped' AND NOT EXISTS (SELECT 1 FROM envelope e WHERE e.hash = o.hash)) LIMIT 1`
  for (const desk of desks) await until(desk, `${desk.delegation} has sent all`, () => underWay(desk) === undefined)
  const ends = new Map<string, number>()
  const held = ({ archive }: Desk) =>
    archive.sql.all`SELECT id, place FROM line`.map((row) => [String(row.id), Number(row.place)] as const)
  for (const [id, place] of desks.flatMap(held)) ends.set(id, Math.max(ends.get(id) ?? 0, place))
  for (const desk of desks)
    await until(desk, `${desk.delegation} holds all`, () =>
      held(desk).every(([id, place]) => place >= (ends.get(id) ?? 0)),
    )
}

/** Hands in a message as an officer of the desk would; answers its matter. */
export function say(desk: Desk, line: string, body: string, precedence = "ROUTINE"): string {
  const texts = { subject: `Subject of ${body.slice(0, 20)}`, body }
  const handed = desk.door.hand(
    { act: "message.sent", line, precedence, records: [{ fields: { language: "en" }, texts }] },
    { officer: "officer" },
  )
  if ("refused" in handed) throw new Error(`the door refused: ${handed.refused}`)
  return handed.matters[0] ?? ""
}

/** Waits until the desk holds this message. */
export async function received(desk: Desk, line: string, matter: string): Promise<MessageView> {
  await until(desk, "the message arrives", () => desk.views.message(line, matter) !== undefined)
  const view = desk.views.message(line, matter)
  if (!view) throw new Error("the message is gone again")
  return view
}

/** Hands in an answer to a message: acknowledged, objected, recalled. */
export function answer(desk: Desk, message: MessageView, act: string, more: Record<string, string> = {}) {
  const fields = { matter: message.matter, of: message.header, ...more }
  return desk.door.hand({ act, line: message.line, records: [{ fields }] }, { officer: "officer" })
}

/** The rungs that an addressee's ladder has reached, as this desk sees them. */
export function rungs(desk: Desk, message: Pick<MessageRow, "line" | "matter">, addressee: string): string[] {
  const view = desk.views.message(message.line, message.matter)
  return view?.ladders.find((l) => l.addressee === addressee)?.steps.map((s) => s.rung) ?? []
}

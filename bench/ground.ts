import { mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { makeVault, openVault } from "#desk/vault.ts"
import { type Charter, type Founded, openCharter } from "#offices/roll/charter.ts"
import { openEmbeddedPostgres } from "#registry/postgres/embedded.ts"
import { fingerprint } from "#seal/desk-key.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { publicPair } from "#seal/node/keys.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { openWitness } from "#witness/open.ts"
import { foundExercise, programFolder } from "../src/cli/exercise/found.ts"
import { systemClock } from "../src/clock.ts"
import { type Author, openAuthor } from "./author.ts"
import { openProgram, temporaryFolder } from "./program.ts"

/** An office founded for a measurement: PostgreSQL and witnesses here, `iod registry` in a process of its own. */
export type Ground = {
  data: string
  founded: Founded
  registry: string
  database: { host: string; port: number; user: string; database: string }
  /** One delegation without a desk, on the roll. */
  join(name: string): Promise<Author>
  [Symbol.asyncDispose](): Promise<void>
}

const WITNESSES = ["austria", "ireland", "singapore"]
// What a charter limits is not what is measured.
const LIMITS = { body: 4 << 20, perMinute: 10_000_000, urgentPerMinute: 10_000_000, backlog: 100_000 }

/** Founds an office of these delegations, the secretariat first, and starts its registry; nobody has joined yet. */
export async function openGround(names: readonly string[]): Promise<Ground> {
  await using stack = new AsyncDisposableStack()
  const data = stack.use(temporaryFolder()).path
  const delegations = names.map((name, i) => {
    const folder = programFolder(data, "desk", name)
    mkdirSync(folder, { recursive: true })
    makeVault(folder, name, true)
    const { root } = openVault(folder)
    if (!root) throw new Error(`the delegation ${name} has no root key`)
    const kind = i === 0 ? ("secretariat" as const) : ("participant" as const)
    return { name, kind, names: { en: name, uk: name, ru: name }, root: fingerprint(nodeCrypto, publicPair(root)) }
  })
  const changes: Partial<Charter> = { secretariat: names[0] ?? "", delegations, limits: LIMITS }
  const plan = { desks: names, witnesses: WITNESSES, lines: [] }
  const witnessKeys = (folder: string, state: string) => makeWitness(folder, createWitnessKey(`${state}.example`))
  foundExercise(data, plan, witnessKeys, changes)
  const founded = openCharter(nodeCrypto, readFileSync(join(programFolder(data, "registry"), "charter.json"), "utf8"))
  const postgres = stack.use(await openEmbeddedPostgres({ folder: join(data, "postgres") }))
  const witnesses: string[] = []
  for (const name of WITNESSES) {
    const folder = programFolder(data, "witness", name)
    const { keys } = founded.charter.register
    witnesses.push(stack.use(await openWitness({ folder, logs: keys, clock: systemClock() })).url)
  }
  const { host, port, user, database } = postgres.connectionOptions
  const url = `postgresql://${user}@/${database}?host=${encodeURIComponent(host)}&port=${port}`
  const words = ["--folder", programFolder(data, "registry"), "--database", url, "--port", "0"]
  const program = stack.use(
    await openProgram(["registry", ...words, ...witnesses.flatMap((w) => ["--witness", w])], /answers at \S+\n/),
  )
  const registry = /answers at (\S+)\n/.exec(program.said)?.[1] ?? ""
  const ground = stack.move()
  return {
    ...{ data, founded, registry, database: { host, port, user, database } },
    join: (name) => openAuthor({ founded, registry, folder: programFolder(data, "desk", name), name }),
    [Symbol.asyncDispose]: () => ground.disposeAsync(),
  }
}

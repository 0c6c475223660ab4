import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { z } from "zod"
import { openArchive } from "#desk/archive.ts"
import { inspect } from "#desk/inspect.ts"
import { type Desk, openDesk } from "#desk/open.ts"
import { rebuild } from "#desk/rebuild.ts"
import { leaveScriptAddress, listenDesk, type Tls } from "#desk/serve.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { openRegistry } from "#registry/open.ts"
import { openEmbeddedPostgres } from "#registry/postgres/embedded.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { openWitness } from "#witness/open.ts"
import { type Clock, systemClock } from "../clock.ts"
import { log, say, untilStopped } from "./terminal.ts"

const HOST = "127.0.0.1"

/** `iod registry`: the registry and its public pages, on an embedded PostgreSQL or the one that `--database` names. */
export async function registryCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: "string", default: "registry" },
      database: { type: "string" },
      host: { type: "string", default: HOST },
      port: { type: "string", default: "7300" },
      witness: { type: "string", multiple: true, default: [] },
      clock: { type: "string" },
    },
  })
  const { folder } = values
  const clock = clockFor(folder, values.clock)
  await using stack = new AsyncDisposableStack()
  const stopped = untilStopped()
  const postgres = values.database
    ? undefined
    : stack.use(await openEmbeddedPostgres({ folder: join(folder, "postgres"), report: say, signal: stopped.signal }))
  const database = postgres?.connectionOptions ?? { connectionString: values.database ?? "" }
  const registry = stack.use(
    await openRegistry({
      ...{ folder, database, witnesses: values.witness, clock, log },
      ...{ host: values.host, port: portOf(values.port) },
    }),
  )
  say(`the registry answers at ${registry.url}`)
  const end = await Promise.race([stopped.promise, registry.ended, ...(postgres ? [postgres.ended] : [])])
  if (typeof end === "string") throw new DatabaseLost(end)
  return 0
}

/** The database went away under the registry. Whoever runs it starts it again: it goes on from what is on disk. */
export class DatabaseLost extends Error {
  override name = "DatabaseLost"

  constructor(why: string) {
    super(`the registry lost its database (${why}); what was acknowledged is kept: start it again`)
  }
}

/** `iod witness`: cosigns the checkpoints of the charter's register for one state. */
export async function witnessCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: "string", default: "witness" },
      host: { type: "string", default: HOST },
      port: { type: "string", default: "7310" },
      clock: { type: "string" },
    },
  })
  const { folder, host } = values
  const stopped = untilStopped()
  const logs = charterOf(folder).register.keys
  await using witness = await openWitness({
    folder,
    logs,
    clock: clockFor(folder, values.clock),
    host,
    port: portOf(values.port),
    report: log,
  })
  say(`the witness answers at ${witness.url}`)
  await stopped.promise
  return 0
}

const settings = z.looseObject({ delegation: z.string() })

/** Whose desk a folder holds. */
export function delegationOf(folder: string): string {
  return settings.parse(JSON.parse(readFileSync(join(folder, "desk.json"), "utf8"))).delegation
}

/** `iod desk`: one delegation's desk with its screens. */
export async function deskCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({
    args,
    options: {
      folder: { type: "string", default: "desk" },
      registry: { type: "string", default: `http://${HOST}:7300` },
      host: { type: "string", default: HOST },
      port: { type: "string", default: "7320" },
      clock: { type: "string" },
      name: { type: "string" },
      cert: { type: "string" },
      key: { type: "string" },
      link: { type: "string" },
    },
  })
  const { folder, registry, host } = values
  const tls = tlsOf(values)
  const stopped = untilStopped()
  const delegation = delegationOf(folder)
  await using stack = new AsyncDisposableStack()
  const desk = stack.use(await openDesk({ folder, delegation, registry, clock: clockFor(folder, values.clock), log }))
  const server = await listenDesk(desk, host, portOf(values.port), tls)
  stack.defer(() => {
    server.close()
    server.closeAllConnections()
  })
  const address = server.address()
  const port = typeof address === "object" && address ? address.port : 0
  const [scheme, at] = [tls ? "https" : "http", `${tls?.name ?? `${delegation}.localhost`}:${port}`]
  leaveScriptAddress(desk, folder, `${scheme}://${HOST}:${port}`, at, tls?.cert)
  const word = linkAtStart(desk, values.link)
  say(`${delegation}  ${scheme}://${at}/${word === undefined ? "" : `sign-in#${word}`}`)
  await stopped.promise
  return 0
}

/**
 * A link on the terminal of the desk's own machine: in an exercise at every start; otherwise for the first officer, and
 * for whom `--link` names, because whoever starts the program holds its folder anyway.
 */
function linkAtStart(desk: Desk, name: string | undefined): string | undefined {
  const isOffered = name !== undefined || desk.founded.charter.exercise || desk.officers.isNew()
  return isOffered ? desk.officers.link(name ?? "DO-1") : undefined
}

/** A name of its own with its certificate and key: all three or none. */
function tlsOf({ name, cert, key }: { name?: string; cert?: string; key?: string }): Tls | undefined {
  if (name === undefined && cert === undefined && key === undefined) return undefined
  if (name === undefined || cert === undefined || key === undefined)
    throw new Error("TLS needs all of --name NAME, --cert FILE and --key FILE")
  return { name, cert: readFileSync(cert, "utf8"), key: readFileSync(key, "utf8") }
}

/** `iod desk rebuild`: folds the archive of a stopped desk again. */
export async function rebuildCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: { folder: { type: "string", default: "desk" } } })
  const founded = openCharter(nodeCrypto, readFileSync(join(values.folder, "charter.json"), "utf8"))
  using archive = await openArchive(join(values.folder, "desk.sqlite"))
  const { records, different } = await rebuild(archive, nodeCrypto, founded)
  say(`${records} records folded again, ${different} states differ from before`)
  const findings = await inspect(archive, nodeCrypto, founded)
  for (const finding of findings) say(JSON.stringify(finding))
  say(
    findings.length === 0
      ? "every envelope, stamp, text and proof holds"
      : `${findings.length} findings: this archive was changed`,
  )
  return findings.length === 0 ? 0 : 1
}

function charterOf(folder: string) {
  const file = join(folder, "charter.json")
  if (!existsSync(file)) throw new Error(`there is no charter in ${folder}: copy the office's charter.json there`)
  return openCharter(nodeCrypto, readFileSync(file, "utf8")).charter
}

/** The machine's time; `+SECONDS`, `-SECONDS` or `xSPEED` shift or speed it up, in an exercise only. */
export function clockFor(folder: string, wish: string | undefined): Clock {
  if (wish === undefined) return systemClock()
  if (!charterOf(folder).exercise) throw new Error("only an exercise may set the clock")
  const parsed = /^(?:([+-]\d+)|x(\d+(?:\.\d+)?))$/.exec(wish)
  if (!parsed) throw new Error("--clock takes +SECONDS, -SECONDS or xSPEED")
  return systemClock(Number(parsed[1] ?? 0) * 1000, Number(parsed[2] ?? 1))
}

/** A port as the command line gives it; 0 takes a free one. */
export function portOf(text: string): number {
  const port = /^\d{1,5}$/.test(text) ? Number(text) : -1
  if (port < 0 || port > 65_535) throw new Error("--port takes a number from 0 to 65535")
  return port
}

import { existsSync, readFileSync, rmSync } from "node:fs"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { join } from "node:path"
import { getRequestListener } from "@hono/node-server"
import { type Desk, openDesk } from "#desk/open.ts"
import { deskApp, leaveScriptAddress } from "#desk/serve.ts"
import { openCharter } from "#offices/roll/charter.ts"
import { openRegistry } from "#registry/open.ts"
import { openEmbeddedPostgres } from "#registry/postgres/embedded.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { createWitnessKey, makeWitness } from "#witness/key.ts"
import { openWitness } from "#witness/open.ts"
import { type Clock, systemClock } from "../clock.ts"
import { openDataFolder } from "./data-folder.ts"
import { exercisePlan, foundExercise, type Plan, programFolder } from "./exercise/found.ts"
import { openExerciseLines } from "./exercise/lines.ts"

export type StartOptions = {
  data: string
  port: number
  fresh: boolean
  clock?: Clock
  plan?: Plan
  /** One line of progress. */
  report(sentence: string): void
  log(message: string): void
  signal?: AbortSignal
}

/** An exercise office that runs: its desks, and the address at which each of them can be signed in to once. */
export type Exercise = {
  desks: ReadonlyMap<string, Desk>
  registry: string
  port: number
  links: { name: string; url: string }[]
  /** Settles, with why, when the registry lost its database. What was acknowledged is kept. */
  ended: Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

const HOST = "127.0.0.1"

/** Runs a whole exercise office in this process: registry, witnesses, desks. Keeps everything in `data`. */
export async function startExercise(options: StartOptions): Promise<Exercise> {
  const { report, log, port, clock = systemClock(), plan = exercisePlan } = options
  await using stack = new AsyncDisposableStack()
  // The door first: where the port is taken, nothing has been made yet.
  const front = openFront()
  await front.listen(port)
  stack.defer(() => front.close())
  const folder = stack.use(await openDataFolder({ data: options.data, fresh: options.fresh, report }))
  const data = folder.path
  foundOnce(data, plan, report)
  report("starting PostgreSQL")
  const postgres = stack.use(
    await openEmbeddedPostgres({
      folder: join(data, "postgres"),
      report,
      ...(options.signal ? { signal: options.signal } : {}),
    }),
  )
  report(`starting ${plan.witnesses.length} witnesses`)
  const text = readFileSync(join(programFolder(data, "registry"), "charter.json"), "utf8")
  const logs = openCharter(nodeCrypto, text).charter.register.keys
  const witnesses = await Promise.all(
    plan.witnesses.map((name) =>
      openWitness({ folder: programFolder(data, "witness", name), logs, clock, host: HOST, port: 0 }),
    ),
  )
  for (const witness of witnesses) stack.use(witness)
  report("starting the registry")
  const registry = stack.use(
    await openRegistry({
      folder: programFolder(data, "registry"),
      database: postgres.connectionOptions,
      witnesses: witnesses.map((w) => w.url),
      ...{ clock, host: HOST, port: 0, log },
    }),
  )
  report(`starting ${plan.desks.length} desks`)
  const desks = new Map<string, Desk>()
  for (const name of plan.desks) {
    const folder = programFolder(data, "desk", name)
    const desk = stack.use(
      await openDesk({ folder, delegation: name, registry: registry.url, clock, log: (m) => log(`${name}: ${m}`) }),
    )
    desks.set(name, desk)
    front.serve(name, getRequestListener(deskApp(desk).fetch))
  }
  report("opening the lines between the delegations")
  await openExerciseLines(desks, plan, options.signal ?? new AbortController().signal)
  options.signal?.throwIfAborted()
  const at = front.port()
  for (const [name, desk] of desks)
    leaveScriptAddress(desk, programFolder(data, "desk", name), `http://${HOST}:${at}`, `${name}.localhost:${at}`)
  const links = [...desks].map(([name, desk]) => ({
    name,
    url: `http://${name}.localhost:${at}/sign-in#${desk.officers.link("DO-1")}`,
  }))
  const running = stack.move()
  const ended = Promise.race([registry.ended, postgres.ended])
  return {
    ...{ desks, registry: registry.url, port: at, links, ended },
    async [Symbol.asyncDispose]() {
      // First the door: nobody reaches a desk that is closing.
      await front.close()
      await running.disposeAsync()
    },
  }
}

/** Founds the office unless its charter, which is written last, is there. */
function foundOnce(data: string, plan: Plan, report: StartOptions["report"]): void {
  if (existsSync(join(programFolder(data, "registry"), "charter.json"))) return
  report("founding an exercise office: keys and charter")
  // A founding that was interrupted left keys that no charter names.
  for (const part of ["registry", "witness", "desk", "postgres"])
    rmSync(join(data, part), { recursive: true, force: true })
  foundExercise(data, plan, (folder, state) =>
    makeWitness(folder, createWitnessKey(`${state}.witness.exercise.iod.example`)),
  )
}

type Handler = (request: IncomingMessage, response: ServerResponse) => unknown

/** One port for all desks of the exercise; each answers to its own name only, so that none shares a cookie. */
function openFront() {
  const handlers = new Map<string, Handler>()
  const server = createServer((request, response) => {
    const name = /^([a-z][a-z0-9-]*)\.localhost(?::\d+)?$/.exec(request.headers.host ?? "")?.[1]
    const handler = handlers.get(name ?? "")
    if (handler) {
      handler(request, response)
      return
    }
    response.writeHead(404, { "Content-Type": "text/plain; charset=utf-8" })
    response.end(
      `no desk answers to this name; these do: ${[...handlers.keys()].map((n) => `${n}.localhost`).join(", ")}\n`,
    )
  })
  const port = () => {
    const address = server.address()
    return typeof address === "object" && address ? address.port : 0
  }
  return {
    port,
    serve: (name: string, handler: Handler) => void handlers.set(name, handler),
    listen: (wanted: number) =>
      new Promise<void>((done, fail) => {
        server.once("error", (error: NodeJS.ErrnoException) =>
          fail(["EADDRINUSE", "EACCES"].includes(error.code ?? "") ? new PortTaken(wanted, error.code) : error),
        )
        server.listen(wanted, HOST, done)
      }),
    close: () =>
      new Promise<void>((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

/** The port that was asked for belongs to another program, or is not ours to open. */
export class PortTaken extends Error {
  override name = "PortTaken"

  constructor(port: number, code: string | undefined) {
    const why =
      code === "EADDRINUSE" ? "is in use; stop the other program" : "may not be opened by this user; start as another"
    super(`port ${port} ${why} or choose another port with --port N`)
  }
}

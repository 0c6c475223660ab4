import { type ChildProcess, spawn } from "node:child_process"
import { setTimeout as delay } from "node:timers/promises"
import pg from "pg"
import { type Account, asAccount } from "./account.ts"
import { HERE, ROLE } from "./data-folder.ts"
import type { LogFile } from "./log-file.ts"
import type { Programs } from "./programs.ts"
import { PORT, settings } from "./settings.ts"

/** What `pg` needs to connect: the socket's folder, never a network address. */
export type ConnectionOptions = { host: string; port: number; user: string; database: string; ssl: false }

/** A running PostgreSQL. `ended` resolves, with how, when it has ended for whatever reason. */
export type Server = {
  pid: number
  version: string
  connectionOptions: ConnectionOptions
  ended: Promise<string>
  stop(): Promise<void>
}

type Start = {
  folder: string
  socketFolder: string
  programs: Programs
  account: Account
  log: LogFile
  report: (sentence: string) => void
  signal: AbortSignal | undefined
}

const RETRY_MS = 10_000
const LAST_LINES = 12
const POLL_MS = 8
const SLOW_MS = 5_000
const STOP_MS = 60_000

/** Starts PostgreSQL on `folder` and waits until it takes connections, through crash recovery where that is needed. */
export async function startServer(start: Start): Promise<Server> {
  for (const end = performance.now() + RETRY_MS; ; await delay(50, undefined, { signal: start.signal })) {
    const process = launch(start)
    try {
      return await whenReady(process, start)
    } catch (error) {
      await stopChild(process, start.report)
      // After kill -9 of the postmaster its backends hold the shared memory until they notice, some milliseconds on.
      const held = start.log.tail().includes("pre-existing shared memory block")
      if (!held || start.signal?.aborted || performance.now() > end) throw error
    }
  }
}

type Launched = { child: ChildProcess; ended: Promise<string>; hasEnded(): boolean }

function launch({ folder, socketFolder, programs, account, log }: Start): Launched {
  const { file, args, options } = asAccount(account, programs, "postgres", ["-D", HERE, ...settings(socketFolder)])
  // Detached: a Ctrl-C at the terminal is for us, and we stop PostgreSQL after our last use of it. It does not die
  // with us: after kill -9 it runs on until the next start finds it (previous.ts).
  const child = spawn(file, args, { ...options, cwd: folder, detached: true, stdio: ["ignore", "ignore", "pipe"] })
  log.follow(child.stderr)
  let over = false
  const ended = new Promise<string>((resolve) => {
    child.on("error", (error) => resolve(error.message))
    child.on("close", (code, signal) => resolve(signal ?? `exit code ${code}`))
  }).then((how) => {
    over = true
    return how
  })
  return { child, ended, hasEnded: () => over }
}

async function whenReady(launched: Launched, start: Start): Promise<Server> {
  const { child, ended, hasEnded } = launched
  const connectionOptions = {
    host: start.socketFolder,
    port: PORT,
    user: ROLE,
    database: "postgres",
    ssl: false,
  } as const
  const begun = performance.now()
  let told = false
  for (;;) {
    start.signal?.throwIfAborted()
    if (hasEnded()) throw new Error(`PostgreSQL did not start (${await ended}): ${lastLines(start.log.tail())}`)
    const version = await askVersion(connectionOptions)
    if (version !== undefined && child.pid !== undefined)
      return { pid: child.pid, version, connectionOptions, ended, stop: () => stopChild(launched, start.report) }
    if (!told && performance.now() - begun > SLOW_MS) {
      told = true
      start.report("PostgreSQL was not stopped cleanly and reads its log again; this can take minutes.")
    }
    await Promise.race([delay(POLL_MS), ended])
  }
}

/** The end of its log, short enough to be read whole: without the answers to our own asking whether it is ready yet. */
function lastLines(tail: string): string {
  const lines = tail.split("\n").filter((line) => !/FATAL: {2}the database system is (starting|not yet)/.test(line))
  return lines.join("\n").trim().split("\n").slice(-LAST_LINES).join("\n")
}

/** The server's version, or undefined while it does not take connections yet. */
async function askVersion(options: ConnectionOptions): Promise<string | undefined> {
  const client = new pg.Client({ ...options, connectionTimeoutMillis: 5_000 })
  client.on("error", () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version")
    return rows[0]?.server_version
  } catch (cause) {
    // No socket yet, a busy machine, or 57P03: starting up. Any other answer of the server itself will not change.
    if (!(cause instanceof pg.DatabaseError) || cause.code?.startsWith("57P")) return undefined
    throw new Error("PostgreSQL was started but refuses its owner", { cause })
  } finally {
    await client.end().catch(() => undefined)
  }
}

async function stopChild({ child, ended, hasEnded }: Launched, report: (sentence: string) => void): Promise<void> {
  if (hasEnded()) return
  // SIGINT: "fast shutdown", which ends the sessions and writes a checkpoint.
  child.kill("SIGINT")
  using timer = killLater(child, report)
  await ended
  void timer
}

function killLater(child: ChildProcess, report: (sentence: string) => void): Disposable {
  const timer = setTimeout(() => {
    report("PostgreSQL does not stop in time and is ended at once; the next start reads its log again.")
    child.kill("SIGQUIT")
  }, STOP_MS)
  return { [Symbol.dispose]: () => clearTimeout(timer) }
}

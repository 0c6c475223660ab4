import { realpath } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { type Account, accountSentence, possibleAccounts } from "./account.ts"
import { checkData, dataVersion, makeData, makeParent } from "./data-folder.ts"
import { lockFolder } from "./folder-lock.ts"
import { openLogFile } from "./log-file.ts"
import { stopPrevious } from "./previous.ts"
import { copyPrograms, installedPrograms, linkLibraries, majorVersion, type Programs } from "./programs.ts"
import { makeSocketFolder, openRuntimeFolder, type RuntimeFolder } from "./runtime-folder.ts"
import { type ConnectionOptions, startServer } from "./server.ts"

/**
 * A PostgreSQL that runs for us. Disposing stops it cleanly. `ended` resolves, with how, when it has ended for whatever
 * reason; it is not started again by itself, because whoever writes to it must first learn what was committed.
 */
export type EmbeddedPostgres = {
  connectionOptions: ConnectionOptions
  pid: number
  /** As PostgreSQL writes it: "18.4". */
  version: string
  ended: Promise<string>
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Runs PostgreSQL (from npm's binaries) on the data folder `folder`, made where it is absent; beside it stand
 * `folder.lock` and `folder.log`. Only a Unix socket, reachable for this user and root. `report` gets sentences for
 * the operator. Throws, with what to do, for a folder in use, unreadable, foreign or of another major version, and
 * where PostgreSQL cannot run. `signal` ends a start that is under way.
 *
 * If this process is killed, PostgreSQL runs on; the next call on the folder finds and stops it. No commit is lost.
 */
export async function openEmbeddedPostgres(options: {
  folder: string
  report?: (sentence: string) => void
  signal?: AbortSignal
}): Promise<EmbeddedPostgres> {
  const { report = () => undefined, signal } = options
  await using opened = new AsyncDisposableStack()
  const native = await installedPrograms()
  await makeParent(resolve(options.folder))
  const folder = await trueName(options.folder)
  opened.use(lockFolder(`${folder}.lock`, folder))
  const found = await dataVersion(folder)
  if (found !== "empty") await stopPrevious(folder, report)

  const runtime = opened.use(await openRuntimeFolder(folder))
  const { account, programs, major } = await runnable(native, runtime, report)
  await makeSocketFolder(runtime, account)
  if (found === "empty") await makeData(folder, programs, account, signal)
  else await checkData(folder, found, major, account)

  const log = opened.use(openLogFile(`${folder}.log`))
  const start = { folder, socketFolder: runtime.socket, programs, account, log, report, signal }
  const server = await startServer(start)
  let stopping = false
  opened.defer(() => {
    stopping = true
    return server.stop()
  })
  void server.ended.then((how) => {
    if (!stopping) report(`PostgreSQL ended by itself (${how}); its log is ${folder}.log.`)
  })
  const owned = opened.move()
  const { connectionOptions, pid, version, ended } = server
  return { connectionOptions, pid, version, ended, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

// One folder has one lock and one socket, whatever links lead to it.
async function trueName(folder: string): Promise<string> {
  const whole = resolve(folder)
  return await realpath(whole).catch(async () => join(await realpath(dirname(whole)), basename(whole)))
}

/** The first account, with the programs where they are or else with a copy of them, under which PostgreSQL answers. */
async function runnable(
  native: string,
  runtime: RuntimeFolder,
  report: (sentence: string) => void,
): Promise<{ account: Account; programs: Programs; major: number }> {
  const reasons = new Set<string>()
  for (const copied of [false, true]) {
    if (copied) await copyPrograms(native, runtime.programs)
    const programs = {
      native: copied ? runtime.programs : native,
      libraries: `${runtime.libraries}${copied ? "-copy" : ""}`,
    }
    await linkLibraries(programs.native, programs.libraries)
    for (const account of possibleAccounts()) {
      const major = await majorVersion(programs, account)
      if (typeof major === "string") {
        reasons.add(major)
        continue
      }
      const sentence = accountSentence(account, copied)
      if (sentence) report(sentence)
      return { account, programs, major }
    }
  }
  throw new Error(
    `PostgreSQL does not run here (${[...reasons].join("; ")}). Give the registry a PostgreSQL of yours by URL, or start it as an ordinary user with a name.`,
  )
}

import { readlinkSync, statSync } from "node:fs"
import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { setTimeout as delay } from "node:timers/promises"

const FAST_MS = 60_000
const IMMEDIATE_MS = 10_000

/**
 * Stops a PostgreSQL that still serves `folder` because whoever started it was killed, and waits until it is gone; a
 * `postmaster.pid` that names nobody, or a process that has nothing to do with the folder, is only removed. Call with
 * the folder's lock in hand.
 */
export async function stopPrevious(folder: string, report: (sentence: string) => void): Promise<void> {
  const file = join(folder, "postmaster.pid")
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return undefined
    throw new Error(`${file} cannot be read. Start as the user who owns it.`, { cause: error })
  })
  if (text === undefined) return
  const pid = Number.parseInt(text, 10)
  if (pid > 1 && servesFolder(pid, folder)) {
    report(`A PostgreSQL that was left running (process ${pid}) is stopped first.`)
    await stopProcess(pid, folder)
  }
  // PostgreSQL itself would refuse to start as long as any process has that number. Backends that may outlive their
  // postmaster for a moment hold its shared memory, which it checks apart from this file.
  await rm(file, { force: true })
}

/** Whether process `pid` is a PostgreSQL working in `folder`, whatever name led it there. A zombie is not. */
export function servesFolder(pid: number, folder: string): boolean {
  try {
    const program = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, "")
    const [here, there] = [statSync(folder), statSync(`/proc/${pid}/cwd`)]
    return program.endsWith("/postgres") && here.dev === there.dev && here.ino === there.ino
  } catch {
    return false
  }
}

async function stopProcess(pid: number, folder: string): Promise<void> {
  // SIGINT ends the sessions and writes a checkpoint; SIGQUIT only ends, and the next start replays the log. Neither
  // loses a commit.
  for (const [signal, ms] of [
    ["SIGINT", FAST_MS],
    ["SIGQUIT", IMMEDIATE_MS],
  ] as const) {
    if (!servesFolder(pid, folder)) return
    try {
      process.kill(pid, signal)
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === "ESRCH") return
      throw new Error(`PostgreSQL (process ${pid}) on ${folder} cannot be stopped. Stop it yourself.`, { cause })
    }
    for (const end = performance.now() + ms; performance.now() < end; await delay(10))
      if (!servesFolder(pid, folder)) return
  }
  throw new Error(`PostgreSQL (process ${pid}) on ${folder} does not stop. Stop it yourself, then start again.`)
}

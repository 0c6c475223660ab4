import { type ChildProcess, spawn } from "node:child_process"
import { randomInt } from "node:crypto"
import { once } from "node:events"
import { appendFileSync, existsSync, readdirSync, readFileSync } from "node:fs"
import { request } from "node:http"
import { createServer } from "node:net"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { servesFolder } from "#registry/postgres/previous.ts"

const IOD = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
const START_MS = 60_000

/** One program of an office, in a process of its own. `ended` settles with its exit code, or the signal that ended it. */
export type Program = {
  child: ChildProcess
  /** Everything that it said so far. */
  said(): string
  ended: Promise<string>
  isOver(): boolean
}

/** Starts `iod` with these words, as another user where `uid` names one; what it says is kept in `log`, where given. */
export function startProgram(words: readonly string[], log?: string, uid?: number): Program {
  const as = uid === undefined ? {} : { uid, gid: uid }
  const child = spawn(process.execPath, [IOD, ...words], { ...as, stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  const hear = (piece: Buffer) => {
    said += piece
    if (log !== undefined) appendFileSync(log, piece)
  }
  child.stdout?.on("data", hear)
  child.stderr?.on("data", hear)
  let over = false
  const ended = once(child, "close").then(([code, signal]) => {
    over = true
    return String(signal ?? code)
  })
  return { child, said: () => said, ended, isOver: () => over }
}

/** Waits until the program has said something of this form, and answers the match; throws where it ends before. */
export async function saying(program: Program, form: RegExp): Promise<RegExpExecArray> {
  for (const end = performance.now() + START_MS; performance.now() < end; await pause(10)) {
    const match = form.exec(program.said())
    if (match) return match
    if (program.isOver()) throw new Error(`a program ended (${await program.ended}): ${program.said().slice(-2000)}`)
  }
  throw new Error(`a program did not start within ${START_MS / 1000} s: ${program.said().slice(-2000)}`)
}

/** Ends a program as a power cut would, as far as a process can: nothing of it runs any more when this settles. */
export async function killAtOnce(program: Program): Promise<void> {
  if (!program.isOver()) program.child.kill("SIGKILL")
  await program.ended
}

/** The postmasters on a folder: its processes whose parent is not one of them. */
export function postmasters(folder: string): number[] {
  if (!existsSync(folder)) return []
  const pids = readdirSync("/proc")
    .map(Number)
    .filter((pid) => pid > 0 && servesFolder(pid, folder))
  return pids.filter((pid) => !pids.includes(parentOf(pid)))
}

function parentOf(pid: number): number {
  try {
    return Number(/\nPPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1])
  } catch {
    return 0
  }
}

/**
 * A port that nobody listens on at this moment, below those that the system gives to connections: none of them takes
 * it until it is used.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(20_000, 32_000)
    const server = createServer().listen(port, "127.0.0.1")
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    )
    if (!isFree) continue
    server.close()
    await once(server, "close")
    return port
  }
}

/** Waits so many milliseconds of real time. */
export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}

/** One call of a running desk's API by the word that it left in its folder; throws where no whole answer came. */
export function callDesk(
  folder: string,
  method: "GET" | "POST",
  path: string,
  body?: unknown,
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const { url, host, token } = JSON.parse(readFileSync(join(folder, "api.json"), "utf8"))
    const headers = { host, authorization: `Bearer ${token}`, "content-type": "application/json" }
    const call = request(`${url}/api${path}`, { method, headers, agent: false, timeout: 20_000 }, (response) => {
      let text = ""
      response.setEncoding("utf8")
      response.on("data", (piece: string) => {
        text += piece
      })
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
      response.on("error", reject)
    })
    call.on("timeout", () => call.destroy(new Error("the desk did not answer in time")))
    call.on("error", reject)
    call.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

/** What a running desk answers to a GET; throws for anything but an answer. */
export async function readDesk<T>(folder: string, path: string): Promise<T> {
  const { status, text } = await callDesk(folder, "GET", path)
  if (status !== 200) throw new Error(`the desk answered ${status} to ${path}: ${text.slice(0, 200)}`)
  return JSON.parse(text)
}

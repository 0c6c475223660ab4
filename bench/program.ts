import { type ChildProcess, fork, spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

/** A program of ours in a process of its own; disposing stops it as Ctrl-C would. */
export type Program = {
  pid: number
  /** What it said until it was ready. */
  said: string
  [Symbol.asyncDispose](): Promise<void>
}

/** A folder that is gone when it is disposed of. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), "iod-bench-"))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }) }
}

/** Runs `iod` with these words and settles once it has said `ready`; throws what it said where it ended before. */
export async function openProgram(words: readonly string[], ready: RegExp): Promise<Program> {
  const iod = fileURLToPath(new URL("../src/cli/iod.ts", import.meta.url))
  const child = spawn(process.execPath, [iod, ...words], { stdio: ["ignore", "pipe", "pipe"] })
  let said = ""
  let complained = ""
  child.stderr.setEncoding("utf8").on("data", (piece: string) => {
    complained = `${complained}${piece}`.slice(-4000)
  })
  await new Promise<void>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (piece: string) => {
      said += piece
      if (ready.test(said)) resolve()
    })
    child.once("exit", () => reject(new Error(`iod ${words[0]} ended before it was ready: ${said}${complained}`)))
  })
  return { pid: child.pid ?? 0, said, [Symbol.asyncDispose]: () => stopped(child) }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, "exit")
  child.kill("SIGINT")
  await exit
}

/** Runs a module of this folder as a process of its own; it says one thing, its address, when it is ready. */
export async function openModule(
  name: string,
  flags: readonly string[] = [],
): Promise<{ said: string } & AsyncDisposable> {
  const child = fork(new URL(name, import.meta.url), { stdio: "inherit", execArgv: [...process.execArgv, ...flags] })
  const [said] = await once(child, "message")
  return {
    said: String(said),
    async [Symbol.asyncDispose]() {
      const exit = once(child, "exit")
      child.kill()
      await exit
    },
  }
}

/**
 * Memory in MiB of a process and all below it. `shared` divides what processes share among them (PSS), so that the sum
 * is what the machine gives; `resident` counts it once for each of them (RSS).
 */
export function memoryOf(pid: number): { shared: number; resident: number } {
  const sum = { shared: 0, resident: 0 }
  for (const one of processesBelow(pid)) {
    const rollup = `/proc/${one}/smaps_rollup`
    if (!existsSync(rollup)) continue
    const text = readFileSync(rollup, "utf8")
    sum.shared += Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024
    sum.resident += Number(/^Rss:\s+(\d+)/m.exec(text)?.[1] ?? 0) / 1024
  }
  return sum
}

function processesBelow(pid: number): number[] {
  const file = `/proc/${pid}/task/${pid}/children`
  const children = existsSync(file) ? readFileSync(file, "utf8").split(" ").filter(Boolean).map(Number) : []
  return [pid, ...children.flatMap(processesBelow)]
}

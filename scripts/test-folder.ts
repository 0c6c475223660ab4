import { accessSync, chmodSync, constants, mkdtempSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const MEMORY = "/dev/shm"
const ENOUGH = 2 ** 31
const OURS = /^iod-(\d+)-/

/**
 * A folder for everything that tests write, gone when this process ends. It stands in memory where there is enough of
 * that: a kill loses no more of it there than of the page cache, and that programs wait for a disk proves nothing.
 */
export function testFolder(): string {
  const inMemory = isRoomy(MEMORY)
  if (inMemory) removeLeft()
  const path = mkdtempSync(join(inMemory ? MEMORY : tmpdir(), `iod-${process.pid}-`))
  // Some tests run programs as another user.
  chmodSync(path, 0o1777)
  process.on("exit", () => rmSync(path, { recursive: true, force: true, maxRetries: 10 }))
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1))
  return path
}

/** Whether there is room, and programs that are copied there can be run. */
function isRoomy(folder: string): boolean {
  const probe = join(folder, `iod-probe-${process.pid}`)
  try {
    const { bavail, bsize } = statfsSync(folder)
    writeFileSync(probe, "", { mode: 0o755 })
    accessSync(probe, constants.X_OK)
    return bavail * bsize > ENOUGH
  } catch {
    return false
  } finally {
    rmSync(probe, { force: true })
  }
}

/** Removes what killed runs left in memory. */
function removeLeft(): void {
  for (const name of readdirSync(MEMORY)) {
    const pid = OURS.exec(name)?.[1]
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(MEMORY, name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}

import { createHash } from "node:crypto"
import { chmod, chown, lstat, mkdir, mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Account } from "./account.ts"

// The kernel's limit for a socket's path is 107 bytes; our part of it takes 50.
const LONGEST_ROOT = 57

/**
 * A short folder of ours outside the data folder, for the socket, the library links and, where needed, a copy of the
 * programs. Nothing in it is needed after a stop.
 */
export type RuntimeFolder = {
  path: string
  libraries: string
  programs: string
  socket: string
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Makes the folder anew for the data folder `data`. Its name comes from a hash, so that what a kill left behind is
 * found and removed. Call only with the data folder's lock in hand and no PostgreSQL left on it.
 */
export async function openRuntimeFolder(data: string): Promise<RuntimeFolder> {
  const temporary = tmpdir()
  const fits = Buffer.byteLength(temporary) <= LONGEST_ROOT && !/[:;]/.test(temporary)
  const name = `iod-pg-${process.getuid?.()}-${createHash("sha256").update(data).digest("hex").slice(0, 16)}`
  const path = await ownFolder(join(fits ? temporary : "/tmp", name))
  return {
    path,
    libraries: join(path, "lib"),
    programs: join(path, "programs"),
    socket: join(path, "s"),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}

// Everyone may write into a temporary folder, so another user may have made ours first, to read what passes through
// it or to lead our removal elsewhere. Such a one is left alone, and ours gets a name that nobody can guess.
async function ownFolder(path: string): Promise<string> {
  const found = await lstat(path).catch(() => undefined)
  const ours = found?.isDirectory() && found.uid === process.getuid?.() && (found.mode & 0o022) === 0
  if (ours) await rm(path, { recursive: true, force: true })
  let made = path
  try {
    if (found && !ours) made = await mkdtemp(`${path}-`)
    else await mkdir(path, { mode: 0o700 })
  } catch (cause) {
    throw new Error(`The folder ${path} for PostgreSQL's socket cannot be made. Name a writable one in TMPDIR.`, {
      cause,
    })
  }
  // Root's PostgreSQL may be another uid and must pass through; only the folders in it are readable.
  await chmod(made, process.getuid?.() === 0 ? 0o711 : 0o700)
  return made
}

/** Makes the folder of the socket: only the account of PostgreSQL and root pass, so whoever connects may be trusted. */
export async function makeSocketFolder(runtime: RuntimeFolder, account: Account): Promise<void> {
  await mkdir(runtime.socket, { mode: 0o700 })
  if (account.how === "switched") await chown(runtime.socket, account.owner, account.owner)
}

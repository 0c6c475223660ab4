import { spawn } from "node:child_process"
import { once } from "node:events"
import { type FileHandle, lchown, mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { text } from "node:stream/consumers"
import { type Account, asAccount, NOBODY } from "./account.ts"
import type { Programs } from "./programs.ts"

/** The database's only role; it may do everything, and nobody else reaches the socket. */
export const ROLE = "iod"

/** Makes the folder that `folder` stands in, where it is absent, readable for its owner only; throws with what to do. */
export async function makeParent(folder: string): Promise<void> {
  try {
    await mkdir(dirname(folder), { recursive: true, mode: 0o700 })
  } catch (cause) {
    throw new Error(`The folder ${dirname(folder)} cannot be made. Make it, or name another.`, { cause })
  }
}

/**
 * The major version of PostgreSQL whose data `folder` holds, or "empty" if it is absent or has nothing in it. Throws
 * for a folder of something else and for one that we may not read.
 */
export async function dataVersion(folder: string): Promise<number | "empty"> {
  let names: string[]
  try {
    names = await readdir(folder)
    if (names.includes("PG_VERSION")) return Number.parseInt(await readFile(join(folder, "PG_VERSION"), "utf8"), 10)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return "empty"
    throw new Error(`PostgreSQL's folder ${folder} cannot be read. Start as the user who owns it.`, { cause })
  }
  if (names.length === 0) return "empty"
  throw new Error(`The folder ${folder} holds something that is not PostgreSQL's. Name another, or empty it.`)
}

/** Throws unless the data in `folder` is of PostgreSQL `major`, and gives its files to `account` where root may. */
export async function checkData(folder: string, found: number, major: number, account: Account): Promise<void> {
  if (found !== major)
    throw new Error(
      `The folder ${folder} holds data of PostgreSQL ${found}, and this release runs ${major}. Restore a backup with this release into another folder, or start the release that wrote it.`,
    )
  const { uid } = await stat(folder)
  if (uid === account.owner) return
  // Root went the other way last time (see Account): nobody's folder becomes root's, or root's becomes nobody's.
  if (process.getuid?.() !== 0 || ![0, NOBODY].includes(uid))
    throw new Error(`The folder ${folder} belongs to uid ${uid}. Start as that user, or give the folder to another.`)
  await giveTo(folder, account.owner)
}

// The folder itself comes last: a kill in between leaves it to be done again.
async function giveTo(path: string, owner: number): Promise<void> {
  for (const entry of await readdir(path, { withFileTypes: true }))
    if (entry.isDirectory()) await giveTo(join(path, entry.name), owner)
    else await lchown(join(path, entry.name), owner, owner)
  await lchown(path, owner, owner)
}

/**
 * Makes a new, empty database system in `folder`. It is made beside it and takes its name when it is whole and on
 * disk: a kill leaves a `.new-…` folder, which the next call removes, and never half a data folder.
 */
export async function makeData(
  folder: string,
  programs: Programs,
  account: Account,
  signal?: AbortSignal,
): Promise<void> {
  const parent = dirname(folder)
  const prefix = `${basename(folder)}.new-`
  // An initdb whose parent was killed may still write here for a moment.
  for (const name of await readdir(parent))
    if (name.startsWith(prefix)) await rm(join(parent, name), { recursive: true, force: true, maxRetries: 10 })
  const made = join(parent, `${prefix}${process.pid}`)
  try {
    await mkdir(made, { mode: 0o700 })
    await lchown(made, account.owner, account.how === "switched" ? NOBODY : -1)
  } catch (cause) {
    throw new Error(`Nothing can be written into ${parent}. Make it writable for the user of this process.`, { cause })
  }
  try {
    await runInitdb(made, programs, account, signal)
    await rename(made, folder)
  } catch (cause) {
    await rm(made, { recursive: true, force: true, maxRetries: 10 })
    if ((cause as NodeJS.ErrnoException).code === "EBUSY")
      throw new Error(`The folder ${folder} is a mount point. Name a folder inside it.`, { cause })
    throw cause
  }
  await using handle: FileHandle = await open(parent)
  await handle.sync()
}

async function runInitdb(folder: string, programs: Programs, account: Account, signal?: AbortSignal): Promise<void> {
  const { file, args, options } = asAccount(account, programs, "initdb", [
    `--pgdata=${HERE}`,
    `--username=${ROLE}`,
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--data-checksums",
    "--auth-local=trust",
    "--auth-host=reject",
    "--no-instructions",
  ])
  const child = spawn(file, args, { ...options, cwd: folder, stdio: ["ignore", "ignore", "pipe"], signal })
  const [said, [code, killed]] = await Promise.all([text(child.stderr), once(child, "close")])
  if (code === 0) return
  throw new Error(`PostgreSQL's initdb failed (${killed ?? code}): ${said.trim()}`)
}

/**
 * The data folder as PostgreSQL is told of it: it is started inside. So no length of path, no odd character and no
 * folder above that its account may not enter stands in the way.
 */
export const HERE = "/proc/self/cwd"

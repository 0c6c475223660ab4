import {
  accessSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
} from "node:fs"
import { join, resolve } from "node:path"
import { z } from "zod"
import { writeDurably } from "#desk/vault.ts"
import { lockFolder } from "#registry/postgres/folder-lock.ts"
import { stopPrevious } from "#registry/postgres/previous.ts"

/** Number of the form in which this release keeps a data folder; `release.json` in the folder names the one it has. */
export const DATA_VERSION = 1

/**
 * What brings a data folder from the version under which it stands here to the next one, with every program stopped. A
 * kill in the middle calls it again on the same folder: it must bear that.
 */
export type Migrations = ReadonlyMap<number, (data: string) => void>

const MIGRATIONS: Migrations = new Map()
const RELEASE = "release.json"
const LOCK = "office.lock"
const OURS = /^(registry|witness|desk|postgres(\..+)?|release\.json(\.next)?)$/
/** `copy` is where the folder was copied to, while a migration is under way. */
const release = z.looseObject({ data: z.int().min(0), copy: z.string().optional() })

export type DataFolderOptions = {
  data: string
  /** Removes what an office left there, and nothing else. */
  fresh: boolean
  report(sentence: string): void
  version?: number
  migrations?: Migrations
}

/** A data folder that this process alone has open. */
export type DataFolder = { path: string } & Disposable

/**
 * Opens the data folder of an exercise office, making it where it is absent. One of an older release is migrated, with
 * a copy beside it (`DATA.before-N`); a PostgreSQL that a killed office left running is stopped before anything is
 * copied or removed. Throws, with what to do and nothing changed, for a folder that may not be read or written, that
 * holds something else, that another process has open, or that a newer release wrote.
 */
export async function openDataFolder(options: DataFolderOptions): Promise<DataFolder> {
  const { fresh, report, version = DATA_VERSION, migrations = MIGRATIONS } = options
  const data = resolve(options.data)
  makeReadable(data)
  using opened = new DisposableStack()
  opened.use(takeLock(data))
  if (fresh) {
    await stopPrevious(join(data, "postgres"), report)
    for (const name of readdirSync(data))
      if (OURS.test(name)) rmSync(join(data, name), { recursive: true, force: true, maxRetries: 10 })
  }
  // Written before all else: whatever a kill leaves in the folder from here on is known to be an office's.
  if (!existsSync(join(data, RELEASE))) writeVersion(data, version)
  const { data: found, copy } = readVersion(data)
  if (found > version)
    throw new Error(
      `The data folder ${data} was written by a newer release (form ${found}; this one knows ${version}). Start that release, or name another folder with --data DIR.`,
    )
  if (found < version) await migrate(data, { found, copy, version, migrations, report })
  const owned = opened.move()
  return { path: data, [Symbol.dispose]: () => owned.dispose() }
}

/** Throws unless the folder is there, ours to read and write, and empty or an office's. */
function makeReadable(data: string): void {
  let names: string[]
  try {
    mkdirSync(data, { recursive: true, mode: 0o700 })
    names = readdirSync(data)
    accessSync(data, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (cause) {
    throw new Error(
      `The data folder ${data} cannot be read and written. Start as the user who owns it, or name another with --data DIR.`,
      { cause },
    )
  }
  // A kill before the version was written leaves only these two; the charter stands for folders without a version.
  const begun = names.every((name) => name === LOCK || name === `${RELEASE}.next`)
  const office = names.includes(RELEASE) || existsSync(join(data, "registry", "charter.json"))
  if (!begun && !office)
    throw new Error(`The folder ${data} holds something that is not an office's. Name another with --data DIR.`)
}

function takeLock(data: string): Disposable {
  try {
    return lockFolder(join(data, LOCK), data)
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined
    if (!(cause instanceof Error && "errcode" in cause && cause.errcode === 5)) throw error
    throw new Error(
      `Another process runs the office in ${data}. Stop it first, or name another folder with --data DIR.`,
      {
        cause,
      },
    )
  }
}

function readVersion(data: string): z.infer<typeof release> {
  try {
    return release.parse(JSON.parse(readFileSync(join(data, RELEASE), "utf8")))
  } catch (cause) {
    throw new Error(
      `${join(data, RELEASE)} does not say which release wrote this data folder. Bring it back from a copy, or name another folder with --data DIR.`,
      { cause },
    )
  }
}

function writeVersion(data: string, version: number, copy?: string): void {
  writeDurably(join(data, RELEASE), `${JSON.stringify({ data: version, copy })}\n`)
}

type Step = {
  found: number
  copy: string | undefined
  version: number
  migrations: Migrations
  report(sentence: string): void
}

async function migrate(data: string, { found, copy, version, migrations, report }: Step): Promise<void> {
  const steps = Array.from({ length: version - found }, (_, i) => migrations.get(found + i))
  if (steps.includes(undefined))
    throw new Error(
      `The data folder ${data} is of a release too old for this one (form ${found}). Start a release between them first.`,
    )
  await stopPrevious(join(data, "postgres"), report)
  const kept = copy ?? copyBeside(data, `${data}.before-${version}`)
  report(`migrating the data folder of an older release; a copy of it stays in ${kept}`)
  // From here a kill leaves a folder that may be half migrated, and the next start knows that the copy is there.
  writeVersion(data, found, kept)
  for (const [i, run] of steps.entries()) {
    run?.(data)
    writeVersion(data, found + i + 1, found + i + 1 < version ? kept : undefined)
  }
}

/** Copies a folder to `name`, or that with a number where an earlier copy has it; the copy takes its name when it is whole. */
function copyBeside(data: string, name: string): string {
  let copy = name
  for (let number = 2; existsSync(copy); number++) copy = `${name}-${number}`
  rmSync(`${name}.next`, { recursive: true, force: true })
  cpSync(data, `${name}.next`, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
  renameSync(`${name}.next`, copy)
  return copy
}

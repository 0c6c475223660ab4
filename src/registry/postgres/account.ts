import { userInfo } from "node:os"
import { join } from "node:path"
import type { Programs } from "./programs.ts"

/** The uid and gid that stand for nobody on every Linux; PostgreSQL runs as them where our own will not do. */
export const NOBODY = 65534

/**
 * Under whom PostgreSQL runs. `owner` is the uid that its files have on disk.
 * - `own`: as we do.
 * - `namespace`: as we do, but in a user namespace where our uid is called nobody: PostgreSQL refuses to run as root,
 *   and its initdb under a uid that has no name. Any path that we own works.
 * - `switched`: as nobody, for root where the kernel forbids user namespaces.
 */
export type Account = { how: "own" | "namespace" | "switched"; owner: number }

/** The accounts worth trying, the best first. */
export function possibleAccounts(): Account[] {
  const uid = process.getuid?.() ?? -1
  if (uid === 0)
    return [
      { how: "namespace", owner: 0 },
      { how: "switched", owner: NOBODY },
    ]
  return hasName() ? [{ how: "own", owner: uid }] : [{ how: "namespace", owner: uid }]
}

// A container may run us under a bare number (docker run --user 1000).
function hasName(): boolean {
  try {
    userInfo()
    return true
  } catch {
    return false
  }
}

/** What to tell the operator about `account`; nothing for the plain case. */
export function accountSentence(account: Account, copied: boolean): string | undefined {
  const copy = copied ? " It runs from a copy of its programs, since it cannot read them where they are installed." : ""
  if (account.how === "namespace") {
    const why = process.getuid?.() === 0 ? "as root" : "under a uid without a user name"
    return `PostgreSQL runs in a user namespace as uid ${NOBODY}, since it does not run ${why}.${copy}`
  }
  if (account.how === "switched")
    return `PostgreSQL runs as uid ${NOBODY} and owns its data folder, since it does not run as root and this machine forbids user namespaces.${copy}`
  return copied ? copy.trim() : undefined
}

/** How to start one of PostgreSQL's programs as `account`: arguments for `spawn` or `execFile`. */
export function asAccount(account: Account, programs: Programs, program: "postgres" | "initdb", args: string[]) {
  const path = join(programs.native, "bin", program)
  // Nothing of our environment reaches PostgreSQL: PGPORT, PGDATA and the like would change what it does.
  const env = {
    PATH: process.env.PATH ?? "/usr/sbin:/usr/bin:/sbin:/bin",
    LC_ALL: "C",
    TZ: "UTC",
    LD_LIBRARY_PATH: programs.libraries,
  }
  if (account.how === "namespace")
    return {
      file: "unshare",
      args: ["--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--", path, ...args],
      options: { env },
    }
  if (account.how === "switched") return { file: path, args, options: { env, uid: NOBODY, gid: NOBODY } }
  return { file: path, args, options: { env } }
}

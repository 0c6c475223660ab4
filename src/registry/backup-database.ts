import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type pg from "pg"
import { z } from "zod"

const FILE = "database.json"
const address = z.looseObject({
  connectionString: z.string().optional(),
  host: z.string().optional(),
  port: z.int().optional(),
  user: z.string().optional(),
  database: z.string().optional(),
  ssl: z.literal(false).optional(),
})

/**
 * Leaves in the registry's folder how its database is reached, so that a backup can be taken beside the running
 * registry; for its owner only, since a URL may hold a password. Disposing removes it. After a kill it stays and may
 * lead nowhere.
 */
export function leaveDatabase(folder: string, config: pg.PoolConfig): Disposable {
  const file = join(folder, FILE)
  const { connectionString, host, port, user, database, ssl } = config
  writeFileSync(`${file}.next`, JSON.stringify({ connectionString, host, port, user, database, ssl }), { mode: 0o600 })
  renameSync(`${file}.next`, file)
  return { [Symbol.dispose]: () => rmSync(file, { force: true }) }
}

/** How the database of a running registry is reached; undefined where none runs on this folder. */
export function readDatabase(folder: string): pg.ClientConfig | undefined {
  const file = join(folder, FILE)
  if (!existsSync(file)) return undefined
  try {
    return JSON.parse(JSON.stringify(address.parse(JSON.parse(readFileSync(file, "utf8")))))
  } catch {
    // Without the cause: a parser's message may quote a password.
    throw new Error(`the file ${file} is damaged; name the database with --database URL`)
  }
}

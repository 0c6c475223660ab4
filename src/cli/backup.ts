import { existsSync, mkdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import pg from "pg"
import { openCharter } from "#offices/roll/charter.ts"
import { writeBackup } from "#registry/backup.ts"
import { readDatabase } from "#registry/backup-database.ts"
import { openEmbeddedPostgres } from "#registry/postgres/embedded.ts"
import { restoreBackup } from "#registry/restore.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { say } from "./terminal.ts"

const OPTIONS = {
  folder: { type: "string", default: "registry" },
  database: { type: "string" },
  /** Folder of the embedded PostgreSQL, where it is not the registry's own. */
  postgres: { type: "string" },
  to: { type: "string" },
  from: { type: "string" },
} as const

/** `iod registry backup`: everything but the keys into one file, while the registry works or while it is stopped. */
export async function backupCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const { folder, to } = values
  if (!to) throw new Error("--to names the file to write")
  const charter = join(folder, "charter.json")
  if (!existsSync(charter)) throw new Error(`there is no registry in ${folder}: --folder names the registry's folder`)
  const founded = openCharter(nodeCrypto, readFileSync(charter, "utf8"))
  await using database = await reach(values)
  const { size, bytes } = await writeBackup(database.config, founded, to)
  say(`${to} holds ${size} entries in ${bytes} bytes.`)
  say(`The registry's keys are not in it: keep a copy of ${join(folder, "registry.key")} in another place.`)
  return 0
}

/** `iod registry restore`: fills an empty database from a backup, checking everything in it again. */
export async function restoreCommand(args: string[]): Promise<number> {
  const { values } = parseArgs({ args, options: OPTIONS })
  const { folder, from } = values
  if (!from) throw new Error("--from names the backup to restore")
  if (!existsSync(from)) throw new Error(`there is no backup ${from}`)
  mkdirSync(folder, { recursive: true })
  await using database = await reach(values)
  const { size } = await restoreBackup({ folder, database: database.config, file: from })
  say(`${size} entries are restored. Start the registry with its witnesses: it takes nothing in before it has learned`)
  say("from them how long the register was, and has taken back what is missing from the desks.")
  const key = join(folder, "registry.key")
  if (!existsSync(key)) say(`Copy the registry's key file to ${key} first: no backup holds it.`)
  return 0
}

type Reached = { config: pg.ClientConfig; [Symbol.asyncDispose](): Promise<void> }

/** The database named by URL, else that of the running registry, else the embedded one, which is then run meanwhile. */
async function reach(values: {
  folder: string
  database?: string
  postgres?: string
  from?: string
}): Promise<Reached> {
  const given = values.database ? { connectionString: values.database } : readDatabase(values.folder)
  // After a kill the address may lead nowhere.
  if (given && (values.database || (await answers(given))))
    return { config: given, [Symbol.asyncDispose]: async () => {} }
  const folder = values.postgres ?? join(values.folder, "postgres")
  if (!values.from && !existsSync(folder))
    throw new Error(
      `no registry runs on ${values.folder} and there is no database ${folder}; name one with --database URL or --postgres DIR`,
    )
  const postgres = await openEmbeddedPostgres({ folder, report: say })
  return { config: postgres.connectionOptions, [Symbol.asyncDispose]: () => postgres[Symbol.asyncDispose]() }
}

async function answers(config: pg.ClientConfig): Promise<boolean> {
  const client = new pg.Client(config)
  client.on("error", () => undefined)
  try {
    await client.connect()
    return true
  } catch {
    return false
  } finally {
    await client.end().catch(() => undefined)
  }
}

import { existsSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs"
import { backup, DatabaseSync, type SQLTagStore } from "node:sqlite"

/**
 * One delegation's archive: one SQLite file. `transact` is durable: when it returns, everything in it is on disk; when
 * it throws, nothing of it is. Only this process writes it.
 */
export type Archive = {
  readonly path: string
  readonly db: DatabaseSync
  readonly sql: SQLTagStore
  transact<T>(work: () => T): T
  meta(key: string): string | undefined
  setMeta(key: string, value: string): void
  [Symbol.dispose](): void
}

const SQL = new URL("./sql/", import.meta.url)

// Temporary pages stay in memory: nothing of an archive is written outside its folder. A list of 500 records changes
// some 2000 pages: they fit the cache, and the log is copied into the file after two such, not after half of one.
const SETTINGS = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = FULL;
  PRAGMA foreign_keys = ON;
  PRAGMA temp_store = MEMORY;
  PRAGMA cache_size = -16000;
  PRAGMA wal_autocheckpoint = 4000;
`

/**
 * Opens an archive, making or migrating it. An older one is copied beside itself before it is migrated; a newer one
 * throws, because this release cannot know what it would break.
 */
export async function openArchive(path: string): Promise<Archive> {
  const db = new DatabaseSync(path)
  try {
    await prepare(db, path)
  } catch (error) {
    db.close()
    throw error
  }
  return archiveOver(db, path)
}

/** Locks the file and migrates it; a newer release's is refused before anything of it is touched. */
async function prepare(db: DatabaseSync, path: string): Promise<void> {
  // Another process on one archive would send two envelopes under one serial: the file stays locked while we live.
  db.exec("PRAGMA locking_mode = EXCLUSIVE")
  try {
    db.exec("BEGIN EXCLUSIVE; COMMIT")
  } catch (cause) {
    throw new Error(`the archive ${path} is in use by another desk process; stop that one first`, { cause })
  }
  const version = Number(db.prepare("PRAGMA user_version").get()?.user_version)
  const files = readdirSync(SQL).sort()
  if (version > files.length)
    throw new Error(`the archive ${path} belongs to a newer release (${version}); open it with that release`)
  db.exec(SETTINGS)
  await migrate(db, path, version, files)
}

function archiveOver(db: DatabaseSync, path: string): Archive {
  const sql = db.createTagStore(256)
  let depth = 0
  const archive: Archive = {
    path,
    db,
    sql,
    transact(work) {
      if (depth > 0) return work()
      db.exec("BEGIN IMMEDIATE")
      depth++
      try {
        const result = work()
        db.exec("COMMIT")
        return result
      } catch (error) {
        if (db.isTransaction) db.exec("ROLLBACK")
        throw error
      } finally {
        depth--
      }
    },
    meta: (key) => text(sql.get`SELECT value FROM meta WHERE key = ${key}`?.value),
    setMeta: (key, value) => void sql.run`INSERT OR REPLACE INTO meta VALUES (${key}, ${value})`,
    [Symbol.dispose]: () => db.close(),
  }
  return archive
}

async function migrate(db: DatabaseSync, path: string, version: number, files: readonly string[]): Promise<void> {
  const copy = `${path}.before-${files.length}`
  // After a kill between two steps the copy is there and of the archive as it was before the first of them.
  if (version > 0 && version < files.length && !existsSync(copy)) {
    rmSync(`${copy}.next`, { force: true })
    await backup(db, `${copy}.next`)
    renameSync(`${copy}.next`, copy)
  }
  for (const [i, file] of files.entries()) {
    if (i < version) continue
    db.exec(`BEGIN; ${readFileSync(new URL(file, SQL), "utf8")}; PRAGMA user_version = ${i + 1}; COMMIT`)
  }
}

/** A column that is text, or undefined; anything else in it is a fault of this program. */
export function text(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  if (typeof value !== "string") throw new Error("a column of the archive is not text")
  return value
}

/** A column that is a number. */
export function number(value: unknown): number {
  if (typeof value !== "number") throw new Error("a column of the archive is not a number")
  return value
}

/** A column that holds bytes, or undefined. */
export function bytes(value: unknown): Uint8Array | undefined {
  if (value === undefined || value === null) return undefined
  if (!(value instanceof Uint8Array)) throw new Error("a column of the archive does not hold bytes")
  return value
}

import { existsSync } from "node:fs"
import { DatabaseSync } from "node:sqlite"

/** The last checkpoint that a witness cosigned for one log: size, root and the whole note with the log's own lines. */
export type Latest = { size: bigint; root: Uint8Array; note: string }

/** A witness's memory: one file, one row for each log. */
export type Store = {
  /** The last checkpoint cosigned for `origin`. */
  latest(origin: string): Latest | undefined
  /**
   * Shows `judge` the last checkpoint of `origin` and stores what it returns as `next`, in one transaction: no other
   * call and no other process comes between, and when this returns the row is on disk. A throw changes nothing.
   */
  compareAndStore<T>(origin: string, judge: (latest: Latest | undefined) => { next?: Latest; verdict: T }): T
} & Disposable

const SCHEMA_VERSION = 1
const SCHEMA = `
  CREATE TABLE logs (
    origin TEXT PRIMARY KEY,
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    note TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  PRAGMA user_version = ${SCHEMA_VERSION};`

/**
 * Opens the memory at `path`. Only `create` makes one: a witness that lost its memory and began a new one would sign a
 * second tree in all innocence.
 */
export function openStore(path: string, { create = false } = {}): Store {
  if (!create && !existsSync(path))
    throw new Error(
      `The witness's memory ${path} is gone. A witness that forgot must not sign: make a new one, with a new key.`,
    )
  const file = new DatabaseSync(path, { timeout: 5_000 })
  // EXTRA also syncs the folder when the rollback journal is deleted: a committed row survives a power cut.
  file.exec("PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA")
  prepareSchema(file, path)
  const select = file.prepare("SELECT size, root, note FROM logs WHERE origin = ?")
  select.setReadBigInts(true)
  const upsert = file.prepare(
    `INSERT INTO logs (origin, size, root, note) VALUES (?, ?, ?, ?)
     ON CONFLICT (origin) DO UPDATE SET size = excluded.size, root = excluded.root, note = excluded.note`,
  )
  const latest = (origin: string) => select.get(origin) as Latest | undefined
  return {
    latest,
    compareAndStore(origin, judge) {
      return inTransaction(file, () => {
        const { next, verdict } = judge(latest(origin))
        if (next) upsert.run(origin, next.size, next.root, next.note)
        return verdict
      })
    },
    [Symbol.dispose]: () => file.close(),
  }
}

function prepareSchema(file: DatabaseSync, path: string): void {
  const version = () => file.prepare("PRAGMA user_version").get()?.user_version
  // A kill before the schema was committed leaves an empty file, which holds nothing that could be forgotten.
  inTransaction(file, () => {
    if (version() === 0) file.exec(SCHEMA)
  })
  if (version() !== SCHEMA_VERSION)
    throw new Error(`${path} was written by another release of the witness. Run that one.`)
}

function inTransaction<T>(file: DatabaseSync, act: () => T): T {
  file.exec("BEGIN IMMEDIATE")
  try {
    const result = act()
    file.exec("COMMIT")
    return result
  } catch (error) {
    if (file.isTransaction) file.exec("ROLLBACK")
    throw error
  }
}

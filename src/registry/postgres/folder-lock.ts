import { DatabaseSync } from "node:sqlite"

/**
 * Takes the file `path` for this process alone, or throws. The lock is SQLite's exclusive file lock, because Node has
 * none of its own: the kernel frees it at any death of the process, and PostgreSQL does not inherit it.
 */
export function lockFolder(path: string, folder: string): Disposable {
  let file: DatabaseSync | undefined
  try {
    file = new DatabaseSync(path, { timeout: 0 })
    // Nothing is ever written: without this a journal would stand beside the lock.
    file.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE")
  } catch (cause) {
    file?.close()
    const busy = cause instanceof Error && "errcode" in cause && cause.errcode === 5
    if (busy)
      throw new Error(`Another process has PostgreSQL's folder ${folder} open. Stop it, or name another folder.`, {
        cause,
      })
    throw new Error(`The lock ${path} cannot be taken. Make its folder writable for the user of this process.`, {
      cause,
    })
  }
  const held = file
  return { [Symbol.dispose]: () => held.close() }
}

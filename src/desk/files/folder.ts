import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, statSync } from "node:fs"
import { type FileHandle, open, rename, rm, statfs } from "node:fs/promises"
import { dirname, join } from "node:path"
import { isId } from "#seal/form.ts"
import type { Archive } from "../archive.ts"

/** Where a desk's sealed files lie: `files` beside the archive. Names are hashes and ids, never an author's words. */
export type Folder = {
  /** A file that is whole. */
  whole(hash: string): string
  /** A file that is still coming in, by the id of its upload or by its hash. */
  part(name: string): string
  /** Makes the names that lie there survive a crash; what they name is each writer's own to sync. */
  sync(): void
  /** Gives a part its name as a whole file; on disk before it settles. */
  keep(name: string, hash: string): Promise<void>
  drop(name: string): Promise<void>
  /** Deletes a file that is whole and that nothing names. */
  remove(hash: string): Promise<void>
  /** Opens a whole file for reading; undefined where it is not there. */
  read(hash: string): Promise<FileHandle | undefined>
  /** Makes a whole file a part again, so that its hash is looked at once more. */
  doubt(hash: string): void
  /** Bytes that are there of a part. */
  partLength(name: string): number
  /** Bytes that may still be written: a margin is left, so that the archive itself never finds the disk full. */
  free(): Promise<number>
  /** Names of all that lies there. */
  names(): { wholes: string[]; parts: string[] }
}

const MARGIN = 256 << 20

/** Opens the folder, making it. */
export function openFolder(archive: Pick<Archive, "path">): Folder {
  const folder = filesFolder(archive)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const sync = () => {
    const handle = openSync(folder, "r")
    fsyncSync(handle)
    closeSync(handle)
  }
  const whole = (hash: string) => join(folder, hash)
  const part = (name: string) => join(folder, `${name}.part`)
  return {
    whole,
    part,
    sync,
    async keep(name, hash) {
      await rename(part(name), whole(hash))
      sync()
    },
    drop: (name) => rm(part(name), { force: true }),
    async read(hash) {
      try {
        return await open(whole(hash), "r")
      } catch (error) {
        if (isMissing(error)) return undefined
        throw error
      }
    },
    doubt: (hash) => renameSync(whole(hash), part(hash)),
    remove: (hash) => rm(whole(hash), { force: true }),
    partLength: (name) => statSync(part(name), { throwIfNoEntry: false })?.size ?? 0,
    async free() {
      const { bavail, bsize } = await statfs(folder)
      return bavail * bsize - MARGIN
    },
    names() {
      const names = readdirSync(folder)
      const parts = names.filter((name) => name.endsWith(".part")).map((name) => name.slice(0, -".part".length))
      return { wholes: names.filter(isId), parts }
    },
  }
}

/** The folder of an archive's sealed files. */
export function filesFolder({ path }: Pick<Archive, "path">): string {
  return join(dirname(path), "files")
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT"
}

import { LONGEST_SEALED } from "#seal/attachment.ts"
import { text } from "../archive.ts"
import type { Ground } from "../ground.ts"
import type { Errands } from "./errands.ts"
import { openFetching } from "./fetching.ts"
import { type Folder, openFolder } from "./folder.ts"
import { type OpeningRefusal, openFile, type ReadableFile } from "./opening.ts"
import { openProgress } from "./progress.ts"
import { openFileRegistry } from "./registry.ts"
import { openSending } from "./sending.ts"
import { openUploads, type Uploads } from "./uploads.ts"

/** Files at a desk: those that come in from its officers, leave with acts, arrive from others, and are opened. */
export type Files = {
  readonly uploads: Uploads
  /** Acts were handed in, envelopes entered, or the registry is back: there may be something to send or to fetch. */
  look(): void
  /** The registry lost entries, and files with them: those that left from here are offered again. */
  offerAgain(): void
  open(file: { line: string; matter: string; hash: string }): Promise<ReadableFile | OpeningRefusal>
  /** An officer asks again for a file that did not fit its hash. */
  again(line: string, hash: string): boolean
  close(): Promise<void>
}

const HOUR = 3_600_000
/** For how long a registry keeps what somebody has still to take. */
const KEPT_MS = 30 * 24 * HOUR

/** Opens the files of a desk; `released` hears when an act's files are all at the registry, or never will be. */
export function openFiles(ground: Ground, released: () => void): Files {
  const { archive, clock, founded, live, log, vault } = ground
  const folder = openFolder(archive)
  const stopping = new AbortController()
  const progress = openProgress(clock, live)
  const registry = openFileRegistry({ ...ground, signer: vault.desk[0], stopped: stopping.signal })
  const parts = { archive, clock, folder, progress, registry, log }
  const longest = founded.charter.limits.files?.length ?? LONGEST_SEALED
  const uploads = openUploads({ archive, clock, folder, longest })
  const sending = openSending({ ...parts, settled: released })
  const fetching = openFetching(parts)
  clearUp(ground, folder)
  const hourly = everyHour(ground, uploads)
  const errands: readonly Errands[] = [sending, fetching]
  return {
    uploads,
    look() {
      for (const one of errands) one.wake()
    },
    offerAgain() {
      const since = new Date(clock.now() - KEPT_MS).toISOString()
      archive.sql.run`UPDATE file SET state = 'leaving', done = 0 WHERE state = 'sent' AND outbox IS NOT NULL
        AND ("index" IS NULL OR "index" IN (SELECT "index" FROM envelope WHERE at >= ${since}))`
      sending.wake()
    },
    open: (file) => openFile({ archive, folder, progress, log, fetch: fetching.wake }, file),
    again(line, hash) {
      const { changes } = archive.sql.run`UPDATE file SET state = 'awaited', misfits = 0, waits = NULL
        WHERE line = ${line} AND hash = ${hash} AND state IN ('false', 'gone')`
      fetching.wake()
      return Number(changes) > 0
    },
    async close() {
      hourly[Symbol.dispose]()
      stopping.abort()
      await Promise.all([...errands.map((one) => one.close()), uploads.close()])
    },
  }
}

/** What a crash left: parts and files that no row names go; a whole file that is still awaited is looked at again. */
function clearUp({ archive: { sql } }: Ground, folder: Folder): void {
  const { wholes, parts } = folder.names()
  for (const name of parts)
    if (!sql.get`SELECT 1 AS known FROM upload WHERE id = ${name} UNION SELECT 1 FROM file WHERE hash = ${name}`)
      void folder.drop(name)
  for (const name of wholes) {
    const states = sql.all`SELECT state FROM file WHERE hash = ${name}`.map((row) => text(row.state))
    if (states.includes("awaited")) folder.doubt(name)
    else if (states.length === 0 && !sql.get`SELECT 1 AS known FROM upload WHERE hash = ${name}`)
      void folder.remove(name)
  }
}

function everyHour({ clock, log }: Ground, uploads: Uploads): Disposable {
  const look = () => {
    bell = clock.after(HOUR, look)
    uploads
      .forget()
      .catch((error: unknown) => log(`old uploads were not deleted: ${error instanceof Error ? error.message : ""}`))
  }
  let bell = clock.after(HOUR, look)
  return { [Symbol.dispose]: () => bell[Symbol.dispose]() }
}

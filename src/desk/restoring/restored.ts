import { z } from "zod"
import { id, name } from "#offices/act.ts"
import { parseJson } from "#register/json.ts"
import type { Archive } from "../archive.ts"

/** What a restored archive knows of how it came back; it stays as long as the archive does. */
export const restoredForm = z.strictObject({
  /** When the backup was made, and when it was restored. */
  made: z.string(),
  at: z.string(),
  /** Index of the first entry that the backup lacked. */
  next: z.int(),
  /** Desk keys: the one in use before, and the one in its place. */
  before: name,
  key: name,
  /** Null where the key comes with an acceptance that the council confirms: both roots were lost. */
  certificate: z.string().nullable(),
  /** Set where somebody else may hold the key that was in use before. */
  revocation: z.string().nullable(),
  since: z.string().nullable(),
  /** Index at which the new key was entered; null until then. */
  entered: z.int().nullable(),
  /** Why the registry did not enter it. */
  refused: z.string().nullable(),
  /** Whether this desk had taken in a younger checkpoint and the end of each of its lines. */
  caughtUp: z.boolean(),
  /** Own envelopes have been compared with the outbox up to here. */
  looked: z.int(),
  /** The first in this delegation's name, after its key, that this desk did not make. */
  foreign: z.strictObject({ index: z.int(), line: id, at: z.string() }).nullable(),
})
export type Restored = z.infer<typeof restoredForm>

const META = "restored"

/** How this archive came back from a backup; undefined for one that never did. */
export function readRestored(archive: Archive): Restored | undefined {
  const text = archive.meta(META)
  return text === undefined ? undefined : restoredForm.parse(parseJson(text))
}

export function writeRestored(archive: Archive, restored: Restored): void {
  archive.setMeta(META, JSON.stringify(restored))
}

/** A day that never comes: no sealing keys are planned while this stands. */
const NEVER = "9999-12-31"

/** Acts that a desk says by itself, and says again where they are still to be said. */
const SAID_AGAIN = ["line.checked", "line.unopenable", "line.resealed", "line.proposed", "line.accepted"]

/**
 * Marks an archive as restored, in one transaction. What was queued is set aside for officers to look at; what the desk
 * says by itself is dropped, because it says that again; no word of the desk before opens a session or speaks for a
 * script here.
 */
export function markRestored(archive: Archive, restored: Restored): void {
  const { sql } = archive
  archive.transact(() => {
    sql.run`DELETE FROM outbox WHERE state IN ('waiting', 'sealed') AND officer IS NULL AND (members = '*'
      OR json_extract(CAST(act AS TEXT), '$.act') IN (SELECT value FROM json_each(${JSON.stringify(SAID_AGAIN)})))`
    // The hash of what was sealed stays: it may have been stamped after the backup, and then it is adopted.
    sql.run`UPDATE outbox SET state = 'held', carried = NULL WHERE state IN ('waiting', 'sealed', 'filing')`
    sql.run`DELETE FROM session`
    sql.run`DELETE FROM link`
    sql.run`DELETE FROM meta WHERE key = 'script.token'`
    archive.setMeta("sealing-keys.until", NEVER)
    writeRestored(archive, restored)
  })
}

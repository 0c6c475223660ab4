import type { Clock } from "../clock.ts"
import { type Archive, number, text } from "./archive.ts"
import { fieldsOf } from "./fold.ts"
import { ALL, FILLED, indexRecord, RECORDS } from "./search-index.ts"

/** So many records take some milliseconds: nobody who acts meanwhile feels them. */
const TOGETHER = 20
/** Between two steps everything else that waits is done: most of the time is left to it. */
const STEP_MS = 10
const AGAIN_MS = 5000

/** Fills the index of an archive that is older than it, beside everything else that the desk does. */
export type Filling = {
  /** How many envelopes are looked through, of how many; undefined once that is all of them. */
  progress(): { done: number; of: number } | undefined
  close(): void
}

/**
 * Begins to fill: a few records at a time, each few in a transaction of their own, so that mail is taken in between and
 * a crash goes on where it ended. What arrives meanwhile is put in by whoever folds it.
 */
export function openFilling(archive: Archive, clock: Clock, log: (message: string) => void): Filling {
  const of = Number(archive.meta("next") ?? 0)
  const before = archive.meta(FILLED)
  let done = before === ALL ? of : Number(before ?? 0)
  let told = 0
  let bell: Disposable | undefined

  function step(): void {
    bell = undefined
    try {
      done = archive.transact(() => fillFrom(archive, done, of))
    } catch (error) {
      // A full disk: mail waits as well, and this goes on with it.
      log(`the index of the archive waits: ${error instanceof Error ? error.message : ""}`)
      bell = clock.after(AGAIN_MS, step)
      return
    }
    const tenth = Math.floor((done * 10) / of)
    if (tenth > told) log(`the archive's index holds ${done} of ${of} envelopes`)
    told = tenth
    if (done < of) bell = clock.after(STEP_MS, step)
  }

  if (done < of) bell = clock.after(STEP_MS, step)
  else if (before !== ALL) archive.setMeta(FILLED, ALL)
  return {
    progress: () => (done < of ? { done, of } : undefined),
    close: () => bell?.[Symbol.dispose](),
  }
}

/** Puts the next few records from this envelope on into the index; answers how far all of them are. */
function fillFrom(archive: Archive, from: number, to: number): number {
  const rows = archive.sql.all`SELECT "index", number, kind, fields FROM record
    WHERE "index" >= ${from} AND "index" < ${to} ORDER BY "index", number LIMIT ${TOGETHER + RECORDS}`
  // The last list is put in whole: the next step would begin behind it.
  const last = rows.length > TOGETHER ? number(rows[TOGETHER]?.index) : to - 1
  for (const row of rows)
    if (number(row.index) <= last)
      indexRecord(
        archive,
        number(row.index),
        number(row.number),
        text(row.kind) ?? "",
        fieldsOf(text(row.fields) ?? ""),
      )
  archive.setMeta(FILLED, last + 1 < to ? String(last + 1) : ALL)
  return last + 1
}

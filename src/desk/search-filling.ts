import type { Clock } from "../clock.ts"
import { type Archive, number, text } from "./archive.ts"
import { fieldsOf } from "./fold.ts"
import { filledTo, indexRecord, keepFilledTo, RECORDS } from "./search-index.ts"

/** So many records take some milliseconds: nobody who acts meanwhile feels them. */
const TOGETHER = 20
/** Between two steps everything else that waits is done: most of the time is left to it. */
const STEP_MS = 10
/** So many are put in before a question is answered. */
const AT_ONCE = 200
/** Mail goes first: the index follows when none has come for so long, and a step of it all the same after so long. */
const QUIET_MS = 1000
const LONGEST_MS = 10_000
const AGAIN_MS = 5000

/** Fills the index behind what the archive takes in, beside everything else that the desk does. */
export type Filling = {
  /** Something was entered. */
  look(): void
  /** Puts in what is lacking, at once, where that is little: whoever looks for something finds what just came. */
  catchUp(): void
  /** How many envelopes are looked through, of how many; undefined once that is all of them. */
  progress(): { done: number; of: number } | undefined
  close(): void
}

/**
 * Opens the filling: a few records at a time, each few in a transaction of their own with how far the index then goes,
 * so that no act waits for it and a crash goes on where it ended.
 */
export function openFilling(archive: Archive, clock: Clock, log: (message: string) => void): Filling {
  const end = () => Number(archive.meta("next") ?? 0)
  const older = end()
  let told = Math.floor((filledTo(archive) * 10) / older)
  let waits: number | undefined
  let bell: Disposable | undefined
  let closed = false

  function step(): void {
    bell = undefined
    waits = undefined
    try {
      archive.transact(() => fillNext(archive, end()))
    } catch (error) {
      // A full disk: mail waits as well, and this goes on with it.
      log(`the index of the archive waits: ${error instanceof Error ? error.message : ""}`)
      bell = clock.after(AGAIN_MS, step)
      return
    }
    tell(filledTo(archive))
    if (filledTo(archive) < end()) bell = clock.after(STEP_MS, step)
  }

  /** What an archive lacked when it was opened is told by tenths; what comes is put in without a word. */
  function tell(done: number): void {
    const tenth = Math.floor((Math.min(done, older) * 10) / older)
    if (tenth > told) log(`the archive's index holds ${Math.min(done, older)} of ${older} envelopes`)
    told = Math.max(told, tenth)
  }

  if (filledTo(archive) < older) bell = clock.after(STEP_MS, step)
  return {
    look() {
      if (closed) return
      waits ??= clock.now()
      bell?.[Symbol.dispose]()
      bell = clock.after(Math.min(QUIET_MS, waits + LONGEST_MS - clock.now()), step)
    },
    catchUp() {
      if (filledTo(archive) >= end() || !lacksFew(archive)) return
      try {
        archive.transact(() => {
          while (filledTo(archive) < end()) fillNext(archive, end())
        })
      } catch (error) {
        // A full disk: the question is answered from what is there, and says what is lacking.
        log(`the index of the archive waits: ${error instanceof Error ? error.message : ""}`)
      }
    },
    progress() {
      const [done, of] = [filledTo(archive), end()]
      return done < of ? { done, of } : undefined
    },
    close() {
      closed = true
      bell?.[Symbol.dispose]()
    },
  }
}

/** Whether no more is lacking than a question may wait for. */
function lacksFew(archive: Archive): boolean {
  const row = archive.sql.get`SELECT count(*) AS n FROM
    (SELECT 1 FROM record WHERE "index" >= ${filledTo(archive)} LIMIT ${AT_ONCE + 1})`
  return number(row?.n) <= AT_ONCE
}

/** Puts the next few records into the index, and keeps how far all of them are. */
function fillNext(archive: Archive, end: number): void {
  const rows = archive.sql.all`SELECT "index", number, kind, fields FROM record
    WHERE "index" >= ${filledTo(archive)} AND "index" < ${end} ORDER BY "index", number LIMIT ${TOGETHER + RECORDS}`
  // The last list is put in whole: the next step would begin behind it.
  const last = rows.length > TOGETHER ? number(rows[TOGETHER]?.index) : end - 1
  for (const row of rows)
    if (number(row.index) <= last)
      indexRecord(
        archive,
        number(row.index),
        number(row.number),
        text(row.kind) ?? "",
        fieldsOf(text(row.fields) ?? ""),
      )
  keepFilledTo(archive, last + 1)
}

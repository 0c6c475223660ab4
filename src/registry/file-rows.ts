import type pg from "pg"
import { copyPiece } from "./piece-copy.ts"

/** A file as the registry knows it. `received` bytes of it are here, without a gap from the first one on. */
export type FileRow = {
  number: string
  line: string
  hash: string
  sender: string
  length: number
  received: number
  complete: string | null
  taken: readonly string[]
  gone: string | null
}

/** What one desk has here that others have still to take, and how many of its files are still arriving. */
export type Held = { bytes: number; unfinished: number }

/**
 * The files of a registry's database. Every answer is on disk; `append` is one statement, so that a piece is there with
 * its place or not at all.
 */
export type FileRows = {
  members(line: string): Promise<readonly string[]>
  /** All rows of one file on one line: of several authors where one of them sealed again. */
  find(line: string, hash: string): Promise<FileRow[]>
  held(sender: string): Promise<Held>
  begin(file: Pick<FileRow, "line" | "hash" | "sender" | "length">, now: string): Promise<void>
  /** Adds a piece at the end, which must be at `at`; answers whether it was. */
  append(number: string, at: number, bytes: Uint8Array, now: string): Promise<boolean>
  /** The piece that holds the byte at `offset`, with its own place. */
  piece(number: string, offset: number): Promise<{ at: number; bytes: Uint8Array } | undefined>
  completed(number: string, now: string): Promise<void>
  /** Drops all pieces: what came was not what its author announced. */
  restart(number: string, now: string): Promise<void>
  taken(line: string, hash: string, member: string): Promise<void>
  /** Drops the pieces of what everybody has taken, and answers how many files these were. */
  dropTaken(now: string): Promise<number>
  /** Drops what is older than each of these instants: unfinished files, complete ones, and the rows of those that went. */
  dropOld(before: { unfinished: string; complete: string; gone: string }, now: string): Promise<number>
}

const COLUMNS = "number, line, hash, sender, length, received, complete, taken, gone"
// Everybody but whoever sent it.
const ALL_TAKEN = `complete IS NOT NULL AND gone IS NULL AND NOT EXISTS (
  SELECT FROM line l, unnest(l.members) m WHERE l.id = file.line AND m <> file.sender AND m <> ALL (file.taken))`

/** Opens the files over a pool of their own, so that large pieces never wait before an envelope. */
export function openFileRows(pool: pg.Pool): FileRows {
  return { ...reads(pool), ...writes(pool) }
}

function reads(pool: pg.Pool) {
  return {
    async members(line: string): Promise<readonly string[]> {
      const { rows } = await pool.query("SELECT members FROM line WHERE id = $1", [line])
      return rows[0]?.members ?? []
    },
    async find(line: string, hash: string): Promise<FileRow[]> {
      const { rows } = await pool.query(`SELECT ${COLUMNS} FROM file WHERE line = $1 AND hash = $2 ORDER BY number`, [
        line,
        hash,
      ])
      return rows.map((r) => ({ ...r, length: Number(r.length), received: Number(r.received) }))
    },
    async held(sender: string): Promise<Held> {
      const { rows } = await pool.query(
        `SELECT coalesce(sum(length), 0) AS bytes, count(*) FILTER (WHERE complete IS NULL) AS unfinished
         FROM file WHERE sender = $1 AND gone IS NULL`,
        [sender],
      )
      return { bytes: Number(rows[0].bytes), unfinished: Number(rows[0].unfinished) }
    },
    async piece(number: string, offset: number): Promise<{ at: number; bytes: Uint8Array } | undefined> {
      const found = await copyPiece(pool, BigInt(number), offset)
      return found && found.bytes.length > offset - found.at ? found : undefined
    },
  }
}

function writes(pool: pg.Pool) {
  return {
    async begin({ line, hash, sender, length }: Pick<FileRow, "line" | "hash" | "sender" | "length">, now: string) {
      await pool.query(
        "INSERT INTO file (line, hash, sender, length, touched) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING",
        [line, hash, sender, length, now],
      )
    },
    async append(number: string, at: number, bytes: Uint8Array, now: string): Promise<boolean> {
      const { rowCount } = await pool.query({
        name: "append",
        text: `WITH grown AS (
            UPDATE file SET received = received + $3, touched = $4
            WHERE number = $1 AND received = $2 AND complete IS NULL AND gone IS NULL RETURNING number
          ) INSERT INTO piece SELECT number, $2, $5 FROM grown`,
        values: [number, at, bytes.length, now, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)],
      })
      return rowCount === 1
    },
    async completed(number: string, now: string): Promise<void> {
      await pool.query("UPDATE file SET complete = $2 WHERE number = $1", [number, now])
    },
    async restart(number: string, now: string): Promise<void> {
      await pool.query(
        `WITH dropped AS (DELETE FROM piece WHERE file = $1)
         UPDATE file SET received = 0, complete = NULL, touched = $2 WHERE number = $1`,
        [number, now],
      )
    },
    async taken(line: string, hash: string, member: string): Promise<void> {
      await pool.query(
        `UPDATE file SET taken = array_append(taken, $3) WHERE line = $1 AND hash = $2 AND complete IS NOT NULL
         AND $3 <> ALL (taken)`,
        [line, hash, member],
      )
    },
    dropTaken: (now: string) => drop(pool, ALL_TAKEN, [], now),
    async dropOld({ unfinished, complete, gone }: { unfinished: string; complete: string; gone: string }, now: string) {
      const dropped = await drop(pool, "gone IS NULL AND complete < $2", [complete], now)
      const { rowCount } = await pool.query(
        "DELETE FROM file WHERE (complete IS NULL AND gone IS NULL AND touched < $1) OR gone < $2",
        [unfinished, gone],
      )
      return dropped + (rowCount ?? 0)
    },
  }
}

async function drop(pool: pg.Pool, which: string, more: readonly string[], now: string): Promise<number> {
  const { rowCount } = await pool.query(
    `WITH gone AS (UPDATE file SET gone = $1 WHERE ${which} RETURNING number),
       dropped AS (DELETE FROM piece USING gone WHERE file = gone.number)
     SELECT number FROM gone`,
    [now, ...more],
  )
  return rowCount ?? 0
}

import { readdirSync, readFileSync } from "node:fs"
import pg from "pg"
import { insertGroup } from "./inserting.ts"

/** One envelope as the registry entered it. `body` is absent once it was deleted. */
export type Row = {
  index: bigint
  line: string
  place: number
  sender: string
  serial: number
  hash: string
  header: string
  stamp: string
  head: string
  entry: Uint8Array
  seen: number
  members: readonly string[]
  body: Uint8Array | null
}

/** A tile that a group of envelopes completed or grew: `hashes` is its width times 32 bytes. */
export type TileRow = { level: number; number: bigint; hashes: Uint8Array }

/**
 * The registry's durable state. `enter` is one transaction: when it returns, everything in it is on disk and nothing of
 * it was before; when it throws EntryUnknown, the caller does not know which and must stop and open the ledger again,
 * and when it throws anything else, nothing was entered.
 */
export type Ledger = {
  readonly pool: pg.Pool
  /** Settles, with why, when the writer's connection is gone, and the lock with it: nothing may be entered after that. */
  readonly lost: Promise<string>
  size(): Promise<bigint>
  /** Instant of the last stamp; 1970 before the first. */
  lastAt(): Promise<string>
  /** Instant of the stamp at an index; 1970 where there is none. */
  stampedAt(index: bigint): Promise<string>
  enter(rows: readonly Row[], tiles: readonly TileRow[]): Promise<void>
  /** The stamp of the envelope whose header has this hash. */
  stampOf(hash: string): Promise<string | undefined>
  /** Last place and head of a line with its members; undefined for a line that nobody began. */
  lineEnd(line: string): Promise<{ place: number; head: string; members: readonly string[] } | undefined>
  /** Last serial and header hash of a sender on a line. */
  chainEnd(line: string, sender: string): Promise<{ serial: number; hash: string } | undefined>
  /** Up to `limit` envelopes from `index` on that are addressed to `member`, in the register's order. */
  mail(member: string, index: bigint, limit: number): Promise<Row[]>
  /** Public entries from `index` on. */
  publicEntries(index: bigint, limit: number): Promise<Row[]>
  linesOf(member: string): Promise<string[]>
  entries(from: bigint, until: bigint): Promise<Uint8Array[]>
  tile(level: number, number: bigint): Promise<Uint8Array | undefined>
  keepCheckpoint(size: bigint, note: string, witnessed: boolean): Promise<void>
  lastCheckpoint(): Promise<{ size: bigint; note: string } | undefined>
  /** Deletes the bodies that every member has taken in, and all before `oldest`; answers how many. */
  forgetBodies(oldest: bigint): Promise<number>
  [Symbol.asyncDispose](): Promise<void>
}

/** Whether a group of envelopes was committed is not known: its connection broke while it was being entered. */
export class EntryUnknown extends Error {
  override name = "EntryUnknown"
}

// One registry writes at a time; a second process on the same database is refused instead of forking the register.
const WRITER_LOCK = 0x10d
const COLUMNS =
  "e.index, e.line, e.place, e.sender, e.serial, e.hash, e.header, e.stamp, e.head, e.entry, e.seen, e.members"

/** Opens the ledger in a database, migrates it, and takes the writer's lock; throws where another registry holds it. */
export async function openLedger(config: pg.PoolConfig): Promise<Ledger> {
  const pool = new pg.Pool({ ...config, max: 8 })
  pool.on("error", () => {}) // A lost idle connection is replaced at the next query, which reports what matters.
  const writer = await pool.connect()
  const lost = new Promise<string>((resolve) => {
    writer.on("error", (error) => resolve(error.message))
    writer.on("end", () => resolve("the connection ended"))
  })
  const { rows } = await writer.query("SELECT pg_try_advisory_lock($1) AS held", [WRITER_LOCK])
  if (!rows[0]?.held) {
    writer.release()
    await pool.end()
    throw new Error("another registry is writing to this database; stop it first")
  }
  try {
    await migrate(writer)
  } catch (error) {
    await close(pool, writer)
    throw error
  }
  return { ...reads(pool), ...writes(pool, writer), pool, lost, [Symbol.asyncDispose]: () => close(pool, writer) }
}

async function close(pool: pg.Pool, writer: pg.PoolClient): Promise<void> {
  // The server notices a closed connection a moment later, and whoever opens next must find the lock free.
  await writer.query("SELECT pg_advisory_unlock_all()").catch(() => undefined)
  writer.release(true)
  await pool.end()
}

async function migrate(client: pg.PoolClient): Promise<void> {
  const folder = new URL("./sql/", import.meta.url)
  await client.query("CREATE TABLE IF NOT EXISTS migration (number integer PRIMARY KEY)")
  const { rows } = await client.query("SELECT coalesce(max(number), 0) AS last FROM migration")
  const last = Number(rows[0]?.last)
  const files = readdirSync(folder).sort()
  if (last > files.length) throw new Error("this database belongs to a newer release of the registry; use that one")
  for (const file of files.slice(last)) {
    await client.query("BEGIN")
    await client.query(readFileSync(new URL(file, folder), "utf8"))
    await client.query("INSERT INTO migration VALUES ($1)", [Number.parseInt(file, 10)])
    await client.query("COMMIT")
  }
}

function writes(pool: pg.Pool, writer: pg.PoolClient) {
  return {
    async enter(rows: readonly Row[], tiles: readonly TileRow[]): Promise<void> {
      // One statement is one transaction.
      if (tiles.length === 0) return orRolledBack(writer, () => insertGroup(writer, rows, tiles))
      await orRolledBack(writer, async () => {
        await writer.query("BEGIN")
        await insertGroup(writer, rows, tiles)
        await writer.query("COMMIT")
      })
    },
    async keepCheckpoint(size: bigint, note: string, witnessed: boolean): Promise<void> {
      await pool.query(
        `INSERT INTO checkpoint VALUES ($1, $2, $3) ON CONFLICT (size)
         DO UPDATE SET note = excluded.note, witnessed = checkpoint.witnessed OR excluded.witnessed`,
        [String(size), note, witnessed],
      )
    },
    async forgetBodies(oldest: bigint): Promise<number> {
      // `seen` of each member's last envelope says how far its desk has taken the line in.
      const { rowCount } = await pool.query(
        `DELETE FROM body b USING envelope e WHERE b.index = e.index AND e.members <> '{*}' AND (e.index < $1 OR NOT EXISTS (
           SELECT FROM unnest(e.members) m WHERE m <> e.sender AND coalesce(
             (SELECT x.seen FROM envelope x WHERE x.line = e.line AND x.sender = m ORDER BY x.serial DESC LIMIT 1), 0
           ) < e.place))`,
        [String(oldest)],
      )
      return rowCount ?? 0
    },
  }
}

/** Does `work`; where the server lives and refused it (a full disk), nothing of it stays and the writer can go on. */
async function orRolledBack(writer: pg.PoolClient, work: () => Promise<void>): Promise<void> {
  try {
    await work()
  } catch (cause) {
    const refused = cause instanceof pg.DatabaseError && cause.severity === "ERROR"
    const undone = refused && (await writer.query("ROLLBACK").catch(() => undefined))
    if (undone) throw new Error(`envelopes were not entered: ${cause.message}`, { cause })
    throw new EntryUnknown("the database did not say whether envelopes were entered", { cause })
  }
}

function reads(pool: pg.Pool) {
  return {
    async size(): Promise<bigint> {
      const { rows } = await pool.query("SELECT coalesce(max(index) + 1, 0) AS size FROM envelope")
      return BigInt(rows[0].size)
    },
    async lastAt(): Promise<string> {
      const { rows } = await pool.query("SELECT stamp FROM envelope ORDER BY index DESC LIMIT 1")
      return instantIn(rows[0]?.stamp)
    },
    async stampedAt(index: bigint): Promise<string> {
      const { rows } = await pool.query("SELECT stamp FROM envelope WHERE index = $1", [String(index)])
      return instantIn(rows[0]?.stamp)
    },
    async stampOf(hash: string): Promise<string | undefined> {
      const { rows } = await pool.query("SELECT stamp FROM envelope WHERE hash = $1", [hash])
      return rows[0]?.stamp
    },
    async lineEnd(line: string) {
      const { rows } = await pool.query(
        "SELECT place, head, members FROM envelope WHERE line = $1 ORDER BY place DESC LIMIT 1",
        [line],
      )
      const row = rows[0]
      return row && { place: Number(row.place), head: row.head as string, members: row.members as string[] }
    },
    async chainEnd(line: string, sender: string) {
      const { rows } = await pool.query(
        "SELECT serial, hash FROM envelope WHERE line = $1 AND sender = $2 ORDER BY serial DESC LIMIT 1",
        [line, sender],
      )
      return rows[0] && { serial: Number(rows[0].serial), hash: rows[0].hash as string }
    },
    async mail(member: string, index: bigint, limit: number): Promise<Row[]> {
      const { rows } = await pool.query({
        name: "mail",
        text: `SELECT ${COLUMNS}, b.bytes AS body FROM envelope e LEFT JOIN body b USING (index)
          WHERE e.index >= $2 AND (e.members @> ARRAY[$1] OR e.members = '{*}') ORDER BY e.index LIMIT $3`,
        values: [member, String(index), limit],
      })
      return rows.map(row)
    },
    async publicEntries(index: bigint, limit: number): Promise<Row[]> {
      const { rows } = await pool.query(
        `SELECT ${COLUMNS}, b.bytes AS body FROM envelope e LEFT JOIN body b USING (index)
         WHERE e.index >= $1 AND e.members = '{*}' ORDER BY e.index LIMIT $2`,
        [String(index), limit],
      )
      return rows.map(row)
    },
    async linesOf(member: string): Promise<string[]> {
      const { rows } = await pool.query("SELECT id FROM line WHERE members @> ARRAY[$1] OR members = '{*}'", [member])
      return rows.map((r) => r.id)
    },
    async entries(from: bigint, until: bigint): Promise<Uint8Array[]> {
      const { rows } = await pool.query("SELECT entry FROM envelope WHERE index >= $1 AND index < $2 ORDER BY index", [
        String(from),
        String(until),
      ])
      return rows.map((r) => r.entry)
    },
    async tile(level: number, number: bigint): Promise<Uint8Array | undefined> {
      const { rows } = await pool.query("SELECT hashes FROM tile WHERE level = $1 AND number = $2", [
        level,
        String(number),
      ])
      return rows[0]?.hashes
    },
    async lastCheckpoint(): Promise<{ size: bigint; note: string } | undefined> {
      const { rows } = await pool.query("SELECT size, note FROM checkpoint ORDER BY size DESC LIMIT 1")
      return rows[0] && { size: BigInt(rows[0].size), note: rows[0].note }
    },
  }
}

/** The instant in a stamp's text, which this registry wrote itself. */
/** The instant in a stamp of this registry; 1970 for none. */
export function instantIn(stamp: string | undefined): string {
  return /\nat (.*)\n/.exec(stamp ?? "")?.[1] ?? new Date(0).toISOString()
}

// biome-ignore lint/suspicious/noExplicitAny: a row as pg hands it over; its columns are those of 001-ledger.sql
function row(r: any): Row {
  return { ...r, index: BigInt(r.index), place: Number(r.place), serial: Number(r.serial), seen: Number(r.seen) }
}

import type { FileState } from "#offices/joins/screen.ts"
import { type Archive, number, text } from "../archive.ts"
import type { NamedFile } from "./registry.ts"

export type FileRow = NamedFile & {
  outbox: number | null
  state: FileState
  done: number
  misfits: number
  waits: string | null
}

/** The row of a file on a line; undefined for one that no act names. */
export function fileRow({ sql }: Archive, line: string, hash: string): FileRow | undefined {
  const row = sql.get`SELECT * FROM file WHERE line = ${line} AND hash = ${hash}`
  return row && readRow(row)
}

/** Files that are to leave, the most urgent act's first. */
export function leavingFiles({ sql }: Archive): FileRow[] {
  return sql.all`SELECT f.* FROM file f JOIN outbox o ON o.id = f.outbox WHERE f.state = 'leaving' AND o.state <> 'held'
    ORDER BY o.precedence, o.id, f.length LIMIT 100`.map(readRow)
}

/** Files that are to be fetched or whose fetching is to be told, the most urgent envelope's first. */
export function comingFiles({ sql }: Archive): FileRow[] {
  return sql.all`SELECT f.* FROM file f JOIN envelope e ON e."index" = f."index" WHERE f.state IN ('awaited', 'held')
    ORDER BY f.state = 'awaited', instr('FLASH IMMEDIATE PRIORITY ROUTINE', e.precedence), e."index", f.length LIMIT 100`.map(
    readRow,
  )
}

function readRow(row: Record<string, unknown>): FileRow {
  return {
    line: text(row.line) ?? "",
    hash: text(row.hash) ?? "",
    length: number(row.length),
    outbox: row.outbox === null ? null : number(row.outbox),
    state: text(row.state) as FileState,
    done: number(row.done),
    misfits: number(row.misfits),
    waits: text(row.waits) ?? null,
  }
}

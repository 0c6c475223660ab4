import { statSync } from "node:fs"
import { join } from "node:path"
import type { Attachment } from "#offices/attachment.ts"
import type { FileView, WaitingRow } from "#offices/joins/screen.ts"
import { VerificationError } from "#register/error.ts"
import { type Archive, number, text } from "../archive.ts"
import { filesFolder } from "./folder.ts"
import { descriptionOf } from "./opening.ts"
import { fileRow } from "./rows.ts"

/** The files of a message as screens show them: what their author says of them, and how far they are. */
export function fileViews(archive: Archive, line: string, files: readonly Attachment[]): FileView[] {
  return files.map((file) => {
    const row = fileRow(archive, line, file.file)
    const described = describe(archive, file)
    const state = row?.state ?? "awaited"
    const done = state === "awaited" ? partLength(archive, file.file) : (row?.done ?? 0)
    return {
      ...{ file: file.file, text: file.text, length: file.length, done, waits: row?.waits ?? null },
      ...{ name: described?.name ?? null, type: described?.type ?? null, size: described?.size ?? null },
      state: described === null ? "malformed" : state,
    }
  })
}

/** Null for a description of no form; undefined for one that is not held here. */
function describe(archive: Archive, file: Attachment) {
  try {
    return descriptionOf(archive, file)
  } catch (error) {
    if (error instanceof VerificationError) return null
    throw error
  }
}

function partLength(archive: Archive, hash: string): number {
  return statSync(join(filesFolder(archive), `${hash}.part`), { throwIfNoEntry: false })?.size ?? 0
}

/** How far the files of an act of the outbox are; null where it has none under way. */
export function filesLeaving({ sql }: Archive, outbox: number): WaitingRow["files"] {
  const row = sql.get`SELECT count(*) AS files, coalesce(sum(length), 0) AS length, coalesce(sum(done), 0) AS done,
    max(waits) AS waits FROM file WHERE outbox = ${outbox}`
  if (!row || row.files === 0) return null
  return { length: number(row.length), done: number(row.done), waits: text(row.waits) ?? null }
}

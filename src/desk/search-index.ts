import { wordsOf } from "#offices/joins/spelling.ts"
import { textsOf } from "#offices/joins/texts.ts"
import { type Archive, bytes } from "./archive.ts"

/** How many numbers an envelope's records have in the index: at least as many as a list may hold. */
export const RECORDS = 512
/** Stands between two texts of a record, as in the view of sql/009-search.sql. */
const BETWEEN = " \ue000 "
/** Up to which index all records are put in; `all` where that is the end of the archive. */
const FILLED = "search.filled"
const ALL = "all"

/** Index of the first envelope whose records may be lacking; 0 in an archive that is older than the index. */
export function filledTo(archive: Archive): number {
  const kept = archive.meta(FILLED)
  return Number((kept === ALL ? archive.meta("next") : kept) ?? 0)
}

/** Keeps how far the index goes, inside the caller's transaction. */
export function keepFilledTo(archive: Archive, index: number): void {
  archive.setMeta(FILLED, String(index))
}

/** An envelope is entered before others that are in the index: it is filled again from there. */
export function fillAgainFrom(archive: Archive, index: number): void {
  keepFilledTo(archive, Math.min(index, filledTo(archive)))
}

/**
 * Puts the texts of one record into the index, inside the caller's transaction; one that is there already stays. Texts
 * must be in the archive before.
 */
export function indexRecord({ sql }: Archive, index: number, place: number, act: string, fields: unknown): void {
  const id = index * RECORDS + place
  const texts = textsOf(act, fields).flatMap(({ hash, words }, position) => {
    const row = sql.get`SELECT bytes FROM text WHERE hash = ${hash}`
    return row ? [{ hash, position, keys: keysOf(words(bytes(row.bytes) ?? new Uint8Array())) }] : []
  })
  if (texts.length === 0 || sql.get`SELECT 1 AS known FROM search WHERE id = ${id}`) return
  for (const { hash, position, keys } of texts)
    sql.run`INSERT INTO search VALUES (${id}, ${position}, ${hash}, ${keys})`
  const keys = texts.map((one) => one.keys).join(BETWEEN)
  sql.run`INSERT INTO search_words (rowid, keys, facets) SELECT ${id}, ${keys}, facets FROM search_facets WHERE "index" = ${index}`
}

function keysOf(words: string): string {
  return wordsOf(words)
    .map((word) => word.key)
    .join(" ")
}

/** Empties the index, inside the caller's transaction, which fills it again up to the archive's end. */
export function clearIndex(archive: Archive): void {
  archive.db.exec("INSERT INTO search_words (search_words) VALUES ('delete-all'); DELETE FROM search")
  archive.setMeta(FILLED, ALL)
}

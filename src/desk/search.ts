import { z } from "zod"
import { id, name } from "#offices/act.ts"
import { excerpt, LONGEST_QUERY, type Piece, parseQuery, type Term } from "#offices/joins/query.ts"
import type { SearchAnswer, SearchHit } from "#offices/joins/screen.ts"
import { type NamedText, textsOf } from "#offices/joins/texts.ts"
import { hex, utf8 } from "#register/bytes.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { fieldsOf } from "./fold.ts"
import type { Filling } from "./search-filling.ts"
import { RECORDS } from "./search-index.ts"

const whole = (most: number) => z.coerce.number().int().min(0).max(most)

/** What is looked for, as a screen or a script asks for it. Nobody but this desk ever learns of it. */
const query = z.strictObject({
  q: z.string().max(LONGEST_QUERY),
  order: z.enum(["best", "newest"]).default("best"),
  line: id.optional(),
  by: name.optional(),
  precedence: z.enum(PRECEDENCES).optional(),
  /** Days of UTC, the last one included. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  offset: whole(10_000).default(0),
  limit: whole(200).default(30),
})
type Query = z.output<typeof query>

export type SearchRefusal = { refused: "search.malformed" | "search.empty" }

/** Looks through the texts of every record that this desk holds, on all lines. */
export type Search = (asked: unknown) => SearchAnswer | SearchRefusal

/** Opens the search of an archive. */
export function openSearch(archive: Archive, filling: Filling): Search {
  return (asked) => {
    const parsed = query.safeParse(asked)
    if (!parsed.success) return { refused: "search.malformed" }
    const terms = parseQuery(parsed.data.q)
    if (terms.length === 0) return { refused: "search.empty" }
    filling.catchUp()
    const found = find(archive, parsed.data, terms)
    const hits = found.slice(0, parsed.data.limit).map((hit) => hitOf(archive, hit, terms))
    return { hits, more: found.length > parsed.data.limit, filling: filling.progress() ?? null }
  }
}

/** A word that stands in more records than this is no help to find one: the newest of them are ranked. */
const MOST_RANKED = 20_000

/** One more than was asked for, where there are more. */
function find(archive: Archive, asked: Query, terms: readonly Term[]): number[] {
  const { sql } = archive
  const { order, limit, offset } = asked
  const match = expression(asked, terms)
  const first = indexAt(archive, asked.from && `${asked.from}T00:00:00.000Z`) * RECORDS
  const end = asked.to === undefined ? Number.MAX_SAFE_INTEGER : indexAt(archive, dayAfter(asked.to)) * RECORDS
  const rows =
    order === "newest"
      ? sql.all`SELECT rowid AS id FROM search_words WHERE search_words MATCH ${match} AND rowid >= ${first} AND rowid < ${end}
          ORDER BY rowid DESC LIMIT ${limit + 1} OFFSET ${offset}`
      : sql.all`SELECT id FROM (SELECT rowid AS id, rank FROM search_words
            WHERE search_words MATCH ${match} AND rowid >= ${first} AND rowid < ${end} ORDER BY rowid DESC LIMIT ${MOST_RANKED})
          ORDER BY rank, id DESC LIMIT ${limit + 1} OFFSET ${offset}`
  return rows.map((row) => number(row.id))
}

/**
 * The question in FTS5's language. Whoever typed it chose nothing in here but the letters and digits of keys, and these
 * stand in quotation marks.
 */
function expression({ line, by, precedence }: Query, terms: readonly Term[]): string {
  const words = terms.map(
    ({ ways, prefix }) => `(${ways.map((keys) => `${quoted(keys.join(" "))}${prefix ? " *" : ""}`).join(" OR ")})`,
  )
  const facets = [
    ...(line === undefined ? [] : [`line${line}`]),
    ...(by === undefined ? [] : [`by${hex(utf8(by))}`]),
    ...(precedence === undefined ? [] : [`of${precedence}`]),
  ]
  const narrowed = facets.map((facet) => ` AND facets : ${quoted(facet)}`).join("")
  return `keys : (${words.join(" AND ")})${narrowed}`
}

function quoted(keys: string): string {
  return `"${keys.replaceAll('"', "")}"`
}

function dayAfter(day: string): string {
  return new Date(Date.parse(day) + 86_400_000).toISOString()
}

/** The first index that was stamped at this instant or later. Stamps never go back, so halves are enough. */
function indexAt({ sql, meta }: Archive, at: string | undefined): number {
  let [low, high] = [0, at === undefined ? 0 : Number(meta("next") ?? 0)]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const row = sql.get`SELECT "index", at FROM envelope WHERE "index" >= ${middle} ORDER BY "index" LIMIT 1`
    if (row && (text(row.at) ?? "") < (at ?? "")) low = number(row.index) + 1
    else high = middle
  }
  return low
}

function hitOf(archive: Archive, found: number, terms: readonly Term[]): SearchHit {
  const { sql } = archive
  const [index, place] = [Math.floor(found / RECORDS), found % RECORDS]
  const row = sql.get`SELECT r.kind, r.line, r.matter, r.fields, r.refused, e.sender, e.serial, e.at, e.precedence, m.office
    FROM record r JOIN envelope e ON e."index" = r."index" LEFT JOIN matter m ON m.line = r.line AND m.id = r.matter
    WHERE r."index" = ${index} AND r.number = ${place}`
  if (!row) throw new Error(`the index of the archive knows a record that is not there: ${index}/${place}`)
  const [line, matter, act] = [text(row.line) ?? "", text(row.matter) ?? "", text(row.kind) ?? ""]
  const fields: unknown = fieldsOf(text(row.fields) ?? "")
  const title = titleOf(archive, line, matter)
  const excerpts = textsOf(act, fields)
    .filter(({ hash }) => hash !== title?.hash)
    .flatMap((named) => clearText(archive, named) ?? [])
    .map((body) => excerpt(body, terms))
  return {
    ...{ line, matter, act, index, number: place, by: text(row.sender) ?? "", serial: number(row.serial) },
    ...{ at: text(row.at) ?? "", precedence: text(row.precedence) ?? "", refused: text(row.refused) ?? null },
    office: text(row.office) ?? null,
    language: languageOf(fields),
    title: title && excerpt(title.text, terms).pieces,
    titleLanguage: title?.language ?? null,
    excerpt: best(excerpts),
  }
}

function best(excerpts: readonly { pieces: Piece[]; found: number }[]): Piece[] {
  return excerpts.toSorted((a, b) => b.found - a.found)[0]?.pieces ?? []
}

/** The subject of the act that opened the matter, as far as it has one and this desk still holds it. */
function titleOf(archive: Archive, line: string, matter: string) {
  const row = archive.sql.get`SELECT kind, fields FROM record WHERE matter = ${matter} AND line = ${line}
    ORDER BY "index", number LIMIT 1`
  const fields: unknown = fieldsOf(text(row?.fields) ?? "")
  const named = textsOf(text(row?.kind) ?? "", fields).find(({ field }) => field === "subject")
  const clear = named && clearText(archive, named)
  return named && clear !== undefined ? { hash: named.hash, text: clear, language: languageOf(fields) } : null
}

function languageOf(fields: unknown): string | null {
  const language = typeof fields === "object" && fields !== null && "language" in fields ? fields.language : undefined
  return typeof language === "string" ? language : null
}

/** What people read of a text; undefined where it was erased or is not of its form. */
function clearText({ sql }: Archive, { hash, words }: NamedText): string | undefined {
  const row = sql.get`SELECT bytes FROM text WHERE hash = ${hash}`
  return (row && words(bytes(row.bytes) ?? new Uint8Array())) || undefined
}

import { beginnings, type Word, wordsOf } from "./spelling.ts"

/**
 * One part of what is looked for: words that follow each other, the last of which may only begin like this. `ways` are
 * the keys that mean the same.
 */
export type Term = { ways: readonly (readonly string[])[]; prefix: boolean }

/** A stretch of a text, and whether it was looked for. */
export type Piece = { text: string; hit: boolean }

export const LONGEST_QUERY = 200
const MOST_TERMS = 16

/** Any language's quotation marks open or close a phrase, except inside a word, where ” is a sign for ъ. */
const QUOTE = /(?<![\p{L}\p{N}])["“”„«»]|["“”„«»](?![\p{L}\p{N}])/u

/**
 * What somebody typed, as terms that must all be found: words in quotation marks as a phrase of whole words, every
 * other one by its beginning, one with a hyphen or a point as a phrase. Nothing typed is an operator. Empty where
 * nothing in it can be looked for; what is beyond 16 terms is left out.
 */
export function parseQuery(typed: string): Term[] {
  const parts = typed.slice(0, LONGEST_QUERY).split(QUOTE)
  const terms = parts.flatMap((part, i) => {
    // The last quotation mark may be missing its other one: then what follows it are plain words.
    const quoted = i % 2 === 1 && i < parts.length - 1
    return quoted ? phrase(part) : part.split(/\s+/u).flatMap(begun)
  })
  return terms.slice(0, MOST_TERMS)
}

function phrase(typed: string): Term[] {
  const keys = wordsOf(typed).map((word) => word.key)
  return keys.length === 0 ? [] : [{ ways: [keys], prefix: false }]
}

function begun(typed: string): Term[] {
  const words = wordsOf(typed)
  const last = words.pop()
  if (!last) return []
  const before = words.map((word) => word.key)
  const ways = beginnings(typed.slice(last.start, last.end)).map((key) => [...before, key])
  return [{ ways, prefix: true }]
}

/** Which words of a text each term was found at; nothing for a term that is not in this text. */
export function findTerms(
  words: readonly Word[],
  terms: readonly Term[],
): { term: number; from: number; to: number }[] {
  return terms.flatMap((term, number) =>
    term.ways.flatMap((way) =>
      words.flatMap((_, from) => {
        const found = way.every((key, i) => isFound(words[from + i]?.key, key, term.prefix && i === way.length - 1))
        return found ? [{ term: number, from, to: from + way.length }] : []
      }),
    ),
  )
}

function isFound(key: string | undefined, wanted: string, prefix: boolean): boolean {
  return key !== undefined && (prefix ? key.startsWith(wanted) : key === wanted)
}

/** Words of an excerpt, and how many of them stand before the first hit. */
const WINDOW = 24
const BEFORE = 6
/** Who writes a text chooses its length and that of its words: no more than this is read, or shown of it. */
const MOST_READ = 100_000
const MOST_SHOWN = 400

/**
 * The part of a text in which most of the terms stand, in pieces, every hit marked; the text's beginning where none
 * does. White space is one space; an ellipsis says that the text goes on. `found`: how many of the terms stand in it.
 */
export function excerpt(whole: string, terms: readonly Term[], most = WINDOW): { pieces: Piece[]; found: number } {
  const text = whole.slice(0, MOST_READ)
  const words = wordsOf(text)
  const hits = findTerms(words, terms)
  const { first, found } = densest(hits, most)
  const from = Math.max(0, first - BEFORE)
  const to = Math.min(words.length, from + most)
  const start = from === 0 ? 0 : (words[from]?.start ?? 0)
  const end = Math.min(start + MOST_SHOWN, to === words.length ? text.length : (words[to - 1]?.end ?? text.length))
  const marked = new Set(hits.flatMap((hit) => Array.from({ length: hit.to - hit.from }, (_, i) => hit.from + i)))
  const inside = words.slice(from, to).filter((word, i) => marked.has(from + i) && word.end <= end)
  const pieces = split(text, start, end, inside)
  if (from > 0) pieces.unshift({ text: "… ", hit: false })
  if (end < whole.trimEnd().length) pieces.push({ text: " …", hit: false })
  return { pieces, found }
}

/** The first word of the stretch that holds the most different terms, the earliest of such stretches. */
function densest(hits: readonly { term: number; from: number }[], most: number): { first: number; found: number } {
  const sorted = hits.toSorted((a, b) => a.from - b.from)
  let best = { first: 0, found: 0 }
  for (const [i, { from }] of sorted.entries()) {
    const terms = new Set<number>()
    for (let k = i; k < sorted.length && (sorted[k]?.from ?? 0) < from + most - BEFORE; k++)
      terms.add(sorted[k]?.term ?? 0)
    if (terms.size > best.found) best = { first: from, found: terms.size }
  }
  return best
}

function split(text: string, start: number, end: number, hits: readonly Word[]): Piece[] {
  const pieces: Piece[] = []
  const put = (from: number, to: number, hit: boolean) => {
    if (to > from) pieces.push({ text: text.slice(from, to).replaceAll(/\s+/gu, " "), hit })
  }
  let at = start
  for (const hit of hits) {
    put(at, hit.start, false)
    put(hit.start, hit.end, true)
    at = hit.end
  }
  put(at, end, false)
  return pieces
}

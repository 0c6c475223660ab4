import type { Charter } from "#offices/roll/charter.ts"
import type { Language } from "#sheet/words.ts"
import type { PaperData, Spoken } from "./job.ts"
import { wordsIn } from "./words.ts"

const LANGUAGES: readonly Language[] = ["en", "uk", "ru"]
const SHORT_HASH = 16

/** The frame of a paper: `hash` names the document, `at` is the instant up to which it tells. */
export function frameOf(charter: Charter, language: Language, title: string, hash: string, at: string): PaperData {
  const instant = new Date(at)
  const short = hash.slice(0, SHORT_HASH).replaceAll(/.{4}(?=.)/g, "$& ")
  return {
    language,
    title: `${title} ${short}`,
    date: [
      ...[instant.getUTCFullYear(), instant.getUTCMonth() + 1, instant.getUTCDate()],
      ...[instant.getUTCHours(), instant.getUTCMinutes(), instant.getUTCSeconds()],
    ],
    exercise: charter.exercise ? inThree("paper.exercise", language, hash) : [],
    transmits: inThree("paper.transmits", language, hash),
    hash: `SHA-256 ${short}`,
    pages: wordsIn(language)("paper.pages", { page: "{page}", pages: "{pages}" }),
  }
}

/** A sentence in the three languages: the paper's own first; the others change places from document to document. */
export function inThree(word: "paper.exercise" | "paper.transmits", language: Language, document: string): Spoken[] {
  const others = LANGUAGES.filter((one) => one !== language)
  const turned = Number.parseInt(document.slice(-1), 16) % 2 === 1 ? others.toReversed() : others
  return [language, ...turned].map((one) => ({ language: one, text: wordsIn(one)(word) }))
}

/** An instant as papers write it: UTC, to the second. */
export function utc(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`
}

/** The day after one in the calendar, `2026-12-31` to `2027-01-01`. */
export function nextDay(day: string): string {
  return new Date(Date.parse(`${day}T00:00:00.000Z`) + 86_400_000).toISOString().slice(0, 10)
}

import type { Charter } from "#offices/roll/charter.ts"
import type { Language } from "#sheet/words.ts"
import type { PaperData, Spoken } from "./job.ts"
import { wordsIn } from "./words.ts"

const LANGUAGES: readonly Language[] = ["en", "uk", "ru"]
const SHORT_HASH = 16

/** The frame of a paper: `hash` names the document, `at` is the instant up to which it tells. */
export function frameOf(charter: Charter, language: Language, title: string, hash: string, at: string): PaperData {
  const spoken = (word: "paper.exercise" | "paper.transmits"): Spoken[] =>
    inOrder(language, hash).map((one) => ({ language: one, text: wordsIn(one)(word) }))
  const instant = new Date(at)
  const short = hash.slice(0, SHORT_HASH).replaceAll(/.{4}(?=.)/g, "$& ")
  return {
    language,
    title: `${title} ${short}`,
    date: [
      ...[instant.getUTCFullYear(), instant.getUTCMonth() + 1, instant.getUTCDate()],
      ...[instant.getUTCHours(), instant.getUTCMinutes(), instant.getUTCSeconds()],
    ],
    exercise: charter.exercise ? spoken("paper.exercise") : [],
    transmits: spoken("paper.transmits"),
    hash: `SHA-256 ${short}`,
    pages: wordsIn(language)("paper.pages", { page: "{page}", pages: "{pages}" }),
  }
}

/** The paper's own language first; the other two change places from document to document. */
function inOrder(language: Language, hash: string): Language[] {
  const others = LANGUAGES.filter((one) => one !== language)
  return [language, ...(Number.parseInt(hash.slice(-1), 16) % 2 === 1 ? others.toReversed() : others)]
}

/** An instant as papers write it: UTC, to the second. */
export function utc(at: string): string {
  return `${at.slice(0, 10)} ${at.slice(11, 19)}`
}

import type { DeskStatus } from "#offices/joins/screen.ts"
import { LANGUAGES, type Language } from "../words.ts"

type Term = DeskStatus["glossary"][number]

/** Letters of a word that its endings leave alone: enough to find a term again in another case or number. */
function stem(word: string): string {
  return word.length > 5 ? word.slice(0, Math.max(4, word.length - 3)) : word
}

function words(text: string): string[] {
  return text.toLocaleLowerCase().match(/\p{L}[\p{L}'’-]*/gu) ?? []
}

/** What a term says in one language, without what stands in brackets or after a stroke beside it. */
function forms(term: string): string[][] {
  return term
    .replaceAll(/\([^)]*\)/g, "")
    .split(/[/,]/)
    .map((form) => words(form).map(stem))
    .filter((form) => form.length > 0)
}

/** Terms of the charter's glossary that a text in this language uses, whatever their endings; in the glossary's order. */
export function termsIn(text: string, language: Language, glossary: readonly Term[]): Term[] {
  const said = words(text)
  const begins = (at: number, form: readonly string[]) => form.every((part, i) => said[at + i]?.startsWith(part))
  return glossary.filter((term) => forms(term[language]).some((form) => said.some((_, at) => begins(at, form))))
}

/** The other languages of a term. */
export function others(language: Language): Language[] {
  return LANGUAGES.filter((one) => one !== language)
}

import { createContext, useContext } from "react"
import { useIntl } from "react-intl"
import type calls from "#words/en/calls.json"
import type check from "#words/en/check.json"
import type courier from "#words/en/courier.json"
import type desk from "#words/en/desk.json"
import type duty from "#words/en/duty.json"
import type files from "#words/en/files.json"
import type lines from "#words/en/lines.json"
import type officers from "#words/en/officers.json"
import type paper from "#words/en/paper.json"
import type refusals from "#words/en/refusals.json"
import type register from "#words/en/register.json"
import type relay from "#words/en/relay.json"
import type roll from "#words/en/roll.json"
import type search from "#words/en/search.json"
import type stop from "#words/en/stop.json"
import type templates from "#words/en/templates.json"
import type translation from "#words/en/translation.json"
import type watch from "#words/en/watch.json"

export const LANGUAGES = ["en", "uk", "ru"] as const
export type Language = (typeof LANGUAGES)[number]

export function isLanguage(value: string): value is Language {
  return LANGUAGES.some((language) => language === value)
}

/** Every key of the catalogues that screens read; a key that is not there does not compile. */
export type WordId =
  | keyof typeof courier
  | keyof typeof desk
  | keyof typeof duty
  | keyof typeof files
  | keyof typeof lines
  | keyof typeof officers
  | keyof typeof paper
  | keyof typeof refusals
  | keyof typeof register
  | keyof typeof relay
  | keyof typeof roll
  | keyof typeof search
  | keyof typeof stop
  | keyof typeof watch
  | keyof typeof translation
  | keyof typeof check
  | keyof typeof calls
  | keyof typeof templates
export type Words = Record<string, string>

const loads: Record<Language, () => Promise<{ words: Words }>> = {
  en: () => import("./words/en.ts"),
  uk: () => import("./words/uk.ts"),
  ru: () => import("./words/ru.ts"),
}

/** The catalogue of one language; languages never mix. */
export async function loadWords(language: Language): Promise<Words> {
  return (await loads[language]()).words
}

export const LanguageContext = createContext<{ language: Language; choose(language: Language): void }>({
  language: "en",
  choose: () => undefined,
})

export function useLanguage() {
  return useContext(LanguageContext)
}

type Values = Record<string, string | number>

/** `t` says a word of the catalogue; `code` says a code that came from the desk, in the words of its family. */
export function useWords() {
  const intl = useIntl()
  return {
    t: (id: WordId, values?: Values): string => intl.formatMessage({ id }, values),
    code: (
      family:
        | "audited"
        | "refused"
        | "fault"
        | "act"
        | "translation-kind"
        | "purpose"
        | "call-role"
        | "read-back"
        | "roll-act"
        | "alert",
      code: string,
    ): string => {
      const id = `${family}.${code}`
      return id in intl.messages
        ? intl.formatMessage({ id })
        : intl.formatMessage({ id: `${family}.unknown` satisfies WordId }, { code })
    },
  }
}
export type Translate = ReturnType<typeof useWords>["t"]

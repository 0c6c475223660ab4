import { IntlMessageFormat } from "intl-messageformat"
import type { Language } from "#sheet/words.ts"
import enCalls from "#words/en/calls.json" with { type: "json" }
import enDuty from "#words/en/duty.json" with { type: "json" }
import enLines from "#words/en/lines.json" with { type: "json" }
import enPaper from "#words/en/paper.json" with { type: "json" }
import enRefusals from "#words/en/refusals.json" with { type: "json" }
import enRoll from "#words/en/roll.json" with { type: "json" }
import enStop from "#words/en/stop.json" with { type: "json" }
import enTemplates from "#words/en/templates.json" with { type: "json" }
import enTranslation from "#words/en/translation.json" with { type: "json" }
import ruCalls from "#words/ru/calls.json" with { type: "json" }
import ruDuty from "#words/ru/duty.json" with { type: "json" }
import ruLines from "#words/ru/lines.json" with { type: "json" }
import ruPaper from "#words/ru/paper.json" with { type: "json" }
import ruRefusals from "#words/ru/refusals.json" with { type: "json" }
import ruRoll from "#words/ru/roll.json" with { type: "json" }
import ruStop from "#words/ru/stop.json" with { type: "json" }
import ruTemplates from "#words/ru/templates.json" with { type: "json" }
import ruTranslation from "#words/ru/translation.json" with { type: "json" }
import ukCalls from "#words/uk/calls.json" with { type: "json" }
import ukDuty from "#words/uk/duty.json" with { type: "json" }
import ukLines from "#words/uk/lines.json" with { type: "json" }
import ukPaper from "#words/uk/paper.json" with { type: "json" }
import ukRefusals from "#words/uk/refusals.json" with { type: "json" }
import ukRoll from "#words/uk/roll.json" with { type: "json" }
import ukStop from "#words/uk/stop.json" with { type: "json" }
import ukTemplates from "#words/uk/templates.json" with { type: "json" }
import ukTranslation from "#words/uk/translation.json" with { type: "json" }

const catalogues = {
  en: {
    ...enCalls,
    ...enDuty,
    ...enRoll,
    ...enLines,
    ...enRefusals,
    ...enPaper,
    ...enStop,
    ...enTemplates,
    ...enTranslation,
  },
  uk: {
    ...ukCalls,
    ...ukDuty,
    ...ukRoll,
    ...ukLines,
    ...ukRefusals,
    ...ukPaper,
    ...ukStop,
    ...ukTemplates,
    ...ukTranslation,
  },
  ru: {
    ...ruCalls,
    ...ruDuty,
    ...ruRoll,
    ...ruLines,
    ...ruRefusals,
    ...ruPaper,
    ...ruStop,
    ...ruTemplates,
    ...ruTranslation,
  },
}
/** How a note verbale is called in each language of the office. */
export const NOTE_TITLES = Object.values(catalogues).map((words) => words["template.note-verbale"])
type PaperWord = keyof typeof catalogues.en

/** Says sentences of one language's catalogues on paper. */
export type Say = {
  (word: PaperWord, values?: Readonly<Record<string, string | number>>): string
  /** The sentence for a code from a closed list; a code that this release does not know stands for itself. */
  code(family: string, code: string): string
}

/** The words of a paper in one language. */
export function wordsIn(language: Language): Say {
  const words: Record<string, string> = catalogues[language]
  const format = (message: string, values: Readonly<Record<string, string | number>>) =>
    String(new IntlMessageFormat(message, language, undefined, { ignoreTag: true }).format({ ...values }))
  return Object.assign((word: PaperWord, values = {}) => format(words[word] ?? "", values), {
    code: (family: string, code: string) => {
      const key = `${family}.${code}`
      return Object.hasOwn(words, key) ? format(words[key] ?? "", { code }) : code
    },
  })
}

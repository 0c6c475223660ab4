import en from "#words/en/templates.json" with { type: "json" }
import ru from "#words/ru/templates.json" with { type: "json" }
import uk from "#words/uk/templates.json" with { type: "json" }
import type { Language } from "../words.ts"

const CATALOGUES = { en, uk, ru }

/** How a note verbale is called in each language of the office. */
export const NOTE_TITLES = [en, uk, ru].map((words) => words["template.note-verbale"])

/** Notes that recur; each has a name, a subject and a text in every language of the office. */
export const TEMPLATES = ["note-verbale", "notify", "ask", "holding", "correct", "outage"] as const
export type Template = (typeof TEMPLATES)[number]

/**
 * A template in the language of the text that is written, which need not be the screen's, with the names of author and
 * addressee put in. What the officer has to fill in stands in square brackets.
 */
export function fillTemplate(
  template: Template,
  language: Language,
  names: { from: string; to: string },
): { subject: string; body: string } {
  const words = CATALOGUES[language]
  const fill = (text: string) => text.replaceAll("{from}", names.from).replaceAll("{to}", names.to)
  return { subject: fill(words[`template.${template}.subject`]), body: fill(words[`template.${template}.body`]) }
}

import { IntlMessageFormat } from "intl-messageformat"
import type { Charter } from "#offices/roll/charter.ts"
import en from "#words/en/sheet.json" with { type: "json" }
import ru from "#words/ru/sheet.json" with { type: "json" }
import uk from "#words/uk/sheet.json" with { type: "json" }

export type Language = keyof Charter["name"]
export type SheetWord = keyof typeof en

const catalogues: Record<Language, Record<SheetWord, string>> = { en, uk, ru }

/** Whether the catalogues have this word: for codes that came from outside. */
export function isSheetWord(word: string): word is SheetWord {
  return Object.hasOwn(en, word)
}

/**
 * A sentence of the catalogue. Those of a template hold plain `{name}` places only: plurals, numbers and dates would
 * depend on the reader's release of Unicode's data, and the readable part is compared byte for byte.
 */
export function say(language: Language, word: SheetWord, values: Readonly<Record<string, string>> = {}): string {
  const message = new IntlMessageFormat(catalogues[language][word], language, undefined, { ignoreTag: true })
  return String(message.format({ ...values }))
}

// Control, formatting and invisible characters that could reorder, hide or forge what a reader sees, as ranges in hex. A
// list and not a Unicode category, because categories grow with the runtime.
const UNPRINTABLE = [
  ...["0-1f", "7f-9f", "ad-ad", "34f-34f", "61c-61c", "115f-1160", "17b4-17b5", "180b-180f", "200b-200f", "2028-202e"],
  ...["2060-206f", "3164-3164", "fe00-fe0f", "feff-feff", "ffa0-ffa0", "fff0-fffb", "e0000-e0fff"],
].map((range) =>
  range
    .split("-")
    .map((end) => `\\u{${end}}`)
    .join("-"),
)
// A backslash that begins "\u{" too, so that no text can look as if it had been escaped.
const ESCAPED = new RegExp(`[${UNPRINTABLE.join("")}]|\\\\(?=u\\{)`, "gu")

/** Text from outside as it may stand in a line that people read: what cannot be seen is written `\u{hex}`. */
export function plain(text: string): string {
  return text.replaceAll(ESCAPED, (sign) => `\\u{${sign.codePointAt(0)?.toString(16)}}`)
}

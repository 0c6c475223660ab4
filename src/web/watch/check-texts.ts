import en from "#words/en/check-texts.json" with { type: "json" }
import ru from "#words/ru/check-texts.json" with { type: "json" }
import uk from "#words/uk/check-texts.json" with { type: "json" }

const LISTS = [en, uk, ru].map((catalogue) => catalogue["check-text.words"].split(" "))
const WORDS = 4
const HALF_DAY = 12 * 3_600_000

/**
 * The text of a line check: four neutral words in each language, others at each check, so that over some days every
 * letter of the three alphabets has passed. The lists hold no name, place, date, weapon or creature (handbook §5, 19).
 */
export function checkText(slot: string): string {
  const turn = Math.floor(Date.parse(slot) / HALF_DAY)
  return LISTS.map((list) =>
    Array.from({ length: WORDS }, (_, i) => list[(turn * WORDS + i) % list.length]).join(" "),
  ).join("\n")
}

/** The words of a text as they are compared: case, spaces and punctuation carry nothing. */
export function wordsOfCheck(text: string): string[] {
  return (
    text
      .toLocaleLowerCase()
      .normalize("NFC")
      .match(/[\p{L}\p{N}’'-]+/gu) ?? []
  )
}

/** Words of what was read back, each with whether it stands so in the text; a word too few makes the last one false. */
export function compareReadBack(
  text: string,
  readBack: string,
): { same: boolean; words: { word: string; same: boolean }[] } {
  const [asked, said] = [wordsOfCheck(text), wordsOfCheck(readBack)]
  const words = said.map((word, i) => ({ word, same: asked[i] === word }))
  return { same: words.every((one) => one.same) && asked.length === said.length, words }
}

/**
 * One form for the spellings of a word in three scripts: whoever looks for a name in Ukrainian, Russian or Latin
 * letters finds it in the others. Letters fall together where the published romanisations (Ukrainian 2010, Russian GOST
 * 1983 and BGN) or the two alphabets write one sound differently; what falls together too often costs a hit too many,
 * never one too few. Nothing here is shown to anybody: it is only compared.
 */

/** A word in a text, by UTF-16 offsets, with the key under which it is found. */
export type Word = { start: number; end: number; key: string }

/** Signs that stand inside a word: apostrophes, signs for ь and ъ, a dot between letters, signs without a width. */
const JOINERS = "'’ʼ′‵ʹ`´ʺ″”·\u00ad\u200b-\u200d\u2060\ufeff"
const LETTER = "\\p{L}\\p{N}\\p{M}"
const WORD = new RegExp(`[${LETTER}]+(?:[${JOINERS}]+[${LETTER}]+)*`, "gu")

// Longer ones are runs without a space, such as keys in a text: their beginning finds them.
const LONGEST_KEY = 64

/** What a letter is compared as; one that is not here stands for itself. Г, ґ, х, g, h and kh are all `h`. */
const LETTERS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ а: "a", б: "b", в: "v", г: "h", ґ: "h", д: "d", е: "e", є: "e", ж: "zh", з: "z", и: "i", і: "i", ј: "i" },
    ...{ к: "k", л: "l", м: "m", н: "n", о: "o", п: "p", р: "r", с: "s", т: "t", у: "u", ф: "f", х: "h", ц: "ts" },
    ...{ ч: "tsh", ш: "sh", щ: "shtsh", ъ: "", ы: "i", ь: "", э: "e", ю: "iu", я: "ia", ѣ: "e", ѳ: "f", ѵ: "i" },
    ...{ c: "ts", g: "h", j: "i", q: "k", w: "v", x: "ks", y: "i", ı: "i", ł: "l", đ: "d", ø: "o", ß: "ss", æ: "ae" },
    // The same letters as they are written as one sign, so that most words need not be taken apart.
    ...{ й: "i", ї: "i", ё: "e", "'": "", "’": "", ʼ: "" },
    ...Object.fromEntries([..."abdefhiklmnoprstuvz0123456789"].map((letter) => [letter, letter])),
  }),
)

/** A caron makes an h of what it stands on, as in the romanisations of ж, ч, ш: ž, č, š. */
const CARON = "\u030c"
const OTHER_SIGNS = /[^\p{L}\p{N}]/gu

/** The words of a text in their order; a word without a letter or digit of its own is none. */
export function wordsOf(text: string): Word[] {
  const words: Word[] = []
  for (const match of text.matchAll(WORD)) {
    const key = searchKey(match[0])
    if (key !== "") words.push({ start: match.index, end: match.index + match[0].length, key })
  }
  return words
}

/** The key of one word: lower-case letters and digits, at most 64 signs; empty where nothing is left of it. */
export function searchKey(word: string): string {
  const key = merged(soundsOf(word.toLowerCase()))
  return key.length <= LONGEST_KEY ? key : key.slice(0, LONGEST_KEY).replace(/[\ud800-\udbff]$/, "")
}

function soundsOf(lower: string): string {
  let sounds = ""
  for (const letter of lower) {
    const sound = LETTERS.get(letter)
    if (sound === undefined) return soundsApart(lower)
    sounds += sound
  }
  return sounds
}

/** The same with every letter taken apart from the signs above and below it. */
function soundsApart(lower: string): string {
  let sounds = ""
  for (const letter of lower.normalize("NFKD").toLowerCase())
    sounds += letter === CARON ? caronAfter(sounds) : (LETTERS.get(letter) ?? letter)
  return sounds.replaceAll(OTHER_SIGNS, "")
}

function caronAfter(sounds: string): string {
  return /[sz]$/.test(sounds) ? "h" : ""
}

const MERGING = /kh|ie|(\p{L})\1/u

/** Joins what one alphabet writes with one sign more than another: kh and h, ie and e, one letter twice. */
function merged(sounds: string): string {
  if (!MERGING.test(sounds)) return sounds
  return sounds
    .replaceAll(/k+h+/g, "h")
    .replaceAll(/i+e/g, "e")
    .replaceAll(/(\p{L})\1+/gu, "$1")
}

/**
 * Every key with which a word begins that begins like this: the word's own, and those into which its last letter falls
 * with the next one (`ki` begins Kyieva, which is `keva`; Latin `k` begins Kharkiv, which is `harkiv`).
 */
export function beginnings(word: string): string[] {
  const key = searchKey(word)
  const others = [
    ...(key.endsWith("i") ? [merged(`${key}e`)] : []),
    ...(/[kKqQ]\P{L}*$/u.test(word) ? [merged(`${key}h`)] : []),
  ]
  return [...new Set([key, ...others])]
}

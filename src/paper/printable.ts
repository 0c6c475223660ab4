/**
 * Signs that the fonts of the papers show and that run from left to right, as ranges in hex: Latin, Greek, Cyrillic,
 * Armenian, Georgian and the usual marks. Everything else is written as its number, so that it is neither an empty box nor lost.
 */
export const SHOWN = [
  ...["20-7e", "a0-ac", "ae-2e9", "300-34e", "370-377", "37a-37f", "384-38a", "38c-38c", "38e-3a1", "3a3-525"],
  ...["531-556", "559-55f", "561-587", "589-58a", "10d0-10fc", "1e00-1efb", "2010-2027", "202f-205f", "2070-2071"],
  ...["2074-208e", "20a0-20b5", "20bd-20bd", "2100-2109", "210b-2149", "2150-2185", "2190-2311", "2460-2469"],
  ...["2500-269c"],
]
const UNSHOWN = new RegExp(`[^${SHOWN.map((range) => range.replaceAll(/[0-9a-f]+/g, "\\u{$&}")).join("")}]`, "gu")
// More than two marks on one letter reach into the lines above and below it.
const HEAPED = /(?<=[\u0300-\u034e]{2})[\u0300-\u034e]/gu
/** A word longer than this may be broken anywhere; a hash fits a line and stays whole. */
const LONG_WORD = /[^\s]{31,}/gu
const HASH = /^[0-9a-f]{64}\W?$/

/**
 * What `plain` has made of a text from outside, as it may stand on paper: one line, no sign that is not seen, no word
 * wider than the page. Numbers of signs are written as `plain` writes them.
 */
export function printable(plain: string): string {
  return plain
    .replaceAll(UNSHOWN, byNumber)
    .replaceAll(HEAPED, byNumber)
    .replaceAll(LONG_WORD, (word) =>
      HASH.test(word) ? word : word.replaceAll(/.{8}(?![\u0300-\u034e]|$)/gu, "$&\u200b"),
    )
}

function byNumber(sign: string): string {
  return `\\u{${sign.codePointAt(0)?.toString(16)}}`
}

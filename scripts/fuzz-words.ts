import { isDeepStrictEqual } from "node:util"
import { rules } from "#offices/index.ts"
import { parseRecord } from "#offices/judge.ts"
import { formatStop, LONGEST_ANSWER, parseStop, STOP_FIELDS } from "#offices/lines/stop.ts"
import { formatWords } from "#offices/lines/words.ts"
import { checkCarried } from "#offices/release.ts"
import { utf8 } from "#register/bytes.ts"
import { parseJson } from "#register/json.ts"
import { textHash } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signRelease } from "#seal/release.ts"
import { type Chance, instant, words } from "./fuzz-chance.ts"
import { changed, nested, strangeValue } from "./fuzz-change.ts"
import { crypto, deskOf, NAMES, office, roll } from "./fuzz-office.ts"
import { textOf } from "./fuzz-register.ts"
import { type Parser, REFUSED, same } from "./fuzz-run.ts"

const [SECRETARIAT, AUTHOR, ADDRESSEE] = NAMES
const SALT = new Uint8Array(32).fill(7)
const hashOf = (text: string) => textHash(nodeCrypto, { salt: SALT, bytes: utf8(text) })
const sent = rules.get(1)?.get("message.sent")
if (!sent) throw new Error("there are no rules for a message")
const kind = sent

/** A relayed message as its texts travel: the release, the words that it covers, and what the message itself says. */
type Relayed = { note: string; covered: string; subject: string; body: string; language: string; form: string }

function relayed(chance: Chance): Relayed {
  const said = {
    language: chance.of(["en", "uk", "ru"]),
    form: chance.of(["words", "words", "emergency-stop"]),
    subject: words(chance).replaceAll("\ud800", ""),
    body: words(chance).replaceAll("\ud800", ""),
  }
  const covered = formatWords(said)
  const to = chance.once(6) ? [ADDRESSEE] : [ADDRESSEE, SECRETARIAT]
  const release = { office, id: chance.id(), kind: "message", from: AUTHOR, to: to.toSorted(), at: instant(chance) }
  const note = signRelease({ ...release, text: hashOf(covered) }, deskOf(chance.once(9) ? ADDRESSEE : AUTHOR))
  return { ...said, note, covered }
}

/** The texts of a relayed message as JSON, each of them now and then changed by whoever passes it on. */
const releasedWords: Parser = {
  name: "released-words",
  most: 1 << 20,
  unchanged: true,
  make(chance) {
    const all = Object.entries(relayed(chance)).map(([key, text]) => [
      key,
      chance.once(9) ? changed(text, "", chance, 1 << 16) : text,
    ])
    return JSON.stringify(Object.fromEntries(all))
  },
  async read(input) {
    const { note, covered, subject, body, language, form } = parseJson(textOf(input)) as Relayed
    const all = [note, covered, subject, body]
    // What cannot be written as UTF-8 never was bytes of a body.
    if (!all.every((text) => text.isWellFormed())) return REFUSED
    const texts = new Map(all.map((text) => [hashOf(text), utf8(text)]))
    const [release = "", wordsHash = "", ...own] = all.map(hashOf)
    const record = parseRecord(kind, {
      ...{ matter: "11".repeat(32), language, subject: own[0], body: own[1], release, words: wordsHash },
      ...{ relayed: { attribution: "attributed", from: AUTHOR }, ...(form === "words" ? {} : { form }) },
    })
    if ("refused" in record) return REFUSED
    const line = { id: "22".repeat(32), members: [ADDRESSEE, SECRETARIAT].toSorted() }
    const at = { by: SECRETARIAT, line, secretariat: SECRETARIAT }
    const carried = await checkCarried({ crypto, roll, kind, at, texts }, record)
    if (carried === undefined || typeof carried === "string") return REFUSED
    same(formatWords({ language, form, subject, body }), covered)
    return carried
  },
  documented: () => false,
}

/** The answers of an emergency stop, as a message's text. */
const stops: Parser = {
  name: "stop",
  most: 1 << 22,
  make(chance) {
    const answers = STOP_FIELDS.map((field) => [
      field,
      chance.once(9) ? strangeValue(chance, 2) : words(chance).slice(0, LONGEST_ANSWER[field] + chance.below(2)),
    ])
    const drill = chance.once(2) ? {} : { drill: chance.once(5) ? strangeValue(chance, 1) : true }
    const text = JSON.stringify({ ...Object.fromEntries(answers), ...drill })
    return chance.once(20_000) ? nested(text, chance, 4 << 20) : text
  },
  read(input) {
    const stop = parseStop(textOf(input))
    if (!stop) return REFUSED
    if (!isDeepStrictEqual(parseStop(formatStop(stop)), stop))
      throw new Error("answers are not written as they were read")
    return stop
  },
  documented: () => false,
}

/** The parsers of words that a relay or an emergency stop carries. */
export const WORDS_PARSERS: readonly Parser[] = [releasedWords, stops]

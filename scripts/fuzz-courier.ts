import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { parseNote } from "#register/note.ts"
import {
  type CourierFile,
  formatAnswerFile,
  formatDeskFile,
  formatOrderFile,
  formatSealedFile,
  LONGEST_FILE,
  readCourierFile,
  verifyDeskFile,
  verifyRegistryFile,
} from "#seal/courier.ts"
import { collectPages, formatPages, type Page, parsePage } from "#seal/courier-pages.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Chance, instant, registerSize, wholeNumber } from "./fuzz-chance.ts"
import { changed } from "./fuzz-change.ts"
import { crypto, deskOf, header, NAMES, office, publicPair, registry, stamped } from "./fuzz-office.ts"
import { bytesOf, textOf } from "./fuzz-register.ts"
import { type Parser, REFUSED, same } from "./fuzz-run.ts"
import { envelope } from "./fuzz-wire.ts"

/** A few of what is made, one time in fifty many. */
const some = <T>(chance: Chance, one: () => T): T[] =>
  Array.from({ length: chance.below(chance.once(50) ? 40 : 3) }, one)

/** A courier's file of any of the four kinds. */
function courierFile(chance: Chance): Uint8Array {
  const [to, made] = [chance.of(NAMES), instant(chance)]
  const [after, more] = [registerSize(chance), registerSize(chance)]
  const way = chance.below(6)
  if (way === 0) return formatOrderFile({ office, to, after, made }, registry)
  if (way === 1) return formatSealedFile({ office, to, key: wholeNumber(chance), made, sealed: chance.bytes(50) })
  if (way < 4) {
    const posted = some(chance, () => envelope(chance)).map(({ note, body }) => ({ header: note, body }))
    const stamps = some(chance, () => stamped(chance, header(chance)))
    return formatDeskFile(nodeCrypto, { office, from: to, made, next: after, posted, stamps }, deskOf(to))
  }
  const frames = some(chance, () => envelope(chance)).map(({ header: of, note, body }) => {
    return { kind: "envelope", header: note, stamp: stamped(chance, of), body: chance.once(6) ? null : body } as const
  })
  const mail = { after, until: chance.once(9) ? more : after + BigInt(chance.below(100)) }
  const answers = some(chance, () => stamped(chance, header(chance)))
  const of = chance.once(2) ? chance.id() : null
  return formatAnswerFile(
    nodeCrypto,
    { office, to, of, made, left: wholeNumber(chance), mail, answers, frames },
    registry,
  )
}

const files: Parser = {
  name: "courier",
  most: LONGEST_FILE + 1,
  make: courierFile,
  async read(input) {
    const bytes = bytesOf(input)
    const read = readCourierFile(nodeCrypto, bytes)
    if (read.form === "sealed") return same(formatSealedFile(read.file), bytes)
    // The text names every part by its hash: where it is written as it was read, so are they.
    same(parseNote(fromUtf8(noteIn(written(read)))).text, read.note.text)
    if (read.form === "desk") await verifyDeskFile(crypto, read.note, publicPair(deskOf(read.file.from)))
    else await verifyRegistryFile(crypto, read.note, registry.key)
  },
}

function written(read: Exclude<CourierFile, { form: "sealed" }>): Uint8Array {
  if (read.form === "desk") return formatDeskFile(nodeCrypto, read.file, deskOf(read.file.from))
  return read.form === "answer"
    ? formatAnswerFile(nodeCrypto, read.file, registry)
    : formatOrderFile(read.file, registry)
}

/** The note at the beginning of a file: up to the second empty line. */
function noteIn(file: Uint8Array): Uint8Array {
  const text = Buffer.from(file.buffer, file.byteOffset, file.length)
  return text.subarray(0, text.indexOf("\n\n", text.indexOf("\n\n") + 2) + 1)
}

/** Texts of pages, one a line, as a reader of QR codes hands them on: of one file or two, in any order, some twice. */
const pages: Parser = {
  name: "courier-pages",
  most: 1 << 18,
  make(chance) {
    const whole = () => formatPages(nodeCrypto, chance.bytes(1 + chance.below(chance.once(9) ? 71_400 : 3000))) ?? []
    const texts = chance.once(5) ? [...whole(), ...whole()] : whole()
    for (let i = chance.below(3); i > 0; i--) texts.push(texts[chance.below(texts.length)] ?? "")
    if (chance.once(3)) texts.reverse()
    if (chance.once(3)) texts.splice(chance.below(texts.length), 1)
    return texts.map((text) => (chance.once(6) ? String(changed(text, "", chance, 4096)) : text)).join("\n")
  },
  unchanged: true,
  read(input) {
    const read = textOf(input).split("\n").flatMap(pageOrNothing)
    const collected = collectPages(nodeCrypto, read)
    for (const { hash, of, missing, whole } of collected) {
      if (!whole) {
        if (missing.length === 0) throw new Error("nothing is missing and there is no whole")
        continue
      }
      const again = formatPages(nodeCrypto, whole)
      if (again?.length !== of || !again[0]?.includes(hash.toUpperCase())) throw new Error("a whole has other pages")
    }
    return collected.some(({ whole }) => whole) ? collected : REFUSED
  },
}

/** A text that is no page is passed over, as a desk does. */
function pageOrNothing(text: string): Page[] {
  try {
    return [parsePage(text)]
  } catch (error) {
    if (error instanceof VerificationError) return []
    throw error
  }
}

/** The parsers of what a courier brings. */
export const COURIER_PARSERS: readonly Parser[] = [files, pages]

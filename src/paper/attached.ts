import { inflateSync } from "node:zlib"
import { VerificationError } from "#register/error.ts"

const LONGEST_PAPER = 160 << 20
const LONGEST_ATTACHMENT = 64 << 20
const LONGEST_OBJECT = 4096
const MOST_OBJECTS = 1 << 20

/** Whether these bytes say that they are a PDF. */
export function isPaper(bytes: Uint8Array): boolean {
  return latin1(bytes.subarray(0, 5)) === "%PDF-"
}

/**
 * Takes the one file out of a paper that our press has set, of which whoever hands it on controls every byte. Reads what
 * a viewer of the file would show as its attachment, by the same road: table of objects, catalog, name, file. Anything
 * written otherwise than the press writes it, with changes appended, enciphered or with another number of files, throws
 * `paper.malformed`.
 */
export function attachedTo(paper: Uint8Array): Uint8Array {
  if (paper.length > LONGEST_PAPER) malformed("a paper is too long")
  const { offsets, root } = readTable(paper)
  const object = (number: string | undefined) => readObject(paper, offsets, Number(number))
  const files = one(object(root).text, /\/EmbeddedFiles <<\s+\/Names \[\([^()\\]*\) (\d+) 0 R\]\s+>>/g)
  const file = one(object(files).text, /\/EF <<\s+\/F (\d+) 0 R\s/g)
  const { text, end } = object(file)
  if (!text.includes("/Type /EmbeddedFile\n")) malformed("what a paper names as its file is none")
  const length = Number(one(text, /\/Length (\d{1,9})\n/g))
  const content = paper.subarray(end, end + length)
  if (content.length !== length || !latin1(paper.subarray(end + length, end + length + 11)).startsWith("\nendstream"))
    malformed("the file in a paper is not whole")
  return text.includes("/Filter") ? inflate(text, content) : content
}

/** Where each object begins, and which is the catalog. */
function readTable(paper: Uint8Array): { offsets: readonly number[]; root: string } {
  const tail = latin1(paper.subarray(-LONGEST_OBJECT))
  const trailer = /\ntrailer\n<<\n([^<>]*)>>\nstartxref\n(\d{1,9})\n%%EOF\n?$/.exec(tail)
  const [, entries = "", start = ""] = trailer ?? malformed("a paper does not end as the press ends it")
  if (/\/(?:Prev|Encrypt|XRefStm)\b/.test(entries)) malformed("a paper was changed after it was set")
  const size = Number(one(entries, /\/Size (\d{1,7})\n/g))
  if (size > MOST_OBJECTS) malformed("a paper has too many objects")
  const head = `xref\n0 ${size}\n`
  const from = Number(start) + head.length
  const table = latin1(paper.subarray(Number(start), from + size * 20))
  if (!table.startsWith(head) || table.length !== head.length + size * 20) malformed("a paper has no table of objects")
  const offsets = Array.from({ length: size }, (_, i) => {
    const entry = table.slice(head.length + i * 20, head.length + (i + 1) * 20)
    return /^\d{10} \d{5} n[\r ]\n$/.test(entry) ? Number(entry.slice(0, 10)) : -1
  })
  return { offsets, root: one(entries, /\/Root (\d{1,7}) 0 R\n/g) }
}

/** The text of an object up to its stream or its end, and where that is. */
function readObject(paper: Uint8Array, offsets: readonly number[], number: number): { text: string; end: number } {
  const offset = offsets[number] ?? -1
  if (offset < 0) malformed("a paper names an object that it has not")
  const text = latin1(paper.subarray(offset, offset + LONGEST_OBJECT))
  const whole = /^(\d+) 0 obj\n<<\n[\s\S]*?\n>>\n(?:stream\n|endobj\n)/.exec(text)
  if (!whole || Number(whole[1]) !== number) return malformed("an object of a paper is not where its table says")
  return { text: whole[0], end: offset + whole[0].length }
}

/** The only match of a pattern; what stands there twice could mean either. */
function one(text: string, pattern: RegExp): string {
  const [first, ...more] = text.matchAll(pattern)
  const found = first?.[1]
  if (found === undefined || more.length > 0) return malformed("a paper does not name one file and no other")
  return found
}

function inflate(text: string, content: Uint8Array): Uint8Array {
  if (!text.includes("/Filter /FlateDecode\n")) malformed("the file in a paper is packed in another way than ours")
  try {
    return inflateSync(content, { maxOutputLength: LONGEST_ATTACHMENT })
  } catch (cause) {
    throw new VerificationError("paper.malformed", "the file in a paper does not unpack, or to too much", { cause })
  }
}

function latin1(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("latin1")
}

function malformed(message: string): never {
  throw new VerificationError("paper.malformed", message)
}

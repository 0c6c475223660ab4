import { deflateSync } from "node:zlib"
import { attachedTo } from "#paper/attached.ts"
import type { Chance } from "./fuzz-chance.ts"
import { changed } from "./fuzz-change.ts"
import type { Parser } from "./fuzz-run.ts"

const NAMES = "/Names <<\n/EmbeddedFiles <<\n/Names [(iod-sheet.txt) 2 0 R]\n>>\n>>"
const SPEC = "/EF <<\n/F 3 0 R\n/UF 3 0 R\n>>"

/** A file of three objects in the manner of the press: catalog, name, file; its table fits whatever they became. */
function paper(chance: Chance): Uint8Array {
  const strange = (text: string) => (chance.once(6) ? String(changed(text, "", chance, 4096)) : text)
  const text = Buffer.from(chance.once(9) ? "" : "a sheet\n".repeat(1 + chance.below(50)))
  const packed = chance.once(2)
  const content = packed ? deflateSync(text) : text
  const filter = packed ? "/Filter /FlateDecode\n" : ""
  const length = chance.once(9) ? chance.below(10_000) : content.length
  const file = strange(`/Type /EmbeddedFile\n${filter}/Length ${length}\n`)
  const objects = [
    Buffer.from(`1 0 obj\n<<\n/Type /Catalog\n${strange(NAMES)}\n>>\nendobj\n`),
    Buffer.from(`2 0 obj\n<<\n/Type /Filespec\n${strange(SPEC)}\n>>\nendobj\n`),
    Buffer.concat([Buffer.from(`3 0 obj\n<<\n${file}>>\nstream\n`), content, Buffer.from("\nendstream\nendobj\n")]),
  ]
  const body = Buffer.concat([Buffer.from("%PDF-1.7\n"), ...objects])
  const offsets = objects.map((_, i) => 9 + Buffer.concat(objects.slice(0, i)).length)
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n\r\n`).join("")
  const entries = strange("/Size 4\n/Root 1 0 R\n")
  const end = `trailer\n<<\n${entries}>>\nstartxref\n${body.length}\n%%EOF`
  return Buffer.concat([body, Buffer.from(`xref\n0 4\n0000000000 65535 f\r\n${table}${end}`)])
}

/** The reader that takes a sheet out of a PDF. */
export const PAPER_PARSERS: readonly Parser[] = [
  {
    name: "paper",
    make: paper,
    read: (input) => attachedTo(typeof input === "string" ? Buffer.from(input) : input),
  },
]

import assert from "node:assert/strict"
import { spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { before, test } from "node:test"
import { fileURLToPath } from "node:url"
import { deflateSync } from "node:zlib"
import { attachedTo } from "#paper/attached.ts"
import { giveJob, openCompiler } from "#paper/compiler.ts"
import type { PaperJob } from "#paper/job.ts"
import { PRESS_FLAGS, setPaper } from "#paper/press.ts"
import { printable, SHOWN } from "#paper/printable.ts"
import { SHEET_NAME, sheetJob, sheetPaper } from "#paper/sheet.ts"
import { VerificationError } from "#register/error.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import type { Findings } from "#sheet/findings.ts"
import { tellSheet } from "#sheet/readable.ts"
import { verifySheet } from "#sheet/verify.ts"
import { plain } from "#sheet/words.ts"

const SHEET = readFileSync(join(import.meta.dirname, "vectors/proof-sheet.txt"), "utf8")

/** Texts that would be something else than text in a template, a page or a file. */
const HOSTILE = [
  '#import "@preview/x:1.0.0": * #read("/etc/passwd") #panic() $x^2$ *b* _i_ @ref <label> `raw` [c] {d} //e',
  "= A heading",
  "- a list \\ and / more --- ~ \"quotes\" 'too' #pagebreak()",
  "/Type /EmbeddedFile\n>>\nstream\nendstream\nendobj\n%%EOF",
  "W".repeat(5000),
  `right to left ${String.fromCodePoint(0x202e)} שלום 中文 😀 ${String.fromCodePoint(0, 7, 0xe000)}`,
  `e${"\u0301".repeat(400)}`,
  "</script><b>&amp;\\u{202e}",
]

let paper: Uint8Array
let findings: Findings

before(async () => {
  const [answer, set] = await Promise.all([verifySheet(nodeCrypto, SHEET), sheetPaper(SHEET)])
  assert.ok(answer.verdict && set instanceof Uint8Array)
  findings = answer.findings
  paper = set
})

/** The paper of the sheet in the vectors, with other texts in it. */
function jobSaying(...quotes: string[]): PaperJob {
  const parts = tellSheet(findings, "en")
  const told = quotes.map((quote) => ({
    ...{ sentence: plain(quote), heads: false, quote: quote.split("\n").map(plain), language: null },
  }))
  const heading = { sentence: plain(quotes[0] ?? ""), heads: true, quote: null, language: null }
  return sheetJob(findings, { ...parts, sections: [{ title: "1", told: [heading, ...told] }] }, SHEET)
}

test("the same sheet gives the same bytes, tagged, in its language, with the sheet itself inside", async () => {
  assert.deepEqual(await sheetPaper(SHEET), paper)
  assert.equal(Buffer.from(attachedTo(paper)).toString(), SHEET)
  const text = Buffer.from(paper).toString("latin1")
  assert.match(text, /\/Marked true/)
  assert.match(text, /\/Lang \(en\)/)
  assert.match(text, /\/Title \(Proof sheet [0-9a-f ]{19}\)/)
  assert.match(text, /\/S \/H1\b/)
  assert.match(text, /\/Alt \(The hash of this document/)
  // A font that is missing would leave the page empty and say nothing.
  for (const font of ["DejaVuSansCondensed", "DejaVuSansCondensed-Bold", "DejaVuSansMono"])
    assert.match(text, new RegExp(`/BaseFont /[A-Z]{6}\\+${font}\\n`))
})

test("whatever a text holds comes out as text and as nothing else", async () => {
  const compiler = await openCompiler()
  const elements = (job: PaperJob): { func: string }[] => {
    giveJob(compiler, job)
    const kinds = "heading list figure strong emph raw link ref math.equation table enum terms outline".split(" ")
    return JSON.parse(compiler.query("/sheet.typ", undefined, `selector.or(${kinds.join()})`))
  }
  const hostile = elements(jobSaying(...HOSTILE))
  const harmless = elements(jobSaying(...HOSTILE.map((text) => text.replaceAll(/[^\n]+/g, "word"))))
  assert.deepEqual(
    hostile.map(({ func }) => func),
    harmless.map(({ func }) => func),
  )
  const shown = JSON.stringify(hostile.find(({ func }) => func === "list"))
  for (const text of HOSTILE)
    for (const line of text.split("\n")) {
      const said = JSON.stringify(printable(plain(line)))
      assert.ok(shown.includes(said), said.slice(0, 80))
    }
  assert.ok(shown.includes("\\\\u{202e}") && shown.includes("\\\\u{4e2d}") && shown.includes("\\\\u{5c}u{202e}"))
  const set = await setPaper(jobSaying(...HOSTILE))
  assert.ok(set instanceof Uint8Array)
  assert.equal(Buffer.from(attachedTo(set)).toString(), SHEET)
})

test("a message of 3,500 lines is set, and what is too much is refused in words", async () => {
  const long = Array.from({ length: 3500 }, (_, i) => `Рядок ${i + 1}`).join("\n")
  const set = await setPaper(jobSaying(long))
  assert.ok(set instanceof Uint8Array && set.length > 200_000)
  const limits = { time: 60_000, memory: 8192 }
  assert.deepEqual(await setPaper(jobSaying("word"), { ...limits, time: 1 }), { refused: "paper.too-large" })
  assert.deepEqual(await setPaper(jobSaying(long), { ...limits, memory: 900 }), { refused: "paper.too-large" })
})

test("the press reads nothing but itself, writes nothing, starts nothing and calls nobody", () => {
  const tries = `
    const tried = [
      () => require("node:fs").readFileSync("/etc/hostname"),
      () => require("node:fs").readFileSync(${JSON.stringify(import.meta.filename)}),
      () => require("node:fs").writeFileSync("/tmp/iod-press", ""),
      () => require("node:child_process").execSync("true"),
      () => new (require("node:worker_threads").Worker)("", { eval: true }),
    ].map((one) => { try { one(); return "done" } catch (error) { return error.code } })
    const socket = require("node:net").connect(9, "127.0.0.1")
    socket.on("error", (error) => console.log([...tried, error.code].join()))`
  const { stdout } = spawnSync(process.execPath, [...PRESS_FLAGS, "-e", tries], { encoding: "utf8", env: {} })
  assert.equal(stdout.trim(), Array.from({ length: 6 }, () => "ERR_ACCESS_DENIED").join())
})

test("every sign that stays as it is has a glyph in the fonts of a paper", () => {
  const font = fileURLToPath(import.meta.resolve("dejavu-fonts-ttf/ttf/DejaVuSansCondensed.ttf"))
  const glyphs = glyphsOf(readFileSync(font))
  const missing = SHOWN.flatMap((range) => {
    const [from = 0, to = from] = range.split("-").map((end) => Number.parseInt(end, 16))
    return Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((sign) => !glyphs(sign))
  })
  assert.deepEqual(missing, [])
})

/** Runs `iod verify` on a file, as anybody would. */
function iodVerify(file: Uint8Array, ...args: string[]): { code: number | null; out: string } {
  const folder = mkdtempSync(join(tmpdir(), "iod-paper-"))
  writeFileSync(join(folder, "sheet.pdf"), file)
  const program = join(import.meta.dirname, "../src/cli/iod.ts")
  const run = spawnSync(process.execPath, [program, "verify", "sheet.pdf", ...args], { cwd: folder, encoding: "utf8" })
  rmSync(folder, { recursive: true })
  assert.doesNotMatch(run.stderr, /at .*\.ts:/, "no crash")
  return { code: run.status, out: run.stdout }
}

test("iod verify checks the sheet inside a paper, says that it checked nothing else, and ends as for a sheet", () => {
  const { code, out } = iodVerify(paper)
  assert.equal(code, 0, out)
  assert.match(out, /^assumed office \d{5}/)
  assert.match(out, /only the proof sheet attached to it was checked, and no page of it/)
  assert.ok(out.includes("    | Перевірка зв’язку.\n"))
  const changed = iodVerify(pdf({ file: SHEET.replace("Перевірка зв’язку.\n", "Перевірку скасовано.\n") }))
  assert.equal(changed.code, 1, changed.out)
  assert.match(changed.out, /no page of it/)
  assert.equal(iodVerify(pdf({ file: "no sheet\n" })).code, 2)
  assert.equal(iodVerify(pdf({ catalog: "" })).code, 2)
})

test("of a file that another has written or changed nothing is taken", () => {
  assert.equal(Buffer.from(attachedTo(pdf({ file: SHEET }))).toString(), SHEET)
  const two = "/Names <<\n/EmbeddedFiles <<\n/Names [(a) 2 0 R (b) 2 0 R]\n>>\n>>"
  const twice = `${NAMES}\n${NAMES}`
  const bomb = deflateSync(Buffer.alloc(80 << 20))
  const refused: Record<string, Uint8Array> = {
    nothing: new Uint8Array(),
    cut: paper.subarray(0, -20),
    "changed after it was set": Buffer.concat([paper, Buffer.from("\n1 0 obj\n<<\n>>\nendobj\n")]),
    "no file": pdf({ catalog: "" }),
    "two files": pdf({ catalog: two }),
    "two lists of files": pdf({ catalog: twice }),
    "a file that is no file": pdf({ spec: "/EF <<\n/F 1 0 R\n>>" }),
    "a file that is not there": pdf({ spec: "/EF <<\n/F 900 0 R\n>>" }),
    "another length": pdf({ file: SHEET, length: 7 }),
    "another filter": pdf({ file: SHEET, filter: "/Filter /LZWDecode\n" }),
    "no deflated file": pdf({ file: SHEET, filter: "/Filter /FlateDecode\n" }),
    "a bomb": pdf({ file: bomb, filter: "/Filter /FlateDecode\n" }),
    "an earlier version": pdf({ trailer: "/Prev 9\n" }),
    enciphered: pdf({ trailer: "/Encrypt 3 0 R\n" }),
    "too many objects": pdf({ size: 9_999_999 }),
  }
  for (const [what, file] of Object.entries(refused))
    assert.throws(() => attachedTo(file), { code: "paper.malformed" }, what)
  for (let i = 0; i < 300; i++) {
    const flipped = Uint8Array.from(paper)
    const at = Math.floor((i * paper.length) / 300)
    flipped[at] = (flipped[at] ?? 0) ^ (1 << (i % 8))
    taken(flipped)
  }
})

/** Takes the file out; fails where that ends in anything but a file or a rejection. */
function taken(file: Uint8Array): void {
  try {
    attachedTo(file)
  } catch (error) {
    assert.ok(error instanceof VerificationError)
  }
}

const NAMES = `/Names <<\n/EmbeddedFiles <<\n/Names [(${SHEET_NAME}) 2 0 R]\n>>\n>>`
type Written = Partial<Record<"catalog" | "spec" | "filter" | "trailer", string>> & {
  file?: string | Uint8Array
  length?: number
  size?: number
}

/** A file of three objects in the manner of the press: catalog, name, file. */
function pdf({ catalog = NAMES, spec = "/EF <<\n/F 3 0 R\n>>", ...rest }: Written): Uint8Array {
  const { filter = "", trailer = "", file = "", size = 4 } = rest
  const content = Buffer.from(file)
  const { length = content.length } = rest
  const stream = `/Type /EmbeddedFile\n${filter}/Length ${length}\n>>\nstream\n`
  const objects = [
    Buffer.from(`1 0 obj\n<<\n/Type /Catalog\n${catalog}\n>>\nendobj\n\n`),
    Buffer.from(`2 0 obj\n<<\n/Type /Filespec\n${spec}\n>>\nendobj\n\n`),
    Buffer.concat([Buffer.from(`3 0 obj\n<<\n${stream}`), content, Buffer.from("\nendstream\nendobj\n\n")]),
  ]
  const head = Buffer.from("%PDF-1.7\n")
  const offsets = objects.map((_, i) => head.length + Buffer.concat(objects.slice(0, i)).length)
  const body = Buffer.concat([head, ...objects])
  const table = offsets.map((offset) => `${String(offset).padStart(10, "0")} 00000 n\r\n`).join("")
  const end = `trailer\n<<\n/Size ${size}\n/Root 1 0 R\n${trailer}>>\nstartxref\n${body.length}\n%%EOF`
  return Buffer.concat([body, Buffer.from(`xref\n0 ${size}\n0000000000 65535 f\r\n${table}${end}`)])
}

/** Which code points a TrueType font maps to a glyph, by its table of 32-bit ranges. */
function glyphsOf(font: Buffer): (sign: number) => boolean {
  const tables = Array.from({ length: font.readUInt16BE(4) }, (_, i) => font.subarray(12 + i * 16, 28 + i * 16))
  const cmap = font.subarray(tables.find((table) => table.toString("latin1", 0, 4) === "cmap")?.readUInt32BE(8))
  const subtables = Array.from({ length: cmap.readUInt16BE(2) }, (_, i) => cmap.subarray(cmap.readUInt32BE(8 + i * 8)))
  const ranges = subtables.find((table) => table.readUInt16BE(0) === 12)
  assert.ok(ranges, "the font has a table of 32-bit ranges")
  const groups = Array.from({ length: ranges.readUInt32BE(12) }, (_, i) => ranges.subarray(16 + i * 12, 28 + i * 12))
  return (sign) => groups.some((g) => sign >= g.readUInt32BE(0) && sign <= g.readUInt32BE(4) && g.readUInt32BE(8) > 0)
}

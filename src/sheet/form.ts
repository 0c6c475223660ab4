import { z } from "zod"
import { id, language } from "#offices/act.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"

const base64 = z.string().regex(/^[A-Za-z0-9+/]*={0,2}$/)
const salt = z.string().regex(/^[A-Za-z0-9+/]{43}=$/)
const salted = z.strictObject({ salt, bytes: base64 })
const note = z.string().max(1 << 20)

/** What every envelope of a sheet has: header and stamp as they travelled, and where the register holds it. */
const entered = {
  header: note,
  stamp: note,
  proof: z.strictObject({
    /** Which of `checkpoints`; `tlog`, an empty line and that note are together a C2SP tlog-proof. */
    checkpoint: z.int().min(0),
    tlog: z.string().max(1 << 16),
  }),
}

/** A public act with its salt; or, for an envelope whose body does not open, the whole body that shows so. */
const rollEntry = z.union([
  z.strictObject({ ...entered, act: salted }),
  z.strictObject({ ...entered, body: base64.min(1) }),
])

const lineEntry = z.strictObject({
  ...entered,
  /** The act's bytes, and of a list the one record that is shown; null where nothing is. */
  act: z.strictObject({ ...salted.shape, record: salted.nullable() }).nullable(),
  /** Disclosed texts, each named by its hash in the record. */
  texts: z.array(salted),
})

/** Header hashes of a line, place after place without a gap, beginning at `from`. */
const run = z.strictObject({ from: z.int().min(1), hashes: z.array(id).min(1) })
export type Run = z.infer<typeof run>

/** By which rules and words the readable part is made. */
export type Template = 1 | 2
/** The one that is written; sheets of every other are read for ever. */
export const TEMPLATE = 2

/** The data of a proof sheet, key for key in the order in which it is written (docs/specs/proof-sheet.md §2). */
const sheetData = z.strictObject({
  iod: z.literal("proof-sheet/v1"),
  /** Which template made the readable part. */
  template: z.union([z.literal(1), z.literal(2)]),
  language,
  charter: z.string(),
  line: id,
  matter: id,
  checkpoints: z.array(note).min(1),
  /** Public line 0 from place 1. */
  roll: z.array(rollEntry).min(1),
  chain: run,
  /** Where the desk that wrote the sheet lacks places: how the line goes on behind each gap. Not in template 1. */
  behind: z.array(run).min(1).optional(),
  envelopes: z.array(lineEntry).min(1),
})

export type SheetData = z.infer<typeof sheetData>
export type RollEntry = z.infer<typeof rollEntry>
export type LineEntry = z.infer<typeof lineEntry>
export type EnteredEntry = Pick<LineEntry, "header" | "stamp" | "proof">

/** A sheet taken apart: what people read, the exact text of the data, and the data. */
export type Sheet = { readable: string; dataText: string; data: SheetData }

/** The parts of the line that the sheet has, without a gap each. */
export function runsOf({ chain, behind = [] }: SheetData): readonly [Run, ...Run[]] {
  return [chain, ...behind]
}

/** The line between what people read and the data. */
const SEPARATOR = "--- iod.proof-sheet/v1 ---\n"
const LONGEST = 64 << 20

/** The data part as it is written: JSON with one space of indent and a newline at its end. */
export function formatData(data: SheetData): string {
  return `${JSON.stringify(data, null, 1)}\n`
}

/** A whole sheet; `readable` ends with a newline. */
export function formatSheet(readable: string, dataText: string): string {
  return `${readable}${SEPARATOR}${dataText}`
}

/**
 * Takes a sheet apart, of which whoever hands it on controls every byte; nothing is verified yet. Throws
 * `sheet.malformed` or `encoding` for whatever formatSheet would not have written.
 */
export function parseSheet(input: string | Uint8Array): Sheet {
  if (input.length > LONGEST) malformed("a sheet is too long")
  const text = typeof input === "string" ? input : fromUtf8(input)
  // Data has no newline inside a string, so the last separator is the only one that can be it.
  const at = text.lastIndexOf(`\n${SEPARATOR}`)
  if (at < 0) return malformed("a sheet has no data")
  const readable = text.slice(0, at + 1)
  const dataText = text.slice(at + 1 + SEPARATOR.length)
  const parsed = sheetData.safeParse(json(dataText))
  if (!parsed.success) return malformed("the data of a sheet is not of its form")
  if (parsed.data.template === 1 && parsed.data.behind) malformed("a sheet of template 1 has no gap")
  // One way to write everything: another order, spacing or a key twice is another sheet.
  if (formatData(parsed.data) !== dataText) malformed("the data of a sheet is not written as prescribed")
  return { readable, dataText, data: parsed.data }
}

function json(text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    return malformed("the data of a sheet is not JSON")
  }
}

function malformed(message: string): never {
  throw new VerificationError("sheet.malformed", message)
}

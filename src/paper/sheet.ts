import { nodeCrypto } from "#seal/node/crypto.ts"
import type { Findings } from "#sheet/findings.ts"
import { type ReadableParts, type Told, tellSheet } from "#sheet/readable.ts"
import { verifySheet } from "#sheet/verify.ts"
import type { Language } from "#sheet/words.ts"
import { frameOf } from "./frame.ts"
import type { PaperJob, PaperRefusal } from "./job.ts"
import { setPaper } from "./press.ts"
import { printable } from "./printable.ts"
import { qrSvg } from "./qr.ts"
import { wordsIn } from "./words.ts"

/** Sentences and lines of texts beyond which a sheet is no paper; the text has all of them. */
const MOST_LINES = 20_000

/** The name of the text inside the paper of a sheet. */
export const SHEET_NAME = "iod-sheet.txt"

/**
 * The paper of a proof sheet, with the sheet's text inside it: the same sheet gives the same bytes. Throws where the
 * sheet does not verify, because a desk only hands out what does.
 */
export async function sheetPaper(sheet: string): Promise<Uint8Array | PaperRefusal> {
  const answer = await verifySheet(nodeCrypto, sheet)
  if (!answer.verdict) throw new Error(`a sheet that does not verify was to be set: ${answer.reason}`)
  const { findings } = answer
  const parts = tellSheet(findings, findings.language)
  if (linesOf(parts) > MOST_LINES) return { refused: "paper.too-large" }
  return setPaper(sheetJob(findings, parts, sheet))
}

function linesOf({ sections }: ReadableParts): number {
  return sections.flatMap(({ told }) => told).reduce((sum, { quote }) => sum + 1 + (quote?.length ?? 0), 0)
}

/** What the press is asked for to show these parts of a sheet. */
export function sheetJob(findings: Findings, parts: ReadableParts, sheet: string): PaperJob {
  const { charter, language, data } = findings
  const t = wordsIn(language)
  const facts = parts.facts.map(factOf)
  return {
    template: "sheet",
    data: {
      ...frameOf(charter, language, t("sheet.title"), data, enteredBy(findings)),
      office: printable(parts.office),
      heading: parts.title,
      kind: parts.kind,
      generated: t("paper.sheet-generated", { name: SHEET_NAME }),
      facts: facts.filter(({ term }) => term !== null),
      notes: facts.filter(({ term }) => term === null).map(({ text }) => text),
      qr: qrSvg(data),
      qr_alt: t("paper.qr", { hash: data }),
      sections: parts.sections.map(({ title, told }) => ({ title, parts: grouped(told) })),
    },
    attachment: { name: SHEET_NAME, description: t("paper.sheet-inside"), type: "text/plain", text: sheet },
  }
}

/** The latest time of the witnesses by which something in the sheet was entered. */
function enteredBy({ statements }: Findings): string {
  const times = statements.map(({ values }) => values.before).filter((time) => time !== undefined)
  return times.sort().at(-1) ?? "1970-01-01T00:00:00.000Z"
}

// The readable part aligns its facts by spaces after the colon; what has none is a note.
const FACT = /^(\S[^:]*):\s+(.+)$/s
const DIGITS = /^[0-9a-f ]{32,}/

function factOf(sentence: string): { term: string | null; text: string; mono: boolean } {
  const [, term = null, value = sentence] = FACT.exec(sentence) ?? []
  return { term, text: printable(value.trim()), mono: DIGITS.test(value) }
}

type Part = { heading: string | null; points: Point[] }
type Point = { sentence: string; quote: string[] | null; language: Language | null }

/** Statements under the envelope that heads them. */
function grouped(told: readonly Told[]): Part[] {
  const parts: Part[] = []
  for (const { sentence, heads, quote, language: written } of told) {
    if (heads || parts.length === 0) parts.push({ heading: heads ? printable(sentence) : null, points: [] })
    if (heads) continue
    const lines = quote?.map(printable) ?? null
    parts.at(-1)?.points.push({ sentence: printable(sentence), quote: lines, language: written })
  }
  return parts
}

import { readFileSync } from "node:fs"
import { parseArgs } from "node:util"
import { openCharter } from "#offices/roll/charter.ts"
import { attachedTo, isPaper } from "#paper/attached.ts"
import { VerificationError } from "#register/error.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { parseFingerprint } from "#sheet/fingerprint.ts"
import { renderSheet } from "#sheet/readable.ts"
import { type AnsweredOffice, type Pinned, type SheetAnswer, verifySheet } from "#sheet/verify.ts"
import { type Language, plain, say } from "#sheet/words.ts"
import en from "#words/en/refusals.json" with { type: "json" }
import ru from "#words/ru/refusals.json" with { type: "json" }
import uk from "#words/uk/refusals.json" with { type: "json" }
import { say as print } from "./terminal.ts"

const LANGUAGES: readonly Language[] = ["en", "uk", "ru"]
const reasons: Record<Language, Record<string, string>> = { en, uk, ru }

/** Exit codes of `iod verify`: 64 means that the words of the command are wrong and nothing was checked. */
const [TRUE, FALSE, UNREADABLE, USAGE] = [0, 1, 2, 64] as const

/** Checks a proof sheet, or the one inside a PDF, offline: prints in words what it proves and what is only claimed; answers the exit code. */
export async function verifyCommand(args: readonly string[]): Promise<number> {
  const parsed = readArgs(args)
  if (!parsed) {
    process.stderr.write(LANGUAGES.map((language) => `${say(language, "verify.usage")}\n`).join(""))
    return USAGE
  }
  const { file, values, language } = parsed
  const pinned = pinnedBy(values)
  if (!pinned) {
    process.stderr.write(`${say(language, "verify.bad-pin")}\n`)
    return USAGE
  }
  const read = readFile(file)
  if (!read) {
    print(say(language, "verify.no-file", { file: plain(file) }))
    return UNREADABLE
  }
  try {
    const paper = isPaper(read)
    return report(await verifySheet(nodeCrypto, paper ? attachedTo(read) : read, pinned), language, paper)
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    print(say(language, "verify.unreadable", { reason: reasonOf(error.code, language) }))
    return UNREADABLE
  }
}

/** The words of the command; undefined where they are wrong: code 1 says "false" of a sheet and of nothing else. */
function readArgs(args: readonly string[]) {
  const options = { charter: { type: "string" }, office: { type: "string" }, language: { type: "string" } } as const
  try {
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options })
    const [file, ...rest] = positionals
    const language = LANGUAGES.find((one) => one === (values.language ?? "en"))
    const both = values.charter !== undefined && values.office !== undefined
    return file && rest.length === 0 && language && !both ? { file, values, language } : undefined
  } catch {
    return undefined
  }
}

/** What the reader trusts already; undefined where it cannot be read. */
function pinnedBy({ charter, office }: { charter?: string; office?: string }): Pinned | undefined {
  try {
    if (office !== undefined) parseFingerprint(office)
    if (charter === undefined) return office === undefined ? {} : { office }
    const text = readFileSync(charter, "utf8")
    openCharter(nodeCrypto, text)
    return { charter: text }
  } catch {
    return undefined
  }
}

function readFile(file: string): Uint8Array | undefined {
  try {
    return readFileSync(file)
  } catch {
    return undefined
  }
}

function report(answer: SheetAnswer, language: Language, paper: boolean): number {
  if (answer.verdict) {
    printOffice(answer, language)
    print(say(language, "verify.true"))
    if (paper) print(say(language, "verify.paper"))
    print(`\n${renderSheet(answer.findings, language)}`)
    return TRUE
  }
  if (answer.office) printOffice(answer.office, language)
  print(say(language, "verify.false", { reason: reasonOf(answer.reason, language) }))
  if (paper) print(say(language, "verify.paper"))
  if (answer.where) {
    const { part, number } = answer.where
    print(say(language, `verify.where.${part}`, { number: String(number) }))
  }
  if (answer.findings) print(`${say(language, "verify.own-text")}\n\n${renderSheet(answer.findings, language)}`)
  return FALSE
}

function printOffice({ fingerprint, assumed }: AnsweredOffice, language: Language): void {
  print(say(language, assumed ? "verify.assumed" : "verify.pinned", { fingerprint }))
  if (assumed) print(say(language, "verify.assumed-meaning"))
}

function reasonOf(code: string, language: Language): string {
  return `${reasons[language][`fault.${code}`] ?? ""} (${code})`.trim()
}

import type { Charter } from "#offices/roll/charter.ts"
import type { Findings, Statement } from "./findings.ts"
import { officeFingerprint } from "./fingerprint.ts"
import type { Template } from "./form.ts"
import { isSheetWord, type Language, plain, type SheetWord, say } from "./words.ts"

const RULE = "=".repeat(72)
const LANGUAGES: readonly Language[] = ["en", "uk", "ru"]
const INSTANT = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(\.\d{3})Z$/

/** One sentence of the readable part; what heads an envelope, and a text in its author's words, line by line. */
export type Told = { sentence: string; heads: boolean; quote: readonly string[] | null; language: Language | null }

/** The readable part as its pieces, in this order: whatever shows a sheet to people shows these and nothing else. */
export type ReadableParts = {
  exercise: string | null
  title: string
  kind: string
  office: string
  generated: string
  facts: readonly string[]
  sections: readonly { title: string; told: readonly Told[] }[]
}

/** The pieces of the readable part by its template: every one follows from the findings and nothing else. */
export function tellSheet(findings: Findings, language: Language): ReadableParts {
  const { charter, office, line, matter, data, extract, last, members } = findings
  const { template, missing } = findings
  const word = (one: TemplateWord, values?: Record<string, string>) => say(language, wordOf(template, one), values)
  const names = alternat(members, charter, matter).map((name) => nameOf(charter, language, name))
  const section = (title: string, statements: readonly Statement[]) => ({
    title,
    told: tell(findings, language, statements),
  })
  return {
    exercise: charter.exercise ? word("exercise") : null,
    title: word("title"),
    kind: extract ? word("extract") : word("whole", { last: String(last) }),
    office: plain(charter.name[language]),
    generated: word("generated"),
    facts: [
      ...(missing.length > 0 ? [word("extract-missing", { places: missing.join(", ") })] : []),
      word("office", { office }),
      word("fingerprint", { fingerprint: officeFingerprint(office) }),
      word("line", { line }),
      word("members", { members: names.join(", ") }),
      word("alternat"),
      word("matter", { matter }),
      word("data", { data }),
      word("times"),
    ],
    sections: [
      section(word("section.proven"), findings.statements),
      section(word("section.claimed"), findings.claims),
      section(word("section.unproven"), findings.unproven),
    ],
  }
}

/** The readable part as text: whoever has the data can write it again byte for byte. */
export function renderSheet(findings: Findings, language: Language): string {
  const { exercise, title, kind, office, generated, facts, sections } = tellSheet(findings, language)
  const head = [...(exercise ? [exercise, ""] : []), `${title} · ${kind}`, office, generated, "", ...facts]
  const body = sections.flatMap((section) => ["", RULE, section.title, ...section.told.flatMap(lines)])
  return `${[...head, ...body, ""].join("\n")}\n`
}

/** One statement: envelopes head what follows them; a text in its author's words stands behind a bar on every line. */
function lines({ sentence, heads, quote }: Told): string[] {
  if (heads) return ["", sentence]
  return [`  - ${sentence}`, ...(quote ?? []).map((one) => `    | ${one}`)]
}

function tell({ charter, template, last }: Findings, language: Language, statements: readonly Statement[]): Told[] {
  let written: Language | null = null
  return statements.map(({ code, values, quote }) => {
    const heads = code === "envelope"
    // In which language an envelope's texts are, its act says before them.
    if (heads) written = null
    written = LANGUAGES.find((one) => one === values.language) ?? written
    const spoken = Object.entries(values).map(([key, value]) => [key, spell(charter, language, key, value)])
    const all = { last: String(last), ...Object.fromEntries(spoken) }
    const sentence = say(language, wordOf(template, code), all)
    return { sentence, heads, quote: quote === undefined ? null : quote.split("\n").map(plain), language: written }
  })
}

type Numbered<W extends string> = W extends `v1.${infer Word}` | `v2.${infer Word}` ? Word : never
/** A word of a template, without its number. */
export type TemplateWord = Numbered<SheetWord>

/** The word as this template has it: its own, else the one of the template before. */
export function wordOf(template: Template, word: TemplateWord): SheetWord {
  const [own, before] = [`v2.${word}`, `v1.${word}`]
  if (template === 2 && isSheetWord(own)) return own
  if (isSheetWord(before)) return before
  throw new Error(`template ${template} has no word ${word}`)
}

const NAMED = new Set(["by", "about"])
const CODED = new Set(["precedence", "objection", "role", "language", "field"])

/** How a value is written: delegations by their names in the charter, codes in words, instants in UTC. */
function spell(charter: Charter, language: Language, key: string, value: string): string {
  if (NAMED.has(key)) return nameOf(charter, language, value)
  // Names in a policy have no spaces; a state is called there as in the list of delegations.
  if (key === "states" || key === "readers")
    return value
      .split(" ")
      .map((state) => nameOf(charter, language, state))
      .join(", ")
  const word = `v1.${key}.${value}`
  if (CODED.has(key) && isSheetWord(word)) return say(language, word)
  const [, day, time, fraction] = INSTANT.exec(value) ?? []
  if (day) return `${day} ${time}${fraction === ".000" ? "" : fraction}`
  return plain(value)
}

/** A delegation's name as the charter writes it. */
export function nameOf({ delegations }: Charter, language: Language, name: string): string {
  return plain(delegations.find((delegation) => delegation.name === name)?.names[language] ?? name)
}

/** The charter's order, in which the parties change places by the last digit of the document's id, even or odd. */
export function alternat(names: readonly string[], { delegations }: Charter, document: string): string[] {
  const parties = delegations.filter(({ kind }) => kind === "party").map(({ name }) => name)
  const turned = Number.parseInt(document.slice(-1), 16) % 2 === 1 ? parties.toReversed() : parties
  const order = delegations.map(({ name, kind }) => (kind === "party" ? (turned[parties.indexOf(name)] ?? name) : name))
  return names.toSorted((a, b) => order.indexOf(a) - order.indexOf(b))
}

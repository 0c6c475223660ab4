import { type AnyActKind, type Entry, officeOf, type RefusalCode } from "#offices/act.ts"
import { filesOf } from "#offices/attachment.ts"
import { clockRules, type Rules, rules } from "#offices/index.ts"
import { type ActForm, judge, type Matter, type ParsedRecord, parseRecord } from "#offices/judge.ts"
import type { LineState } from "#offices/lines/line.ts"
import { isReleaseFault, type ReleaseFault } from "#offices/release.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { parseJson } from "#register/json.ts"
import type { SaltedText } from "#seal/body.ts"
import { isId } from "#seal/form.ts"
import { parseLine } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Archive, text } from "./archive.ts"
import type { CarriedReleases } from "./carried.ts"
import { type RawRecord, recordsOf } from "./records.ts"

/** Why a record counts for nothing; kept beside it for ever and shown. */
export type NotTaken = RefusalCode | "version.unknown" | ReleaseFault

/** What a screen is told of: one record that was entered. */
export type Entered = {
  index: number
  line: string
  matter: string
  kind: string
  by: string
  precedence: Entry["precedence"]
  refused: NotTaken | null
  callsForReceipt: boolean
}

/** An act as it was opened: its form, its texts, and what became of the releases that its records carry. */
type OpenedAct = { form: ActForm; texts: readonly SaltedText[]; releases: CarriedReleases }

/** Judges and folds the act of one envelope, record by record, inside the caller's transaction. */
export function foldAct(
  archive: Archive,
  roll: Pick<Roll, "rules">,
  { form, texts, releases }: OpenedAct,
  entry: Entry,
  versions: ReadonlyMap<number, Rules> = rules,
): Entered[] {
  const { sql } = archive
  return recordRows(form, texts, releases).map(({ json, salt, matter, refused: carried }, i) => {
    const fields = fieldsOf(json)
    const refused = carried ?? foldRecord(archive, roll, form.act, fields, entry, versions)
    sql.run`INSERT INTO record VALUES (${entry.index}, ${i}, ${form.act}, ${entry.line.id}, ${matter}, ${json}, ${salt}, ${refused})`
    const { index, by, precedence } = entry
    const callsForReceipt = versions.get(roll.rules)?.get(form.act)?.callsForReceipt ?? true
    return { index, line: entry.line.id, matter, kind: form.act, by, precedence, refused, callsForReceipt }
  })
}

/**
 * Judges one record by the rules in force and folds it if they take it; answers why not, or null. The same function
 * runs when mail arrives and when the archive is rebuilt, so that both come to the same states.
 */
export function foldRecord(
  archive: Archive,
  roll: Pick<Roll, "rules">,
  act: string,
  fields: unknown,
  entry: Entry,
  versions: ReadonlyMap<number, Rules> = rules,
): NotTaken | null {
  const version = versions.get(roll.rules)
  if (!version) return "version.unknown"
  const kind = version.get(act)
  return kind ? take(archive, kind, fields, entry) : "act.unknown"
}

/** The records of an act as the archive keeps them, with what is wrong with a release that one carries. */
export function recordRows(
  form: ActForm,
  texts: readonly SaltedText[],
  releases: CarriedReleases,
): (RawRecord & { matter: string; refused: ReleaseFault | null })[] {
  return recordsOf(form, texts).map((record, i) => {
    const carried = releases.get(i)
    // Words under a name that did not sign them count for nothing, before any rule is asked.
    return { ...record, matter: matterOf(fieldsOf(record.json)), refused: isReleaseFault(carried) ? carried : null }
  })
}

/** A record's fields; null where its bytes are not JSON. */
export function fieldsOf(json: string): unknown {
  try {
    return parseJson(json)
  } catch {
    return null
  }
}

/** The matter that a record names; empty where it names none, or something that is no id. */
export function matterOf(fields: unknown): string {
  const matter = typeof fields === "object" && fields !== null && "matter" in fields ? fields.matter : undefined
  return typeof matter === "string" && isId(matter) ? matter : ""
}

function take(archive: Archive, kind: AnyActKind, fields: unknown, entry: Entry): NotTaken | null {
  const record = parseRecord(kind, fields)
  if ("refused" in record) return record.refused
  if (kind.kind === "line.proposed") {
    const fits = fitsItsText(record, entry)
    if (fits !== "permitted") return fits
  }
  const line = matterOnLine(archive, entry.line.id, entry.line.id)?.state as LineState | undefined
  const matter = matterOnLine(archive, entry.line.id, record.matter)
  const verdict = judge(kind, line, matter, record, entry)
  if (verdict !== "permitted") return verdict.refused
  keep(archive, entry, record.matter, kind, kind.fold(matter?.state, record, entry))
  relate(archive, kind, record, entry)
  keepFiles(archive, kind, record, entry)
  return null
}

/** What the act names is fetched in the background; of this desk's own files the envelope is noted. */
function keepFiles({ sql }: Archive, kind: AnyActKind, record: ParsedRecord, entry: Entry): void {
  for (const { file, length } of filesOf(kind, record))
    sql.run`INSERT INTO file (line, hash, length, "index", state) VALUES (${entry.line.id}, ${file}, ${length}, ${entry.index}, 'awaited')
      ON CONFLICT (line, hash) DO UPDATE SET "index" = coalesce("index", excluded."index")`
}

function relate(archive: Archive, kind: AnyActKind, record: ParsedRecord, entry: Entry): void {
  const other = kind.relates?.to(record)
  const related = other === undefined ? undefined : matterOnLine(archive, entry.line.id, other)
  if (other !== undefined && related?.office === officeOf(kind) && kind.relates)
    keep(archive, entry, other, kind, kind.relates.fold(related.state, record, entry))
}

/** A matter of a line as it is folded now; undefined before its first act. */
export function matterOnLine({ sql }: Pick<Archive, "sql">, line: string, matter: string): Matter | undefined {
  const row = sql.get`SELECT office, state FROM matter WHERE line = ${line} AND id = ${matter}`
  return row && { office: text(row.office) ?? "", state: JSON.parse(text(row.state) ?? "null") }
}

function keep({ sql }: Archive, entry: Entry, matter: string, kind: AnyActKind, state: unknown): void {
  const office = officeOf(kind)
  const due = clockRules.get(office)?.due(state, entry.clocks) ?? null
  const { index } = entry
  const awaited = clockRules.get(office)?.awaited?.(state).join(" ") || null
  sql.run`INSERT INTO matter VALUES (${entry.line.id}, ${matter}, ${office}, ${JSON.stringify(state)}, ${index}, ${index}, ${due}, ${awaited})
    ON CONFLICT (line, id) DO UPDATE SET state = excluded.state, folded = excluded.folded, due = excluded.due,
      awaited = excluded.awaited`
}

/** A line's id is its text's hash, and its text names its members: nobody can be added by a header. */
function fitsItsText(record: ParsedRecord, entry: Entry): "permitted" | RefusalCode {
  if (!("text" in record) || typeof record.text !== "string" || !("purpose" in record)) return "line.text-does-not-fit"
  try {
    const line = parseLine(record.text)
    const id = nodeCrypto.sha256(utf8(record.text)).toHex()
    const fits = id === entry.line.id && line.purpose === record.purpose
    return fits && line.members.join(" ") === entry.line.members.join(" ") ? "permitted" : "line.text-does-not-fit"
  } catch {
    return "line.text-does-not-fit"
  }
}

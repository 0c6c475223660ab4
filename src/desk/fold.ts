import type { AnyActKind, Entry, RefusalCode } from "#offices/act.ts"
import { rules } from "#offices/index.ts"
import { type ActForm, judge, type ParsedRecord, parseRecord } from "#offices/judge.ts"
import type { LineState } from "#offices/lines/line.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { fromUtf8, utf8 } from "#register/bytes.ts"
import { recordHash, type SaltedText } from "#seal/body.ts"
import { parseLine } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Archive, text } from "./archive.ts"

/** Why a record counts for nothing; kept beside it for ever and shown. */
export type NotTaken = RefusalCode | "version.unknown" | "line.held"

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

/**
 * Judges and folds the act of one envelope, record by record, inside the caller's transaction. The same function runs
 * when mail arrives and when the archive is rebuilt, so that both come to the same states.
 */
export function foldAct(
  archive: Archive,
  roll: Roll,
  form: ActForm,
  texts: readonly SaltedText[],
  entry: Entry,
): Entered[] {
  const version = rules.get(roll.rules)
  return recordsOf(form, texts).map((fields, i) => {
    const kind = version?.get(form.act)
    const taken = kind ? take(archive, kind, fields, entry) : { refused: version ? "act.unknown" : "version.unknown" }
    const matter = matterOf(fields)
    const { sql } = archive
    const refused = taken.refused as NotTaken | null
    sql.run`INSERT INTO record VALUES (${entry.index}, ${i}, ${form.act}, ${entry.line.id}, ${matter}, ${JSON.stringify(fields)}, ${refused})`
    const { index, by, precedence } = entry
    const callsForReceipt = kind?.callsForReceipt ?? true
    return { index, line: entry.line.id, matter, kind: form.act, by, precedence, refused, callsForReceipt }
  })
}

/** The records of an act: its one record, or those whose hashes it lists, in its order; a missing one is malformed. */
function recordsOf(form: ActForm, texts: readonly SaltedText[]): unknown[] {
  if ("record" in form) return [form.record]
  const byHash = new Map(texts.map((t) => [recordHash(nodeCrypto, t), t.bytes]))
  return form.list.map((hash) => {
    try {
      return JSON.parse(fromUtf8(byHash.get(hash) ?? new Uint8Array()))
    } catch {
      return null
    }
  })
}

function matterOf(fields: unknown): string {
  const matter = typeof fields === "object" && fields !== null && "matter" in fields ? fields.matter : undefined
  return typeof matter === "string" ? matter : ""
}

function take(archive: Archive, kind: AnyActKind, fields: unknown, entry: Entry): { refused: NotTaken | null } {
  const record = parseRecord(kind, fields)
  if ("refused" in record) return record
  if (kind.kind === "line.proposed" && !fitsItsText(record, entry)) return { refused: "line.text-does-not-fit" }
  const line = stateOf(archive, entry.line.id, entry.line.id) as LineState | undefined
  const state = stateOf(archive, entry.line.id, record.matter)
  const verdict = judge(kind, line, state, record, entry)
  if (verdict !== "permitted") return verdict
  keep(archive, entry, record.matter, kind, kind.fold(state, record, entry))
  relate(archive, kind, record, entry)
  return { refused: null }
}

function relate(archive: Archive, kind: AnyActKind, record: ParsedRecord, entry: Entry): void {
  const other = kind.relates?.to(record)
  const state = other === undefined ? undefined : stateOf(archive, entry.line.id, other)
  if (other !== undefined && state !== undefined && kind.relates)
    keep(archive, entry, other, kind, kind.relates.fold(state, record, entry))
}

/** The folded state of a matter on a line, as its kind's `fold` left it. */
export function stateOf({ sql }: Archive, line: string, matter: string): unknown {
  const row = sql.get`SELECT state FROM matter WHERE line = ${line} AND id = ${matter}`
  return row && JSON.parse(text(row.state) ?? "null")
}

function keep({ sql }: Archive, entry: Entry, matter: string, kind: AnyActKind, state: unknown): void {
  const office = kind.kind.split(".")[0] ?? ""
  sql.run`INSERT INTO matter VALUES (${entry.line.id}, ${matter}, ${office}, ${JSON.stringify(state)}, ${entry.index}, ${entry.index})
    ON CONFLICT (line, id) DO UPDATE SET state = excluded.state, folded = excluded.folded`
}

/** A line's id is its text's hash, and its text names its members: nobody can be added by a header. */
function fitsItsText(record: ParsedRecord, entry: Entry): boolean {
  if (!("text" in record) || typeof record.text !== "string" || !("purpose" in record)) return false
  try {
    const line = parseLine(record.text)
    const id = nodeCrypto.sha256(utf8(record.text)).toHex()
    const fits = id === entry.line.id && line.purpose === record.purpose
    return fits && line.members.join(" ") === entry.line.members.join(" ")
  } catch {
    return false
  }
}

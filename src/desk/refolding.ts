import type { Precedence } from "#offices/act.ts"
import type { Rules } from "#offices/index.ts"
import { isReleaseFault, type ReleaseFault } from "#offices/release.ts"
import { type Roll, rulesAt } from "#offices/roll/roll.ts"
import { type Archive, number, text } from "./archive.ts"
import { type CarriedReleases, keepRelease, NO_RELEASES } from "./carried.ts"
import { ruleEntry } from "./entry.ts"
import { fieldsOf, foldRecord } from "./fold.ts"
import { indexRecord } from "./search-index.ts"

type Row = Record<string, unknown>

export type FoldingParts = { archive: Archive; versions: ReadonlyMap<number, Rules> }

/** Something came late on this line: it is folded again before anything else happens to it. */
export function foldLater({ sql }: Archive, line: string): void {
  sql.run`INSERT OR IGNORE INTO refold VALUES (${line})`
}

/**
 * Folds again every line on which something came late, each in one transaction. A rule reads nothing but its own line
 * and the public ones, so all that stands before the late act comes out as it was; no other line is touched.
 */
export function foldLateLines(parts: FoldingParts, roll: Roll): void {
  const { archive } = parts
  const { sql } = archive
  for (const row of sql.all`SELECT line FROM refold`) {
    const line = text(row.line) ?? ""
    archive.transact(() => {
      sql.run`DELETE FROM matter WHERE line = ${line}`
      for (const envelope of sql.all`SELECT * FROM envelope WHERE line = ${line} ORDER BY "index"`)
        foldEnvelope(parts, { ...roll, rules: rulesAt(roll, number(envelope.index)) }, envelope)
      sql.run`DELETE FROM refold WHERE line = ${line}`
    })
  }
}

/**
 * Judges and folds the records of one envelope as they lie in the archive; answers how many. `roll` is that of its index;
 * `found` are releases that nobody looked at before.
 */
export function foldEnvelope(
  { archive, versions }: FoldingParts,
  roll: Roll,
  envelope: Row,
  found: CarriedReleases = NO_RELEASES,
): number {
  const { sql } = archive
  const index = number(envelope.index)
  const line = text(envelope.line) ?? ""
  const rows = sql.all`SELECT number, kind, fields, refused FROM record WHERE "index" = ${index} ORDER BY number`
  const members = (text(sql.get`SELECT members FROM line WHERE id = ${line}`?.members) ?? "").split(" ")
  const entry = ruleEntry(roll, {
    ...{ index, line, members, place: number(envelope.place), by: text(envelope.sender) ?? "" },
    ...{ at: text(envelope.at) ?? "", header: text(envelope.hash) ?? "" },
    precedence: (text(envelope.precedence) ?? "ROUTINE") as Precedence,
  })
  for (const row of rows) {
    const [kind, fields] = [text(row.kind) ?? "", fieldsOf(text(row.fields) ?? "")]
    indexRecord(archive, index, number(row.number), kind, fields)
    // What was found of a release stays found: its words may have been erased since.
    if (isReleaseFault(row.refused)) continue
    const late = lateFault(archive, { index, number: number(row.number) }, found)
    const refused = late ?? foldRecord(archive, roll, kind, fields, entry, versions)
    sql.run`UPDATE record SET refused = ${refused} WHERE "index" = ${index} AND number = ${number(row.number)}`
  }
  return rows.length
}

/** What is wrong with a release that nobody looked at before; one that holds is kept. */
function lateFault(
  archive: Archive,
  at: { index: number; number: number },
  found: CarriedReleases,
): ReleaseFault | undefined {
  const carried = found.get(at.number)
  if (carried === undefined || isReleaseFault(carried)) return carried
  keepRelease(archive, at, carried)
  return undefined
}

import type { Precedence } from "#offices/act.ts"
import { type Rules, rules, STATES } from "#offices/index.ts"
import { isReleaseFault, type ReleaseFault } from "#offices/release.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { emptyRoll, type Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { type CarriedReleases, keepRelease } from "./carried.ts"
import { ruleEntry } from "./entry.ts"
import { fieldsOf, foldRecord } from "./fold.ts"
import { rollAfterAct } from "./roll.ts"
import { clearIndex, indexRecord } from "./search-index.ts"
import { lateReleases } from "./unjudged.ts"

type Row = Record<string, unknown>

/**
 * Folds the whole archive again, from the envelopes: states, which records are taken into account, and the index in
 * which they are looked for. One transaction: a crash leaves the archive as it was. Answers how many records were folded and how many states came out different.
 */
export async function rebuild(
  archive: Archive,
  crypto: Crypto,
  founded: Founded,
  versions: ReadonlyMap<number, Rules> = rules,
): Promise<{ records: number; different: number }> {
  const { sql, db } = archive
  const before = states(archive)
  let roll = emptyRoll(founded)
  let records = 0
  db.exec("BEGIN IMMEDIATE; DELETE FROM matter")
  try {
    clearIndex(archive)
    for (const envelope of sql.all`SELECT * FROM envelope ORDER BY "index"`) {
      const late = await lateReleases({ archive, crypto, versions }, roll, envelope)
      records += foldEnvelope({ archive, versions }, roll, envelope, late)
      roll = await rollAfterEnvelope(crypto, roll, envelope)
    }
    db.exec("COMMIT")
  } catch (error) {
    db.exec("ROLLBACK")
    throw error
  }
  const after = states(archive)
  const names = new Set([...before.keys(), ...after.keys()])
  return { records, different: [...names].filter((name) => before.get(name) !== after.get(name)).length }
}

export type RebuildParts = {
  archive: Archive
  crypto: Crypto
  founded: Founded
  versions: ReadonlyMap<number, Rules>
}

/**
 * Folds an archive again that a release with other states, or with other versions of the rules, folded last; one that is
 * new has nothing to fold.
 */
export async function foldAgainIfOlder(
  { archive, crypto, founded, versions }: RebuildParts,
  log: (message: string) => void,
): Promise<void> {
  const shape = `${STATES} by rules ${[...versions.keys()].join(" ")}`
  if (archive.meta("states") === shape) return
  if (archive.sql.get`SELECT 1 AS held FROM envelope LIMIT 1`) {
    log("the archive was folded by another release: it is folded again")
    await rebuild(archive, crypto, founded, versions)
  }
  archive.setMeta("states", shape)
}

function states({ sql }: Archive): Map<string, string> {
  const rows = sql.all`SELECT line, id, state, folded FROM matter`
  return new Map(rows.map((row) => [`${row.line} ${row.id}`, `${row.folded} ${row.state}`]))
}

function foldEnvelope(
  { archive, versions }: Pick<RebuildParts, "archive" | "versions">,
  roll: Roll,
  envelope: Row,
  late: CarriedReleases,
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
    const found = lateFault(archive, { index, number: number(row.number) }, late)
    const refused = found ?? foldRecord(archive, roll, kind, fields, entry, versions)
    sql.run`UPDATE record SET refused = ${refused} WHERE "index" = ${index} AND number = ${number(row.number)}`
  }
  return rows.length
}

/** What is wrong with a release that nobody looked at before; one that holds is kept. */
function lateFault(
  archive: Archive,
  at: { index: number; number: number },
  late: CarriedReleases,
): ReleaseFault | undefined {
  const carried = late.get(at.number)
  if (carried === undefined || isReleaseFault(carried)) return carried
  keepRelease(archive, at, carried)
  return undefined
}

async function rollAfterEnvelope(crypto: Crypto, roll: Roll, envelope: Row): Promise<Roll> {
  const line = publicLineNumber(text(envelope.line) ?? "")
  const act = bytes(envelope.act)
  if (line === undefined || !act) return roll
  const entry = {
    by: text(envelope.sender) ?? "",
    index: number(envelope.index),
    line,
    header: text(envelope.hash) ?? "",
  }
  return rollAfterAct(crypto, roll, act, entry)
}

import { type Rules, rules, STATES } from "#offices/index.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { emptyRoll, type Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { foldEnvelope } from "./refolding.ts"
import { rollAfterAct } from "./roll.ts"
import { clearIndex } from "./search-index.ts"
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

async function rollAfterEnvelope(crypto: Crypto, roll: Roll, envelope: Row): Promise<Roll> {
  const line = publicLineNumber(text(envelope.line) ?? "")
  const act = bytes(envelope.act)
  if (line === undefined || !act) return roll
  const entry = {
    by: text(envelope.sender) ?? "",
    at: text(envelope.at) ?? "",
    index: number(envelope.index),
    line,
    header: text(envelope.hash) ?? "",
  }
  return rollAfterAct(crypto, roll, act, entry)
}

import { hash, randomBytes } from "node:crypto"
import type { AuditRow } from "#offices/joins/officers.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"

/** The audit log of a desk: who did what and when, about which matter or officer, and never its content. */
export type Audit = {
  /** Enters a row, durable when it returns. `officer` is empty where nobody was known. */
  enter(officer: string, what: string, about: string): void
  /** Rows before a number, the latest first. */
  rows(before: number | undefined, limit: number): AuditRow[]
}

const NOTHING = "0".repeat(64)

/** Opens the audit log. */
export function openAudit({ sql, transact }: Archive, clock: Clock): Audit {
  return {
    enter: (officer, what, about) =>
      transact(() => {
        const last = headOf({ sql })
        const row = { seq: last.seq + 1, at: instantOf(clock), officer, what, about: about.slice(0, 500) }
        sql.run`INSERT INTO audit VALUES (${row.seq}, ${row.at}, ${officer}, ${what}, ${row.about}, ${rowHash(last.hash, row)})`
      }),
    rows: (before, limit) =>
      sql.all`SELECT a.*, o.name FROM audit a LEFT JOIN officer o ON o.id = a.officer
        WHERE a.seq < ${before ?? Number.MAX_SAFE_INTEGER} ORDER BY a.seq DESC LIMIT ${limit}`.map((row) => ({
        ...rowOf(row),
        name: text(row.name) ?? text(row.officer) ?? "",
      })),
  }
}

export type Chained = { seq: number; at: string; officer: string; what: string; about: string }

/** Hash of a row over the one before it: `iod.audit/v1`, that hash, and the row's fields as JSON, each a line. */
export function rowHash(before: string, { seq, at, officer, what, about }: Chained): string {
  return hash("sha256", `iod.audit/v1\n${before}\n${JSON.stringify([seq, at, officer, what, about])}\n`)
}

/** The nonce of an envelope that anchors the log: nobody without the salt can tell it from a random one. */
export function anchorNonce(salt: string, head: string): string {
  return hash("sha256", `iod.audit-anchor/v1\n${salt}\n${head}\n`)
}

/** A nonce for the next envelope, and what keeps its meaning: to be stored with the envelope, in one transaction. */
export function anchorNext(archive: Pick<Archive, "sql">): { nonce: string; keep(headerHash: string): void } {
  const [salt, head] = [randomBytes(32).toHex(), headOf(archive)]
  return {
    nonce: anchorNonce(salt, head.hash),
    keep: (headerHash) =>
      void archive.sql.run`INSERT OR REPLACE INTO audit_anchor VALUES (${headerHash}, ${head.seq}, ${salt})`,
  }
}

/** The last row's number and hash; 0 and zeros before the first. */
export function headOf({ sql }: Pick<Archive, "sql">): { seq: number; hash: string } {
  const row = sql.get`SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1`
  return row ? { seq: number(row.seq), hash: text(row.hash) ?? "" } : { seq: 0, hash: NOTHING }
}

/** A row as it is chained. */
export function rowOf(row: Record<string, unknown>): Chained {
  const [at, officer] = [text(row.at) ?? "", text(row.officer) ?? ""]
  return { seq: number(row.seq), at, officer, what: text(row.what) ?? "", about: text(row.about) ?? "" }
}

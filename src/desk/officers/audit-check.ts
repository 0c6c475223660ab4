import { parseSignedHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Archive, number, text } from "../archive.ts"
import { anchorNonce, rowHash, rowOf } from "./audit.ts"

/** What is wrong with an audit log, and what its anchors cover. */
export type AuditFindings = {
  rows: number
  /** Envelopes whose nonce fits the log, and the last row that any of them covers. */
  anchored: number
  covered: number
  /** Envelopes of this desk from before it anchored anything. */
  before: number
  findings: { code: "row-changed" | "row-missing" | "anchor-does-not-fit" | "anchor-missing"; at: string }[]
}

/**
 * Checks the chain of rows, and every envelope of this desk that the register holds against the head that it carries.
 * Whoever rewrites a row that an envelope covers would have to change that envelope's signed header.
 */
export function checkAudit(archive: Archive): AuditFindings {
  const { sql } = archive
  const findings: AuditFindings["findings"] = []
  const hashes = new Map<number, string>([[0, "0".repeat(64)]])
  let [rows, last] = [0, "0".repeat(64)]
  for (const row of sql.all`SELECT * FROM audit ORDER BY seq`) {
    const one = rowOf(row)
    rows++
    if (one.seq !== rows) findings.push({ code: "row-missing", at: String(rows) })
    const expected = rowHash(last, one)
    if (expected !== row.hash) findings.push({ code: "row-changed", at: String(one.seq) })
    last = text(row.hash) ?? ""
    hashes.set(one.seq, last)
    rows = one.seq
  }
  return { rows, ...checkAnchors(archive, hashes, findings), findings }
}

function checkAnchors({ sql, meta }: Archive, hashes: Map<number, string>, findings: AuditFindings["findings"]) {
  let [anchored, covered, before] = [0, 0, 0]
  const own = sql.all`SELECT e.header, e.hash, a.seq, a.salt FROM envelope e LEFT JOIN audit_anchor a ON a.hash = e.hash
    WHERE e.sender = ${meta("delegation") ?? ""} ORDER BY e."index"`
  for (const row of own) {
    const at = text(row.hash) ?? ""
    if (row.salt === null) {
      if (anchored === 0) before++
      else findings.push({ code: "anchor-missing", at })
      continue
    }
    anchored++
    const seq = number(row.seq)
    const { header } = parseSignedHeader(nodeCrypto, text(row.header) ?? "")
    if (header.nonce !== anchorNonce(text(row.salt) ?? "", hashes.get(seq) ?? ""))
      findings.push({ code: "anchor-does-not-fit", at })
    else covered = Math.max(covered, seq)
  }
  return { anchored, covered, before }
}

import { existsSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { openArchive } from "#desk/archive.ts"
import { type AuditFindings, checkAudit } from "#desk/officers/audit-check.ts"
import type { AuditRow } from "#offices/joins/officers.ts"
import { callDesk } from "./desk-call.ts"
import { say } from "./terminal.ts"

/**
 * `iod desk audit [--check]`: the log of a running desk, or whether its chain and anchors hold; a stopped desk's archive
 * is checked by this program itself. Ends with 1 where something does not hold.
 */
export async function auditCommand(args: string[]): Promise<number> {
  const options = { folder: { type: "string", default: "desk" }, check: { type: "boolean", default: false } } as const
  const { folder, check } = parseArgs({ args, options }).values
  if (!check) {
    const rows = await callDesk(folder)<AuditRow[]>("GET", "/audit")
    for (const { seq, at, name, what, about } of rows.toReversed()) say([seq, at, name, what, about].join("\t"))
    return 0
  }
  const found = await findings(folder)
  for (const finding of found.findings) say(JSON.stringify(finding))
  say(`${found.rows} rows, covered to row ${found.covered} by ${found.anchored} envelopes in the register`)
  if (found.before > 0) say(`${found.before} envelopes are older than the log`)
  return found.findings.length === 0 ? 0 : 1
}

/** A desk that runs holds its archive locked and answers for itself. */
async function findings(folder: string): Promise<AuditFindings> {
  const path = join(folder, "desk.sqlite")
  if (!existsSync(path)) throw new Error(`there is no desk in ${folder}`)
  try {
    using archive = await openArchive(path)
    return checkAudit(archive)
  } catch (error) {
    if (!(error instanceof Error) || !/in use by another/.test(error.message)) throw error
    return await callDesk(folder)<AuditFindings>("GET", "/audit/check")
  }
}

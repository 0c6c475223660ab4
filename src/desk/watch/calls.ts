import type { CallRow } from "#offices/joins/watch.ts"
import type { CallState } from "#offices/lines/call.ts"
import { type Archive, text } from "../archive.ts"
import { clearText } from "../reading.ts"

const MOST = 500

/** Telephone calls that were entered on a line, newest first, with what the other side stated of each. */
export function callsOn(archive: Archive, line: string): CallRow[] {
  const rows = archive.sql
    .all`SELECT id, state FROM matter WHERE office = 'call' AND line = ${line} ORDER BY opened DESC LIMIT ${MOST}`
  return rows.map((row) => {
    const { by, at, header, fields, stated } = JSON.parse(text(row.state) ?? "null") as CallState
    const { gist, readBackText, ...said } = fields
    return {
      ...{ line, matter: text(row.id) ?? "", by, at, header },
      ...{ with: said.with, direction: said.direction, started: said.started, ended: said.ended ?? null },
      ...{ answered: said.answered, role: said.role ?? null, interpreter: said.interpreter, language: said.language },
      ...{ purpose: said.purpose, readBack: said.readBack, about: said.about ?? null },
      gist: clearText(archive, gist),
      readBackText: clearText(archive, readBackText),
      stated: Object.entries(stated).map(([who, one]) => ({
        by: who,
        at: one.at,
        same: one.same,
        text: clearText(archive, one.text),
      })),
    }
  })
}

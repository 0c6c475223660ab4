import type { CallRow } from "#offices/joins/screen.ts"
import type { CallState } from "#offices/lines/call.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { type Archive, bytes, text } from "./archive.ts"

const MOST = 500

/** Telephone calls that were entered on a line, newest first, with what the other side stated of each. */
export function callsOn({ sql }: Archive, line: string): CallRow[] {
  const clear = (hash: string | null | undefined) => {
    const held = hash ? bytes(sql.get`SELECT bytes FROM text WHERE hash = ${hash}`?.bytes) : undefined
    return held ? fromUtf8(held) : null
  }
  const rows = sql.all`SELECT id, state FROM matter WHERE office = 'call' AND line = ${line} ORDER BY opened DESC LIMIT ${MOST}`
  return rows.map((row) => {
    const { by, at, header, fields, stated } = JSON.parse(text(row.state) ?? "null") as CallState
    const { gist, readBackText, ...said } = fields
    return {
      ...{ line, matter: text(row.id) ?? "", by, at, header },
      ...{ with: said.with, direction: said.direction, started: said.started, ended: said.ended ?? null },
      ...{ answered: said.answered, role: said.role ?? null, interpreter: said.interpreter, language: said.language },
      ...{ purpose: said.purpose, readBack: said.readBack, about: said.about ?? null },
      gist: clear(gist),
      readBackText: clear(readBackText),
      stated: Object.entries(stated).map(([who, one]) => ({
        by: who,
        at: one.at,
        same: one.same,
        text: clear(one.text),
      })),
    }
  })
}

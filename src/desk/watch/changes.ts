import type { ChangeRow, Changes } from "#offices/joins/watch.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { type Archive, number, text } from "../archive.ts"

/** What machines say by themselves tells nobody anything after a night: it is left out. */
export const MACHINES = ["line.checked", "message.opened", "line.resealed"] as const
const MOST = 1000

/** What was entered since an officer last said that he had read up to here; oldest first. */
export function changesSince({ sql, meta }: Archive, officer: string): Changes {
  const [index = "-1", at] = (meta(`duty.${officer}`) ?? "").split(" ")
  const since = at === undefined ? null : { index: Number(index), at }
  const rows = sql.all`SELECT r."index", r.kind, r.line, r.matter, r.refused, e.at, e.sender, e.precedence,
      m.state->>'subject' AS subject, t.bytes, m.state->>'language' AS language
    FROM record r JOIN envelope e ON e."index" = r."index"
    LEFT JOIN matter m ON m.line = r.line AND m.id = r.matter AND m.office = 'message'
    LEFT JOIN text t ON t.hash = m.state->>'subject'
    WHERE r."index" > ${since?.index ?? -1} AND r.kind NOT IN (${MACHINES[0]}, ${MACHINES[1]}, ${MACHINES[2]})
    ORDER BY r."index" DESC, r.number DESC LIMIT ${MOST}`
  const last = sql.get`SELECT max("index") AS last FROM envelope`?.last
  return {
    since,
    upTo: typeof last === "number" ? last : -1,
    rows: rows.map(changeRow).reverse(),
    cut: rows.length === MOST,
  }
}

/** An officer states that he has read what changed up to this index. */
export function readUpTo({ setMeta }: Archive, officer: string, index: number, at: string): void {
  setMeta(`duty.${officer}`, `${index} ${at}`)
}

function changeRow(row: Record<string, unknown>): ChangeRow {
  return {
    index: number(row.index),
    at: text(row.at) ?? "",
    by: text(row.sender) ?? "",
    line: text(row.line) ?? "",
    matter: text(row.matter) ?? "",
    kind: text(row.kind) ?? "",
    precedence: text(row.precedence) ?? "",
    refused: text(row.refused) ?? null,
    subject: row.bytes instanceof Uint8Array ? fromUtf8(row.bytes) : null,
    language: text(row.language) ?? null,
  }
}

import { type DutyLog, type DutyRow, typedCall, typedLine } from "#offices/joins/duty.ts"
import { findTerms, parseQuery } from "#offices/joins/query.ts"
import { wordsOf } from "#offices/joins/spelling.ts"
import type { CallState } from "#offices/lines/call.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"
import type { Officers } from "../officers.ts"
import { clearText } from "../reading.ts"
import { MACHINES } from "../watch/changes.ts"
import { pastHandovers } from "./handover.ts"

/** The watch log: what happened is read from the record, what officers typed is beside it. */
export type DutyLogBook = {
  /** Rows of a period, the latest first, `until` not among them; all words of `query` stand in each. */
  rows(period: Period, query: string): DutyLog
  /** Writes a line; the same token is the same line. */
  write(officer: string, input: unknown): { number: number } | { refused: "duty.line-malformed" | "duty.no-such-line" }
}

export type Period = { from: string; until: string }

export type DutyLogParts = {
  archive: Archive
  clock: Clock
  officers: Pick<Officers, "name">
  told(): void
}

/** Rows of each kind that are read for one period; nobody reads more. */
const MOST = 5000

/** Opens the watch log of a desk. */
export function openDutyLog(parts: DutyLogParts): DutyLogBook {
  return {
    rows(period, query) {
      const found = [acts, typed, evidence, keyEvents, handovers, alerts].map((source) => source(parts, period))
      const rows = found.flat().filter(holding(query))
      rows.sort((a, b) => (a.at === b.at ? 0 : a.at < b.at ? 1 : -1))
      return { rows, cut: found.some(({ length }) => length === MOST) }
    },
    write: (officer, input) => write(parts, officer, input),
  }
}

function write({ archive, clock, told }: DutyLogParts, officer: string, input: unknown) {
  const parsed = typedLine.safeParse(input)
  if (!parsed.success) return { refused: "duty.line-malformed" } as const
  const { text: words, corrects, call, token } = parsed.data
  const { sql, transact } = archive
  const written = transact(() => {
    const known = sql.get`SELECT id FROM duty_line WHERE token = ${token}`
    if (known) return { number: number(known.id) }
    if (corrects !== null && !sql.get`SELECT 1 AS held FROM duty_line WHERE id = ${corrects}`)
      return { refused: "duty.no-such-line" } as const
    const { lastInsertRowid } = sql.run`INSERT INTO duty_line (at, officer, text, call, corrects, token)
      VALUES (${instantOf(clock)}, ${officer}, ${words}, ${call && JSON.stringify(call)}, ${corrects}, ${token})`
    return { number: Number(lastInsertRowid) }
  })
  if ("number" in written) told()
  return written
}

const NOTHING = {
  ...{ by: null, officer: null, kind: null, line: null, matter: null, precedence: null, refused: null },
  ...{ text: null, language: null, call: null, typed: null },
}

type Row = Record<string, unknown>

function acts({ archive, officers }: DutyLogParts, { from, until }: Period): DutyRow[] {
  const rows = archive.sql.all`SELECT r."index", r.number, r.kind, r.line, r.matter, r.refused, e.at, e.sender,
      e.precedence, m.office, m.state, o.officer
    FROM envelope e JOIN record r ON r."index" = e."index"
    LEFT JOIN matter m ON m.line = r.line AND m.id = r.matter AND m.office IN ('message', 'call')
    LEFT JOIN outbox o ON o.hash = e.hash
    WHERE e.at >= ${from} AND e.at < ${until}
      AND r.kind NOT IN (${MACHINES[0]}, ${MACHINES[1]}, ${MACHINES[2]})
    ORDER BY e.at DESC, r.number DESC LIMIT ${MOST}`
  return rows.map((row) => ({
    ...NOTHING,
    ...{ key: `act/${row.index}/${row.number}`, at: text(row.at) ?? "", what: "act", by: text(row.sender) ?? "" },
    officer: officers.name(text(row.officer) ?? "") ?? null,
    ...{ kind: text(row.kind) ?? "", line: text(row.line) ?? "", matter: text(row.matter) ?? "" },
    ...{ precedence: text(row.precedence) ?? "", refused: text(row.refused) ?? null },
    ...wordsOfMatter(archive, row),
  }))
}

/** Subject of a message; gist and read-back of a telephone call where it was entered. */
function wordsOfMatter(archive: Archive, row: Row): Pick<DutyRow, "text" | "language" | "call"> {
  if (row.office === "message") {
    const { subject, language } = JSON.parse(text(row.state) ?? "null") as { subject: string; language: string }
    return { text: clearText(archive, subject), language, call: null }
  }
  if (row.office !== "call" || row.kind !== "call.entered") return { text: null, language: null, call: null }
  const { fields } = JSON.parse(text(row.state) ?? "null") as CallState
  const { direction, with: whom, readBack, readBackText, language, gist } = fields
  const call = { direction, with: whom, readBack, readBackText: clearText(archive, readBackText) }
  return { text: clearText(archive, gist), language, call }
}

function typed({ archive, officers }: DutyLogParts, { from, until }: Period): DutyRow[] {
  const rows = archive.sql.all`SELECT l.*, (SELECT max(c.id) FROM duty_line c WHERE c.corrects = l.id) AS corrected
    FROM duty_line l WHERE l.at >= ${from} AND l.at < ${until} ORDER BY l.id DESC LIMIT ${MOST}`
  return rows.map((row) => {
    const id = number(row.id)
    const call = text(row.call)
    const [corrects, correctedBy] = [row.corrects, row.corrected].map((n) => (n === null ? null : number(n)))
    return {
      ...NOTHING,
      ...{ key: `typed/${id}`, at: text(row.at) ?? "", what: "typed", text: text(row.text) ?? "" },
      officer: officers.name(text(row.officer) ?? "") ?? text(row.officer) ?? null,
      call: call === undefined ? null : typedCall.parse(JSON.parse(call)),
      typed: { number: id, corrects: corrects ?? null, correctedBy: correctedBy ?? null },
    }
  })
}

function evidence({ archive }: DutyLogParts, { from, until }: Period): DutyRow[] {
  const rows = archive.sql.all`SELECT id, at, code, line FROM evidence WHERE at >= ${from} AND at < ${until}
    ORDER BY at DESC LIMIT ${MOST}`
  return rows.map((row) => ({
    ...NOTHING,
    ...{ key: `evidence/${row.id}`, at: text(row.at) ?? "", what: "evidence", kind: text(row.code) ?? "" },
    line: text(row.line) ?? null,
  }))
}

function keyEvents({ archive, officers }: DutyLogParts, { from, until }: Period): DutyRow[] {
  const rows = archive.sql.all`SELECT k.*, e.at FROM key_event k JOIN envelope e USING ("index")
    WHERE e.at >= ${from} AND e.at < ${until} ORDER BY k."index" DESC LIMIT ${MOST}`
  return rows.map((row) => ({
    ...NOTHING,
    ...{ key: `key-event/${row.index}`, at: text(row.at) ?? "", what: "key-event", kind: text(row.act) ?? "" },
    ...{ by: text(row.sender) ?? "", officer: officers.name(text(row.seen_by) ?? "") ?? null },
  }))
}

function handovers({ archive, officers }: DutyLogParts, period: Period): DutyRow[] {
  return pastHandovers({ archive, officers }, period).map(({ id, from, to, taken, notes, because }) => ({
    ...NOTHING,
    ...{ key: `handover/${id}`, at: taken, what: "handover", officer: `${from} → ${to}` },
    text: because === null ? notes : `${notes}\n${because}`,
  }))
}

function alerts({ archive }: DutyLogParts, { from, until }: Period): DutyRow[] {
  const rows = archive.sql
    .all`SELECT * FROM duty_alert WHERE at >= ${from} AND at < ${until} ORDER BY id DESC LIMIT ${MOST}`
  return rows.map((row) => ({
    ...NOTHING,
    ...{ key: `alert/${row.id}`, at: text(row.at) ?? "", what: "alert", kind: text(row.failed) ?? "sent" },
  }))
}

/** Whether all words of a query stand in what a row says. */
function holding(query: string): (row: DutyRow) => boolean {
  const terms = parseQuery(query)
  if (terms.length === 0) return () => true
  return ({ text: said, call, by, officer, kind }) => {
    const all = [said, call?.with, call?.readBackText, by, officer, kind].filter((one) => one).join(" \n ")
    return new Set(findTerms(wordsOf(all), terms).map(({ term }) => term)).size === terms.length
  }
}

import { setImmediate } from "node:timers/promises"
import type { LineState } from "#offices/lines/line.ts"
import { nextDay } from "#paper/frame.ts"
import type { LineLog, LogRow } from "#paper/line-log.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { bytes, number, text } from "./archive.ts"
import { fieldsOf } from "./fold.ts"
import { gapBefore } from "./gaps.ts"
import type { Desk } from "./open.ts"

/** What an officer chooses of a log: days in UTC, both whole; and whether every line check has a row of its own. */
export type LogChoice = { from: string; until: string; checks: boolean }

const MOST_ROWS = 50_000
/** Envelopes read in one go; between two, the desk does what else it has to do. */
const AT_ONCE = 200

type Row = Record<string, unknown>
/** Common to all addressees of a row: its own columns say them. */
const COMMON = new Set(["submitted", "recorded", "witnessed"])

/** The log of a line for a period, from the archive alone; a refusal where this desk has no such line, or too much of it. */
export async function lineLog(
  desk: Desk,
  line: string,
  { from, until, checks }: LogChoice,
): Promise<LineLog | { refused: "log.unknown-line" | "log.too-long" }> {
  const held = desk.archive.sql
    .get`SELECT l.members, l.place, m.state FROM line l JOIN matter m ON m.line = l.id AND m.id = l.id
    WHERE l.id = ${line}`
  if (!held) return { refused: "log.unknown-line" }
  const state: LineState = JSON.parse(text(held.state) ?? "null")
  const rows: LogRow[] = []
  let place = 0
  for (;;) {
    const next = envelopes(desk, line, { from, until, after: place })
    for (const row of next.flatMap((envelope) => rowsOf(desk, envelope))) add(rows, row, checks)
    if (rows.length > MOST_ROWS) return { refused: "log.too-long" }
    if (next.length < AT_ONCE) break
    place = number(next.at(-1)?.place)
    await setImmediate()
  }
  return {
    ...{ charter: desk.founded.charter, line, from, until, rows },
    members: (text(held.members) ?? "").split(" "),
    purpose: state.purpose,
    desk: desk.delegation,
    place: number(held.place),
    distrusted: desk.evidence.distrusted() !== undefined,
  }
}

type Period = { from: string; until: string; after: number }

function envelopes({ archive: { sql } }: Desk, line: string, { from, until, after }: Period): Row[] {
  return sql.all`SELECT e.*, c.witnessed FROM envelope e LEFT JOIN proof p ON p."index" = e."index"
    LEFT JOIN checkpoint c ON c.size = p.size
    WHERE e.line = ${line} AND e.place > ${after} AND e.at >= ${from} AND e.at < ${nextDay(until)}
    ORDER BY e.place LIMIT ${AT_ONCE}`
}

/** One row for an envelope, or one for each record of its list. */
function rowsOf(desk: Desk, envelope: Row): LogRow[] {
  const gap = gapBefore(desk.archive, text(envelope.line) ?? "", number(envelope.place))
  const records = desk.archive.sql.all`SELECT * FROM record WHERE "index" = ${number(envelope.index)} ORDER BY number`
  const place = number(envelope.place)
  const common = {
    ...{ place, last: place, record: null, about: null, subject: null, ladders: [], act: null, refused: null, gap },
    by: text(envelope.sender) ?? "",
    serial: number(envelope.serial),
    at: text(envelope.at) ?? "",
    ended: text(envelope.at) ?? "",
    precedence: text(envelope.precedence) ?? "",
    fault: text(envelope.fault) ?? null,
    hash: text(envelope.hash) ?? "",
    witnessed: text(envelope.witnessed) ?? null,
  }
  if (records.length === 0) return [common]
  return records.map((record, i) => ({
    ...common,
    record: records.length > 1 ? { number: i + 1, of: records.length } : null,
    ...recordOf(desk, envelope, record),
  }))
}

function recordOf(
  desk: Desk,
  envelope: Row,
  record: Row,
): Pick<LogRow, "act" | "about" | "subject" | "ladders" | "refused"> {
  // Its author wrote them, and may have written anything.
  const fields = fieldsOf(text(record.fields) ?? "null")
  const subject = typeof fields === "object" && fields !== null && "subject" in fields ? fields.subject : null
  const [line, matter] = [text(record.line) ?? "", text(record.matter) ?? ""]
  const message = desk.archive.sql.get`SELECT e.place FROM matter m JOIN envelope e ON e."index" = m.opened
    WHERE m.line = ${line} AND m.id = ${matter} AND m.office = 'message'`
  const about = message === undefined ? null : number(message.place)
  const ladders = about === envelope.place ? desk.views.message(line, matter)?.ladders : undefined
  return {
    act: text(record.kind) ?? null,
    refused: text(record.refused) ?? null,
    about: about === envelope.place ? null : about,
    subject: textOf(desk, subject),
    ladders: (ladders ?? []).map(({ addressee, steps }) => ({
      addressee,
      steps: steps.filter(({ rung }) => !COMMON.has(rung)),
    })),
  }
}

/** The text of a hash, while this desk holds it; its author may have signed bytes that are none. */
function textOf({ archive: { sql } }: Desk, hash: unknown): string | null {
  const held = typeof hash === "string" ? sql.get`SELECT bytes FROM text WHERE hash = ${hash}` : undefined
  try {
    return held ? fromUtf8(bytes(held.bytes) ?? new Uint8Array()) : null
  } catch {
    return null
  }
}

/** Adds a row; a line check joins the run before it, unless each is to have its own row. */
function add(rows: LogRow[], row: LogRow, checks: boolean): void {
  const before = rows.at(-1)
  if (!checks && before && isCheck(row) && isCheck(before) && row.gap === null)
    rows[rows.length - 1] = { ...before, last: row.last, ended: row.ended }
  else rows.push(row)
}

function isCheck({ act, fault, refused }: LogRow): boolean {
  return act === "line.checked" && fault === null && refused === null
}

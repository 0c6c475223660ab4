import { type Facts, ladders } from "#offices/joins/ladder.ts"
import type { EnvelopeRow, LineView, MessageRow, MessageView, WaitingRow } from "#offices/joins/screen.ts"
import type { Untranslated } from "#offices/joins/watch.ts"
import { isOpen, type LineState } from "#offices/lines/line.ts"
import type { MessageState } from "#offices/lines/message.ts"
import { awaits, deadline, speaksForTheClock } from "#offices/lines/silence.ts"
import { clocksOf } from "#offices/roll/charter.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { textHash } from "#seal/body.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Archive, bytes, number, text } from "./archive.ts"
import { filesLeaving, fileViews } from "./files/view.ts"
import { gapBefore } from "./gaps.ts"
import { lineageOf } from "./proposing.ts"
import { clearText } from "./reading.ts"
import { relayView } from "./relays/view.ts"
import { splitTexts } from "./texts.ts"
import { unopenableAt } from "./unopened.ts"

/** What screens and scripts read of the archive. Nothing here changes anything. */
export type Views = {
  lines(): LineView[]
  /** Newest first: `limit` of them, and what else came with the last of these in one list. */
  messages(query: { line?: string | undefined; before?: number | undefined; limit: number }): MessageRow[]
  message(line: string, matter: string): MessageView | undefined
  envelopes(line: string, before: number | undefined, limit: number): EnvelopeRow[]
  waiting(): WaitingRow[]
  /** Messages since this instant that lack a language of the office, on lines that `delegation` is on. */
  untranslated(since: string): Untranslated[]
}

type Row = Record<string, unknown>

/** What a view is read from. */
type Reading = {
  archive: Archive
  sql: Archive["sql"]
  delegation: string
  roll: () => Roll
  officerName: (id: string) => string | undefined
}

/** Opens the views of a desk. */
export function openViews(
  archive: Archive,
  delegation: string,
  roll: () => Roll,
  officerName: (id: string) => string | undefined,
): Views {
  const { sql } = archive
  const reading: Reading = { archive, sql, delegation, roll, officerName }
  return {
    lines: () => lines(reading),
    messages: (query) => messages(reading, query),
    message: (line, matter) => message(reading, line, matter),
    envelopes: (line, before, limit) => envelopes(reading, line, before, limit),
    waiting: () => waiting(reading),
    untranslated: (since) => untranslated(reading, since),
  }
}

function witnessed({ sql }: Reading, index: number): string | null {
  const row = sql.get`SELECT witnessed FROM checkpoint WHERE size > ${index} ORDER BY size LIMIT 1`
  return text(row?.witnessed) ?? null
}

function stateOf<T>(row: Row): T {
  return JSON.parse(text(row.state) ?? "null") as T
}

function membersOf(row: Row): string[] {
  return (text(row.members) ?? "").split(" ")
}

function messageRow(reading: Reading, row: Row): MessageRow {
  const { delegation, officerName } = reading
  const state = stateOf<MessageState>(row)
  const mine = state.by === delegation
  const holder = text(row.held_by)
  return {
    line: text(row.line) ?? "",
    matter: text(row.id) ?? "",
    index: state.index,
    serial: number(row.serial),
    by: state.by,
    at: state.at,
    precedence: state.precedence,
    language: state.language,
    subject: clearText(reading, state.subject),
    unread: !mine && row.marked === null,
    awaits: mine ? Object.keys(state.answers).some((m) => awaits(state, m)) : awaits(state, delegation),
    deadline: deadline(state, clocksOf(reading.roll().charter)),
    late: Object.values(state.answers).some((a) => a.unanswered !== undefined),
    recalled: state.recalled !== null,
    witnessed: witnessed(reading, state.index),
    heldBy: holder ? (officerName(holder) ?? null) : null,
    replyTo: state.replyTo,
    fileCount: state.files.length,
    form: state.form,
  }
}

function messages(reading: Reading, { line, before, limit }: Parameters<Views["messages"]>[0]): MessageRow[] {
  const from = before ?? Number.MAX_SAFE_INTEGER
  const { sql } = reading
  // A page ends with an envelope: the next one begins before it, and what a list left over would be on neither.
  const last =
    line === undefined
      ? sql.get`SELECT opened FROM matter WHERE office = 'message' AND opened < ${from}
          ORDER BY opened DESC LIMIT 1 OFFSET ${limit - 1}`
      : sql.get`SELECT opened FROM matter WHERE office = 'message' AND line = ${line} AND opened < ${from}
          ORDER BY opened DESC LIMIT 1 OFFSET ${limit - 1}`
  const until = Number(last?.opened ?? 0)
  const rows =
    line === undefined
      ? sql.all`SELECT m.*, e.serial, k.opened AS marked, k.held_by FROM matter m JOIN envelope e ON e."index" = m.opened
          LEFT JOIN mark k ON k.line = m.line AND k.matter = m.id
          WHERE m.office = 'message' AND m.opened < ${from} AND m.opened >= ${until} ORDER BY m.opened DESC`
      : sql.all`SELECT m.*, e.serial, k.opened AS marked, k.held_by FROM matter m JOIN envelope e ON e."index" = m.opened
          LEFT JOIN mark k ON k.line = m.line AND k.matter = m.id
          WHERE m.office = 'message' AND m.line = ${line} AND m.opened < ${from} AND m.opened >= ${until}
          ORDER BY m.opened DESC`
  return rows.map((row) => messageRow(reading, row))
}

function message(reading: Reading, line: string, matter: string): MessageView | undefined {
  const { sql } = reading
  const row = sql.get`SELECT m.*, e.serial, k.opened AS marked, k.held_by, k.held_at, l.members FROM matter m
    JOIN envelope e ON e."index" = m.opened JOIN line l ON l.id = m.line
    LEFT JOIN mark k ON k.line = m.line AND k.matter = m.id WHERE m.line = ${line} AND m.id = ${matter} AND m.office = 'message'`
  if (!row) return undefined
  const state = stateOf<MessageState>(row)
  const answers = Object.entries(state.answers)
  const said = [state.recalled?.text, ...answers.map(([, a]) => a.objected?.text)]
  const texts = [state.subject, state.body, ...said, ...state.translations.flatMap((t) => [t.subject, t.body])]
  return {
    ...messageRow(reading, row),
    textHashes: texts.filter((hash): hash is string => clearText(reading, hash) !== null),
    place: state.place,
    header: state.header,
    members: membersOf(row),
    body: clearText(reading, state.body),
    files: fileViews(reading.archive, line, state.files),
    replyBy: state.replyBy,
    recall: state.recalled && { at: state.recalled.at, text: clearText(reading, state.recalled.text) },
    ladders: ladders(state, factsOf(reading, line, membersOf(row), state)),
    translations: state.translations.map(({ subject, body, index: _, ...one }) => ({
      ...one,
      subject: clearText(reading, subject),
      body: clearText(reading, body),
    })),
    objections: answers.flatMap(([by, { objected: o }]) =>
      o ? [{ by, at: o.at, reason: o.reason, text: clearText(reading, o.text) }] : [],
    ),
    replies: answers.flatMap(([by, a]) => (a.replied ? [{ by, at: a.replied.at, matter: a.replied.matter }] : [])),
    heldAt: text(row.held_at) ?? null,
    relay: relayView(reading, { line, matter }, state),
  }
}

/** What the archive knows of a message beside its folded state: when it was handed in, witnessed, taken in. */
function factsOf(reading: Reading, line: string, members: readonly string[], state: MessageState): Facts {
  const { sql } = reading
  const delivered = Object.keys(state.answers).map((who): [string, string | undefined] => {
    const seen = sql.get`SELECT at FROM envelope WHERE line = ${line} AND sender = ${who} AND seen >= ${state.place} ORDER BY seen LIMIT 1`
    return [who, text(seen?.at)]
  })
  const sent = sql.get`SELECT submitted FROM outbox WHERE hash = ${state.header}`
  return {
    submitted: text(sent?.submitted) ?? null,
    witnessed: witnessed(reading, state.index),
    delivered: Object.fromEntries(delivered),
    speaksForTheClock: speaksForTheClock(state, { id: line, members }, reading.roll().charter.secretariat),
  }
}

function serviceOf(reading: Reading, { members, contacts, outOfService }: LineState): LineView["service"] {
  return members.map((by) => {
    const out = outOfService?.[by]
    const declared = out ? { at: out.at, text: clearText(reading, out.text) } : null
    return { by, contact: clearText(reading, contacts?.[by]?.text), outOfService: declared }
  })
}

function lines(reading: Reading): LineView[] {
  const { archive, sql, delegation } = reading
  const rows = sql.all`SELECT l.id, l.members, l.place, m.state,
      (SELECT count(*) FROM unread u WHERE u.line = l.id) AS unread,
      (SELECT count(*) FROM matter x WHERE x.line = l.id AND x.awaited IS NOT NULL
        AND instr(' ' || x.awaited || ' ', ${` ${delegation} `}) > 0) AS unanswered
    FROM line l CROSS JOIN matter m ON m.line = l.id AND m.id = l.id ORDER BY m.opened`
  const lineages = new Map(rows.map((row) => [text(row.id) ?? "", lineageOf(archive, stateOf<LineState>(row).text)]))
  return rows.map((row) => {
    const state = stateOf<LineState>(row)
    const id = text(row.id) ?? ""
    return {
      id,
      proposedBy: state.proposedBy,
      service: serviceOf(reading, state),
      follows: lineages.get(id) ?? null,
      followedBy: [...lineages].flatMap(([other, lineage]) => (lineage?.line === id ? [other] : [])),
      members: membersOf(row),
      purpose: state.purpose,
      open: isOpen(state),
      awaited: state.members.filter((m) => !(m in state.accepted)),
      place: number(row.place),
      unread: number(row.unread),
      unanswered: number(row.unanswered),
    }
  })
}

function envelopes({ archive, sql }: Reading, line: string, before: number | undefined, limit: number): EnvelopeRow[] {
  const rows = sql.all`SELECT "index", place, serial, sender, at, precedence, hash, fault FROM envelope
    WHERE line = ${line} AND place < ${before ?? Number.MAX_SAFE_INTEGER} ORDER BY place DESC LIMIT ${limit}`
  return rows.map((row) => ({
    index: number(row.index),
    place: number(row.place),
    serial: number(row.serial),
    by: text(row.sender) ?? "",
    at: text(row.at) ?? "",
    precedence: text(row.precedence) ?? "",
    hash: text(row.hash) ?? "",
    fault: text(row.fault) ?? null,
    gap: gapBefore(archive, line, number(row.place)),
    unopenable: unopenableAt(archive, line, number(row.place)),
    records: sql.all`SELECT kind, matter, refused FROM record WHERE "index" = ${number(row.index)} ORDER BY number`.map(
      (r) => ({ kind: text(r.kind) ?? "", matter: text(r.matter) ?? "", refused: text(r.refused) ?? null }),
    ),
  }))
}

function waiting({ archive, sql }: Reading): WaitingRow[] {
  const rows = sql.all`SELECT id, line, act, texts, precedence, leaves, submitted, state, refused, carried FROM outbox
    WHERE state <> 'stamped' AND officer IS NOT NULL ORDER BY id DESC LIMIT 200`
  return rows.map((row) => ({
    id: number(row.id),
    line: text(row.line) ?? "",
    ...waitingAct(bytes(row.act) ?? new Uint8Array(), bytes(row.texts) ?? new Uint8Array()),
    precedence: PRECEDENCES[number(row.precedence)] ?? "ROUTINE",
    leaves: row.leaves === "slot" ? "slot" : "at-once",
    submitted: text(row.submitted) ?? "",
    state: text(row.state) ?? "",
    carried: text(row.carried) ?? null,
    refused: text(row.refused) ?? null,
    files: filesLeaving(archive, number(row.id)),
  }))
}

/** What a stored act is, and its subject where it has one. */
export function waitingAct(act: Uint8Array, stored: Uint8Array): { act: string; subject: string | null } {
  const form = JSON.parse(fromUtf8(act)) as { act: string; record?: { subject?: string } }
  const subject = splitTexts(stored).find((t) => textHash(nodeCrypto, t) === form.record?.subject)
  return { act: form.act, subject: subject ? fromUtf8(subject.bytes) : null }
}

function untranslated(reading: Reading, since: string): Untranslated[] {
  const { sql, roll } = reading
  const { languages } = roll().charter
  const rows = sql.all`SELECT line, id, state FROM matter WHERE office = 'message' AND opened >=
    coalesce((SELECT min("index") FROM envelope WHERE at >= ${since}), 0) ORDER BY opened DESC LIMIT 2000`
  const wanting = rows.flatMap((row) => {
    const state = stateOf<MessageState>(row)
    const has = [state.language, ...state.translations.map((t) => t.language)]
    const missing = languages.filter((one) => !has.includes(one))
    if (missing.length === 0 || state.recalled) return []
    const { by, at, precedence, language, subject } = state
    const where = { line: text(row.line) ?? "", matter: text(row.id) ?? "" }
    return [{ ...where, by, at, precedence, language, subject: clearText(reading, subject), missing: [...missing] }]
  })
  const rank = (one: Untranslated) => PRECEDENCES.map(String).indexOf(one.precedence)
  return wanting.sort((a, b) => rank(a) - rank(b) || (a.at < b.at ? -1 : 1))
}

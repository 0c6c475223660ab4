import { type AnyActKind, type Entry, officeOf, refuse } from "#offices/act.ts"
import { filesOf } from "#offices/attachment.ts"
import { rules } from "#offices/index.ts"
import { type Matter, type ParsedRecord, parseRecord } from "#offices/judge.ts"
import { clocksOf, type Founded } from "#offices/roll/charter.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { STATEMENTS, type Statement } from "./findings.ts"
import type { CheckedEnvelope, CheckedLine, ShownAct } from "./line.ts"

/** What is said of the acts of a line by the rules of the office, envelope by envelope. */
export type Telling = (envelope: CheckedEnvelope) => Statement[]

/**
 * Tells the acts of one matter in the order of the line: each in its own words, and by the same rules as the desks
 * whether it is taken into account. What the sheet leaves out is not known here, and no statement speaks of it.
 */
export function tellMatter({
  founded,
  matter,
  line,
}: {
  founded: Founded
  matter: string
  line: CheckedLine
}): Telling {
  let told: Matter | undefined
  const opening = line.envelopes.find(({ shown }) => shown?.record?.matter === matter)
  const delivered = new Set<string>()

  function delivery({ signed: { header }, stamp }: CheckedEnvelope): Statement[] {
    const place = opening?.stamp.place
    const { seen, from } = header
    if (place === undefined || from === opening?.signed.header.from || delivered.has(from)) return []
    const past = seen.place >= place && seen.place < stamp.place && line.heads.get(seen.place) === seen.head
    if (!past) return []
    delivered.add(from)
    return [{ code: "delivered", values: { by: from, seen: String(seen.place), place: String(place) } }]
  }

  /** Whether the rules take this act into account; acts about other matters are not judged here. */
  function judged(envelope: CheckedEnvelope, shown: ShownAct): Statement[] {
    const kind = rules.get(envelope.rules)?.get(shown.act)
    const record = kind && parseRecord(kind, shown.record)
    if (!kind || !record) return []
    if ("refused" in record) return [notTaken(record.refused)]
    const entry = entryOf(founded, envelope, line.members)
    if (record.matter !== matter) {
      told = related(told, kind, record, entry)
      return []
    }
    const fits = told === undefined || told.office === officeOf(kind)
    const verdict = fits ? kind.mayAct(told?.state, record, entry) : refuse("act.other-matter")
    if (verdict !== "permitted") return [notTaken(verdict.refused)]
    told = { office: officeOf(kind), state: kind.fold(told?.state, record, entry) }
    return []
  }

  /** The matter as an act about another one leaves it: a message learns of the reply to it. */
  function related(before: Matter | undefined, kind: AnyActKind, record: ParsedRecord, entry: Entry): typeof before {
    if (before?.office !== officeOf(kind) || kind.relates?.to(record) !== matter) return before
    return { ...before, state: kind.relates.fold(before.state, record, entry) }
  }

  return (envelope) => {
    const { shown } = envelope
    if (!shown) return [{ code: "act.hidden", values: {} }, ...delivery(envelope)]
    const { record } = shown
    if (!record) return [{ code: "act.list", values: { kind: shown.act } }, ...delivery(envelope)]
    const about = record.matter === matter ? [] : [other(record, matter)]
    const said = [actOf(shown.act, record), ...about, ...asked(record)]
    return [
      ...said,
      ...judged(envelope, shown),
      ...textsOf(envelope.rules, shown),
      ...filesNamed(envelope.rules, shown),
      ...delivery(envelope),
    ]
  }
}

function entryOf(founded: Founded, { signed, stamp }: CheckedEnvelope, members: readonly string[]): Entry {
  const { charter } = founded
  return {
    by: signed.header.from,
    at: stamp.at,
    index: Number(stamp.index),
    place: stamp.place,
    header: signed.hash,
    precedence: signed.header.precedence,
    line: { id: signed.header.line, members },
    secretariat: charter.secretariat,
    clocks: clocksOf(charter),
  }
}

function notTaken(reason: string): Statement {
  return { code: "act.not-taken", values: { reason } }
}

function actOf(act: string, record: Record<string, unknown>): Statement {
  // Its author chose the name: only one of an office's form can mean a sentence about an act.
  const code = act.includes(".") ? STATEMENTS.find((known) => known === `act.${act}`) : undefined
  const value = (key: string) => written(record[key])
  if (!code) return { code: "act.other", values: { kind: act } }
  // Fields of different acts that mean the same in a sentence: who it is about, when it was by its author's word.
  const either = (...keys: string[]) => value(keys.find((key) => record[key] !== undefined) ?? "")
  const values = {
    of: value("of"),
    about: either("by", "to", "from", "with"),
    since: either("since", "said", "slot", "started"),
    answer: either("answer", "result"),
    role: value("role"),
    objection: value("reason"),
    language: value("language"),
    purpose: value("purpose"),
    translation: value("kind"),
    quality: value("quality"),
    same: value("same"),
  }
  return { code, values }
}

function other(record: Record<string, unknown>, matter: string): Statement {
  const code = record.replyTo === matter ? "act.reply" : "act.elsewhere"
  return { code, values: { matter: written(record.matter) } }
}

/** A field as it can be written; an author may put anything into one. */
function written(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "")
}

function asked({ replyBy }: Record<string, unknown>): Statement[] {
  return typeof replyBy === "string" ? [{ code: "act.reply-by", values: { at: replyBy } }] : []
}

/** Texts that an act names, shown or not, in the order of its fields. */
function textsOf(version: number, { act, record, texts }: ShownAct): Statement[] {
  const fields: readonly string[] = rules.get(version)?.get(act)?.texts ?? []
  return Object.entries(record ?? {}).flatMap(([field, hash]): Statement[] => {
    if (typeof hash !== "string") return []
    const bytes = texts.get(hash)
    const values = { field, hash }
    if (bytes) return [quoted(values, bytes)]
    return fields.includes(field) ? [{ code: "text.hidden", values }] : []
  })
}

/** Sealed files that an act names. What opens them is never part of a sheet: whoever has that has the file. */
function filesNamed(version: number, { act, record }: ShownAct): Statement[] {
  const kind = rules.get(version)?.get(act)
  const files = kind && record ? filesOf(kind, record) : []
  return files.map(({ file, length }) => ({ code: "file.named", values: { file, length: String(length) } }))
}

function quoted(values: { field: string; hash: string }, bytes: Uint8Array): Statement {
  try {
    return { code: "text.shown", values, quote: fromUtf8(bytes) }
  } catch {
    return { code: "text.bytes", values: { ...values, length: String(bytes.length) } }
  }
}

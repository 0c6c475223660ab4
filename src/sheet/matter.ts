import { type AnyActKind, type Entry, officeOf, refuse } from "#offices/act.ts"
import { filesOf } from "#offices/attachment.ts"
import { rules } from "#offices/index.ts"
import { type Matter, type ParsedRecord, parseRecord } from "#offices/judge.ts"
import { clocksOf, type Founded } from "#offices/roll/charter.ts"
import { fromUtf8 } from "#register/bytes.ts"
import type { ShownRelease } from "./carried.ts"
import { STATEMENTS, type Statement } from "./findings.ts"
import type { Template } from "./form.ts"
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
  template,
}: {
  founded: Founded
  matter: string
  line: CheckedLine
  template: Template
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
    if (!kind) return []
    const record = readable(kind, envelope, shown)
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

  function readable(
    kind: AnyActKind,
    { release }: CheckedEnvelope,
    shown: ShownAct,
  ): ParsedRecord | { refused: string } {
    // Words under a name that did not sign them count for nothing, before any rule is asked.
    return template > 1 && isFalse(release) ? { refused: release.fault } : parseRecord(kind, shown.record)
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
      ...(template > 1 ? releaseOf(envelope) : []),
      ...textsOf(envelope, shown, template),
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

function isFalse(release: ShownRelease | undefined): release is Extract<ShownRelease, { fault: unknown }> {
  return typeof release === "object" && "fault" in release
}

/** What a release proves that an act carries, or why it proves nothing. */
function releaseOf({ release, shown, stamp }: CheckedEnvelope): Statement[] {
  if (release === undefined) return []
  if (release === "hidden") return [{ code: "release.hidden", values: {} }]
  if (isFalse(release)) return [{ code: "release.false", values: { reason: release.fault } }]
  const { from, to, at } = release.release
  const values = { about: from, key: release.key, readers: to.join(" "), at, roll: String(stamp.roll.place) }
  const hash = written(shown?.record?.words)
  return [
    { code: "release.signed", values },
    release.words ? { code: "release.words", values: {} } : { code: "release.words-hidden", values: { hash } },
  ]
}

/** Texts that an act names, shown or not, in the order of its fields. */
function textsOf({ rules: version, release }: CheckedEnvelope, shown: ShownAct, template: Template): Statement[] {
  const { act, record, texts } = shown
  const kind = rules.get(version)?.get(act)
  const fields: readonly string[] = kind?.texts ?? []
  // A release that was held against everything is told in words; what it says once more is not quoted again.
  const isTold = template > 1 && typeof release === "object" && "words" in release && release.words
  const told: readonly string[] = isTold ? (kind?.forMachines ?? []) : []
  return Object.entries(record ?? {}).flatMap(([field, hash]): Statement[] => {
    if (typeof hash !== "string" || told.includes(field)) return []
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

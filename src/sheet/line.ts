import { rules } from "#offices/index.ts"
import { type ActForm, actForm } from "#offices/judge.ts"
import { fromBase64, fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { recordHash, type SaltedText, textHash } from "#seal/body.ts"
import { commitment, type Header, verifyHeader } from "#seal/header.ts"
import { nextHead, publicLineNumber } from "#seal/stamp.ts"
import { checkShownRelease, type ShownRelease } from "./carried.ts"
import { checkEntered, type Entered, type Office } from "./entered.ts"
import { inOrder, must, within } from "./fault.ts"
import { type LineEntry, type Run, runsOf, type SheetData } from "./form.ts"
import { type Chain, followChain, type RollAt } from "./roll.ts"

/** What is shown of an act: its name, the record, and the texts disclosed with the hashes that name them. */
export type ShownAct = { act: string; record: Record<string, unknown> | null; texts: ReadonlyMap<string, Uint8Array> }

/** One envelope of the line after every check. */
export type CheckedEnvelope = Entered & {
  key: string
  rules: number
  shown: ShownAct | undefined
  release: ShownRelease | undefined
}

/** Places between two parts of a line that the sheet does not have; where none is, the heads on both sides do not fit. */
export type Gap = { after: number; until: number }

/** The line as far as the sheet has it; `heads` maps places to heads. */
export type CheckedLine = {
  members: readonly string[]
  envelopes: readonly CheckedEnvelope[]
  heads: ReadonlyMap<number, string>
  gaps: readonly Gap[]
  whole: boolean
}

/** Place on the roll of the last amendment over the sheet's checkpoints: it says whose cosignatures they need. */
function lastAmendment({ checkpoints }: Office, rolls: readonly RollAt[]): number {
  const over = checkpoints.at(-1)?.size ?? 0n
  const amended = (at: RollAt, before: RollAt | undefined) =>
    at.roll.charters.length > (before?.roll.charters.length ?? 0)
  return rolls.findLastIndex((at, i) => i > 1 && at.index < over && amended(at, rolls[i - 1]))
}

/** Checks the envelopes of a sheet's line, their order and their heads by the roll. Throws a VerificationError. */
export async function checkLine(office: Office, rolls: readonly RollAt[], data: SheetData): Promise<CheckedLine> {
  must(publicLineNumber(data.line) === undefined, "sheet.malformed", "a sheet is about a public line")
  const envelopes = await inOrder(
    data.envelopes.map((entry, i) =>
      within({ part: "envelope", number: i + 1 }, () => checkEnvelope(office, rolls, data.line, entry)),
    ),
  )
  const runs = runsOf(data)
  const places = foldRuns(office.crypto, data.line, runs, envelopes)
  const gaps = gapsBetween(office.crypto, runs, places)
  const [first] = envelopes
  must(first?.stamp.place === runs[0].from, "sheet.order", "the line does not begin at its first envelope")
  const whole = runs[0].from === 1 && gaps.length === 0 && envelopes.length === places.size
  const serials: Chain = new Map()
  for (const [i, envelope] of envelopes.entries())
    await within({ part: "envelope", number: i + 1 }, async () => {
      const { signed, stamp } = envelope
      const held = places.get(stamp.place)
      must(
        held?.hash === signed.hash && held.head === stamp.head,
        "sheet.order",
        "an envelope is not the one that the line has there",
      )
      must(follows(envelopes[i - 1], envelope), "sheet.order", "an envelope comes before the one before it")
      followChain(serials, envelope, whole)
    })
  const highest = Math.max(...envelopes.map((envelope) => envelope.stamp.roll.place), lastAmendment(office, rolls))
  must(rolls.length === highest + 1, "sheet.order", "the roll goes further than the sheet uses it")
  const heads = new Map([...places].map(([place, { head }]) => [place, head]))
  return { members: namesOf(first.signed.header), envelopes, heads, gaps, whole }
}

/** Everything that goes up along a line does, and nobody joins or leaves it. */
function follows(before: Entered | undefined, { stamp, signed }: Entered): boolean {
  if (!before) return true
  const last = before.stamp
  const rises = last.place < stamp.place && last.index < stamp.index
  const notEarlier = last.at <= stamp.at && last.roll.place <= stamp.roll.place
  return rises && notEarlier && namesOf(before.signed.header).join(" ") === namesOf(signed.header).join(" ")
}

function namesOf({ to }: Header): string[] {
  return to === "*" ? [] : to.map((addressee) => addressee.name)
}

type Places = Map<number, { hash: string; head: string }>

/**
 * Every place of the runs with its head. A run begins and ends at an envelope of the sheet, whose stamp says the head
 * that the others follow from and lead to; of place 1 it follows from the line's id.
 */
function foldRuns(crypto: Crypto, line: string, runs: readonly Run[], envelopes: readonly CheckedEnvelope[]): Places {
  const stamps = new Map(envelopes.map(({ stamp }) => [stamp.place, stamp]))
  const places: Places = new Map()
  let before = 0
  for (const { from, hashes } of runs) {
    const [begins, end] = [stamps.get(from), from + hashes.length - 1]
    must(
      begins !== undefined && from > before && stamps.has(end),
      "sheet.order",
      "the line does not begin or end at an envelope",
    )
    for (const [i, hash] of hashes.entries()) {
      const head = places.get(from + i - 1)?.head
      const next = i > 0 ? nextHead(crypto, head ?? "", hash) : from === 1 ? nextHead(crypto, line, hash) : begins.head
      places.set(from + i, { hash, head: next })
    }
    before = end
  }
  return places
}

/** What lies between the runs. One that follows the one before it is no run of its own. */
function gapsBetween(crypto: Crypto, runs: readonly Run[], places: Places): Gap[] {
  return runs.slice(1).map(({ from }, i) => {
    const last = runs[i]
    const after = last ? last.from + last.hashes.length - 1 : 0
    const [behind, ahead] = [places.get(from), places.get(after)]
    const follows = from === after + 1 && nextHead(crypto, ahead?.head ?? "", behind?.hash ?? "") === behind?.head
    must(!follows, "sheet.order", "a gap is named where none is")
    return { after, until: from }
  })
}

async function checkEnvelope(
  office: Office,
  rolls: readonly RollAt[],
  line: string,
  entry: LineEntry,
): Promise<CheckedEnvelope> {
  const entered = await checkEntered(office, line, entry)
  const { signed, stamp } = entered
  const { header } = signed
  must(namesOf(header).includes(header.from), "header.malformed", "a sender is not a member of the line")
  const roll = rolls[stamp.roll.place]
  must(roll !== undefined && roll.head === stamp.roll.head, "sheet.order", "a stamp names another roll")
  const next = rolls[stamp.roll.place + 1]
  // A public act at a smaller index than the stamp that does not know it was withheld.
  const current = roll.index < stamp.index && (next === undefined || next.index > stamp.index)
  must(current, "sheet.order", "a stamp lacks a place of the roll")
  const key = roll.roll.members[header.from]?.key
  must(key != null, "roll.unknown-key", "an envelope is by a delegation without a desk key")
  await verifyHeader(office.crypto, signed, key)
  const { rules: version, charter } = roll.roll
  const shown = showAct(office.crypto, header, entry)
  const at = { by: header.from, line: { id: line, members: namesOf(header) }, secretariat: charter.secretariat }
  const kind = shown && rules.get(version)?.get(shown.act)
  const release = shown && (await checkShownRelease({ crypto: office.crypto, roll: roll.roll, at }, kind, shown))
  return { ...entered, key: key.name, rules: version, shown, release }
}

/** What is disclosed of an envelope, each part held against what its author signed. */
function showAct(crypto: Crypto, header: Header, { act, texts }: LineEntry): ShownAct | undefined {
  if (!act) {
    must(texts.length === 0, "sheet.text", "texts are shown without their act")
    return undefined
  }
  const bytes = fromBase64(act.bytes)
  const committed = commitment(crypto, header, fromBase64(act.salt), bytes) === header.commit
  must(committed, "body.commit", "an act is not the committed one")
  const form = actForm.safeParse(json(bytes))
  must(form.success, "act.malformed", "an act is not of its form")
  const record = shownRecord(crypto, form.data, act.record && saltedOf(act.record))
  const shown = new Map(texts.map(saltedOf).map((text) => [textHash(crypto, text), text.bytes]))
  const named = new Set(record ? Object.values(record) : [])
  const each = shown.size === texts.length && [...shown.keys()].every((hash) => named.has(hash))
  must(each, "sheet.text", "a text is not one that its act names")
  return { act: form.data.act, record, texts: shown }
}

/** The one record of an act, or of a list the one that is shown. */
function shownRecord(crypto: Crypto, form: ActForm, given: SaltedText | null): Record<string, unknown> | null {
  if ("record" in form) {
    must(given === null, "sheet.text", "an act without a list is shown with a record of one")
    return form.record
  }
  if (!given) return null
  must(form.list.includes(recordHash(crypto, given)), "sheet.text", "a record is not one of its list")
  const value = json(given.bytes)
  must(typeof value === "object" && value !== null, "act.malformed", "a record is not of its form")
  return { ...value }
}

function saltedOf({ salt, bytes }: { salt: string; bytes: string }): SaltedText {
  return { salt: fromBase64(salt), bytes: fromBase64(bytes) }
}

function json(bytes: Uint8Array): unknown {
  try {
    return parseJson(fromUtf8(bytes))
  } catch (cause) {
    throw new VerificationError("act.malformed", "an act is not JSON", { cause })
  }
}

import { type Founded, openCharter } from "#offices/roll/charter.ts"
import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { type VerificationCode, VerificationError } from "#register/error.ts"
import { openCheckpoints } from "./checkpoints.ts"
import { officeOf } from "./entered.ts"
import { SheetFault, type SheetPart } from "./fault.ts"
import type { Findings, Statement } from "./findings.ts"
import { officeFingerprint, parseFingerprint } from "./fingerprint.ts"
import { parseSheet, type SheetData, TEMPLATE, type Template } from "./form.ts"
import { type CheckedEnvelope, type CheckedLine, checkLine, type Gap } from "./line.ts"
import { tellMatter } from "./matter.ts"
import { renderSheet } from "./readable.ts"
import { checkCharters, foldRoll, statedCharters } from "./roll.ts"

/** What the verifier already trusts: the charter's text, or the fingerprint of the office. */
export type Pinned = { charter?: string; office?: string }

/** The office that the answer speaks of; assumed where nothing was pinned and the sheet's own charter was used. */
export type AnsweredOffice = { office: string; fingerprint: string; assumed: boolean }

/** What a sheet comes to. False names the reason and, where one part is at fault, which. */
export type SheetAnswer =
  | ({ verdict: true; findings: Findings } & AnsweredOffice)
  | {
      verdict: false
      reason: VerificationCode
      where: SheetPart | null
      office: AnsweredOffice | null
      /** Set where everything but the readable part verifies. */
      findings: Findings | null
    }

/**
 * Checks a proof sheet, of which whoever hands it on controls every byte, with nothing but the charter that is pinned or
 * the sheet's own. Throws a VerificationError (`sheet.malformed`, `encoding`) for what is no sheet; a sheet that does
 * not verify is an answer.
 */
export async function verifySheet(
  crypto: Crypto,
  input: string | Uint8Array,
  pinned: Pinned = {},
): Promise<SheetAnswer> {
  const { readable, dataText, data } = parseSheet(input)
  const pin = pinOf(crypto, pinned)
  let office: AnsweredOffice | null = null
  try {
    const founded = openCharter(crypto, data.charter)
    const assumed = pin === undefined
    office = { office: founded.office, fingerprint: officeFingerprint(founded.office), assumed }
    if (pin?.(founded.office) === false)
      return { verdict: false, reason: "sheet.office", where: null, office, findings: null }
    const checked = await checkSheet(crypto, founded, data, dataText)
    const findings = tellFindings(checked, TEMPLATE)
    // Its own template says whether it is the text that it was written with; what is answered is said as of today.
    if (renderSheet(tellFindings(checked, data.template), data.language) !== readable)
      return { verdict: false, reason: "sheet.readable", where: null, office, findings }
    return { verdict: true, findings, ...office }
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    const where = error instanceof SheetFault ? error.where : null
    return { verdict: false, reason: error.code, where, office, findings: null }
  }
}

/** How an office is told to be the pinned one; undefined where nothing is pinned. Throws for a pin that is none. */
function pinOf(crypto: Crypto, { charter, office }: Pinned): ((office: string) => boolean) | undefined {
  const id = charter === undefined ? undefined : openCharter(crypto, charter).office
  const isMeant = office === undefined ? undefined : parseFingerprint(office)
  if (id === undefined) return isMeant
  return (candidate) => candidate === id && (isMeant?.(candidate) ?? true)
}

/** A sheet whose data verify. */
type CheckedSheet = { founded: Founded; data: SheetData; hash: string; line: CheckedLine }

/** Checks the data of a sheet; throws a VerificationError where anything in it does not verify. */
async function checkSheet(crypto: Crypto, founded: Founded, data: SheetData, dataText: string): Promise<CheckedSheet> {
  const stated = await statedCharters(crypto, founded, data.roll)
  const office = officeOf(crypto, founded, await openCheckpoints(crypto, stated, data.checkpoints))
  const rolls = await foldRoll(office, data.roll)
  checkCharters(rolls, stated)
  const line = await checkLine(office, rolls, data)
  return { founded, data, hash: crypto.sha256(utf8(dataText)).toHex(), line }
}

/** What the data of a sheet comes to, by its own template; throws a VerificationError where anything does not verify. */
export async function examine(crypto: Crypto, founded: Founded, data: SheetData, dataText: string): Promise<Findings> {
  return tellFindings(await checkSheet(crypto, founded, data, dataText), data.template)
}

/** What a checked sheet says, by the rules of a template. */
function tellFindings({ founded, data, hash, line }: CheckedSheet, template: Template): Findings {
  const tell = tellMatter({ founded, matter: data.matter, line, template })
  const { envelopes, gaps, members, whole } = line
  const missing = gaps.filter(({ after, until }) => until > after + 1).map(placesOf)
  return {
    ...{ office: founded.office, charter: founded.charter, line: data.line, members, matter: data.matter },
    ...{ template, language: data.language, extract: !whole, missing, data: hash },
    last: envelopes.at(-1)?.stamp.place ?? 0,
    statements: envelopes.flatMap((envelope) => [...enteredBy(envelope, template), ...tell(envelope)]),
    claims: [
      ...envelopes.flatMap((envelope) => claimsOf(envelope, template)),
      ...gaps.filter(({ after, until }) => until === after + 1).map(unfitting),
      { code: "claim.texts", values: {} },
    ],
    unproven: [
      { code: "not.true", values: {} },
      { code: "not.read", values: {} },
      { code: whole ? "not.after" : "not.beside", values: {} },
      ...(missing.length > 0 ? [{ code: "not.missing", values: { places: missing.join(", ") } } as const] : []),
    ],
  }
}

/** The places of a gap: `5`, or `5–7`. */
function placesOf({ after, until }: Gap): string {
  return until === after + 2 ? String(after + 1) : `${after + 1}–${until - 1}`
}

function unfitting({ after, until }: Gap): Statement {
  return { code: "claim.heads", values: { after: String(after), until: String(until) } }
}

/** Who signed what, and between which of the witnesses' times it was entered. */
function enteredBy({ signed, stamp, key, states, interval }: CheckedEnvelope, template: Template): Statement[] {
  const { after, before, late } = interval[template]
  const { header, hash } = signed
  const [place, by, index] = [String(stamp.place), header.from, String(stamp.index)]
  const witnesses = { index, before: instant(before), states: states.join(" ") }
  const roll = String(stamp.roll.place)
  const statements: Statement[] = [
    { code: "envelope", values: { place, by, serial: String(header.serial) } },
    { code: "signed", values: { by, key, roll, header: hash, precedence: header.precedence } },
    after === undefined
      ? { code: "entered.before", values: witnesses }
      : { code: "entered.between", values: { ...witnesses, after: instant(after) } },
  ]
  return late ? [...statements, { code: "entered.late", values: {} }] : statements
}

/** What only its author says, and how far that is at odds with the witnesses. */
function claimsOf({ signed, stamp, interval }: CheckedEnvelope, template: Template): Statement[] {
  const { outside, otherRoot } = interval[template]
  const { from, signed: at, register } = signed.header
  const place = String(stamp.place)
  const claims: Statement[] = [{ code: "claim.times", values: { place, by: from, signed: at, stamped: stamp.at } }]
  if (outside) claims.push({ code: "claim.outside", values: { place } })
  if (otherRoot)
    claims.push({ code: "claim.register", values: { place, by: from, size: String(register?.size ?? "") } })
  return claims
}

function instant(seconds: bigint): string {
  return new Date(Number(seconds) * 1000).toISOString()
}

import { type Founded, openCharter } from "#offices/roll/charter.ts"
import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { type VerificationCode, VerificationError } from "#register/error.ts"
import { openCheckpoints } from "./checkpoints.ts"
import { officeOf } from "./entered.ts"
import { SheetFault, type SheetPart } from "./fault.ts"
import type { Findings, Statement } from "./findings.ts"
import { officeFingerprint, parseFingerprint } from "./fingerprint.ts"
import { parseSheet, type SheetData } from "./form.ts"
import { type CheckedEnvelope, checkLine } from "./line.ts"
import { tellMatter } from "./matter.ts"
import { renderSheet } from "./readable.ts"
import { foldRoll } from "./roll.ts"

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
    const findings = await examine(crypto, founded, data, dataText)
    if (renderSheet(findings, data.language) !== readable)
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

/** What the data of a sheet comes to; throws a VerificationError where anything in it does not verify. */
export async function examine(crypto: Crypto, founded: Founded, data: SheetData, dataText: string): Promise<Findings> {
  const office = officeOf(crypto, founded, await openCheckpoints(crypto, founded, data.checkpoints))
  const rolls = await foldRoll(office, data.roll)
  const line = await checkLine(office, rolls, data)
  const tell = tellMatter({ founded, matter: data.matter, line })
  const { envelopes, members, whole } = line
  return {
    ...{ office: founded.office, charter: founded.charter, line: data.line, members, matter: data.matter },
    language: data.language,
    extract: !whole,
    last: envelopes.at(-1)?.stamp.place ?? 0,
    data: crypto.sha256(utf8(dataText)).toHex(),
    statements: envelopes.flatMap((envelope) => [...enteredBy(envelope), ...tell(envelope)]),
    claims: [...envelopes.flatMap(claimsOf), { code: "claim.texts", values: {} }],
    unproven: [
      { code: "not.true", values: {} },
      { code: "not.read", values: {} },
      { code: whole ? "not.after" : "not.beside", values: {} },
    ],
  }
}

/** Who signed what, and between which of the witnesses' times it was entered. */
function enteredBy(envelope: CheckedEnvelope): Statement[] {
  const { signed, stamp, key, after, before, states, late } = envelope
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
function claimsOf({ signed, stamp, outside, otherRoot }: CheckedEnvelope): Statement[] {
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

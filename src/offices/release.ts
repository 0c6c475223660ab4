import { fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseRelease, type Release, type SignedRelease, verifyRelease } from "#seal/release.ts"
import type { AnyActKind, Carrying, ReleaseTerms } from "./act.ts"
import type { ParsedRecord } from "./judge.ts"
import { type Roll, releaseKey } from "./roll/roll.ts"

/** Why a release that a record carries does not hold. The record is kept and counts for nothing. */
export const RELEASE_FAULTS = [
  "release.malformed",
  "release.signature",
  "release.mismatch",
  "release.words",
  "text.missing",
] as const
export type ReleaseFault = (typeof RELEASE_FAULTS)[number]

/** Whether this is the code of such a fault. */
export function isReleaseFault(code: unknown): code is ReleaseFault {
  return RELEASE_FAULTS.some((fault) => fault === code)
}

/** A release that holds, with the note that proves it. */
export type Carried = { release: Release; note: string }

/** What a record's texts say, by their hashes. */
export type Texts = ReadonlyMap<string, Uint8Array>

export type CarriedParts = { crypto: Crypto; roll: Roll; kind: AnyActKind; at: Carrying; texts: Texts }

/**
 * Holds the release that a record carries against the roll, the act and the record's own words (docs/specs/envelope.md
 * §7); undefined where it carries none. Every member of the line has the same bytes, so all come to the same answer.
 */
export async function checkCarried(
  { crypto, roll, kind, at, texts }: CarriedParts,
  record: ParsedRecord,
): Promise<Carried | ReleaseFault | undefined> {
  const terms = kind.release?.carries(record, at)
  const { release: noteHash, words: wordsHash } = fieldsOf(record)
  // Where a record must have both and has not is the rule's to refuse.
  if (!terms || noteHash === undefined || wordsHash === undefined) return undefined
  try {
    const note = clear(texts, noteHash)
    const signed = parseRelease(note)
    const wrong = termsFault(roll, terms, signed, wordsHash) ?? wordsFault(kind, record, texts)
    if (wrong) return wrong
    return (await isSigned(crypto, roll, signed)) ? { release: signed.release, note } : "release.signature"
  } catch (error) {
    if (!(error instanceof VerificationError)) throw error
    return error.code === "text.missing" ? "text.missing" : "release.malformed"
  }
}

/**
 * As `checkCarried` of a record of which only the note is shown: whether its author signed it for these addressees and
 * for the words that the record names by their hash. Undefined where the record carries none.
 */
export async function checkCarriedNote(
  { crypto, roll, kind, at }: Omit<CarriedParts, "texts">,
  record: ParsedRecord,
  note: Uint8Array,
): Promise<Carried | ReleaseFault | undefined> {
  const terms = kind.release?.carries(record, at)
  if (!terms) return undefined
  try {
    const signed = parseRelease(fromUtf8(note))
    const wrong = termsFault(roll, terms, signed, fieldsOf(record).words)
    if (wrong) return wrong
    return (await isSigned(crypto, roll, signed))
      ? { release: signed.release, note: fromUtf8(note) }
      : "release.signature"
  } catch (error) {
    if (error instanceof VerificationError) return "release.malformed"
    throw error
  }
}

/** Whether a release was made for the record that carries it. */
function termsFault(
  roll: Roll,
  terms: ReleaseTerms,
  { release }: SignedRelease,
  words: unknown,
): ReleaseFault | undefined {
  if (!fits(release, roll.office, terms)) return "release.mismatch"
  return release.text === words ? undefined : "release.words"
}

/** Whether the words that travel with a release are those of the record that carries it. */
export function wordsFault(kind: AnyActKind, record: ParsedRecord, texts: Texts): ReleaseFault | undefined {
  const { words } = fieldsOf(record)
  const own = kind.release?.words(record, (hash) => clear(texts, hash))
  return clear(texts, words) === own ? undefined : "release.words"
}

function fits({ office, kind, from, to }: Release, ours: string, terms: ReleaseTerms): boolean {
  return office === ours && kind === terms.kind && from === terms.from && terms.to.every((name) => to.includes(name))
}

async function isSigned(crypto: Crypto, roll: Roll, signed: SignedRelease): Promise<boolean> {
  const member = roll.members[signed.release.from]
  const key = member && releaseKey(member, signed.key)
  if (!key) return false
  try {
    await verifyRelease(crypto, signed, key)
    return true
  } catch (error) {
    if (error instanceof VerificationError) return false
    throw error
  }
}

function clear(texts: Texts, hash: unknown): string {
  const bytes = texts.get(String(hash))
  if (!bytes) throw new VerificationError("text.missing", "a record names a text that its body does not hold")
  return fromUtf8(bytes)
}

function fieldsOf(record: ParsedRecord): Record<string, unknown> {
  return { ...record }
}

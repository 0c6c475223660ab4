import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { formatNote, parseNote, signatureBy, signNote, verifyExactly } from "#register/note.ts"
import { formatKeyPair, type KeyPair, parseKeyPair, type SignerPair } from "./desk-key.ts"
import { readForm } from "./form.ts"

/**
 * What a delegation's root key signs besides certificates of desk keys: the charter it founds, the mandate it accepts,
 * the root that follows it, a charter that is amended (docs/specs/keys.md §5). Each is a note with both signatures.
 */

/** A founder's signature under the charter. */
export type Founding = { office: string; delegation: string }

/** Names in the languages of the office. */
export type Names = { en: string; uk: string; ru: string }

/** A delegation accepts the mandate, in a language that it chose, and names the root that will follow. */
export type Acceptance = {
  office: string
  delegation: string
  language: "en" | "uk" | "ru"
  /** SHA-256 of the mandate's text in that language. */
  mandate: string
  /** Fingerprint of the root key that alone may follow this one. */
  next: string
  /** What it is called, where the charter does not name it. */
  names: Names | null
}

/** A root key in the place of another, signed by itself: the one before has named its fingerprint. */
export type Succession = { office: string; delegation: string; replaces: string; root: KeyPair; next: string }

/** An amended charter: the whole text, by its hash, as number `number` of the amendments. */
export type Amendment = { office: string; number: number; charter: string }

const FOUNDING = "iod.founding/v1"
const ACCEPTANCE = "iod.acceptance/v1"
const SUCCESSION = "iod.root/v1"
const AMENDMENT = "iod.amendment/v1"
const CODE = "root-note.malformed"
const LONGEST_NAME = 200

/** Signs the charter as one of its founders. */
export function signFounding({ office, delegation }: Founding, root: SignerPair): string {
  return formatNote(signNote(`${FOUNDING}\noffice ${office}\ndelegation ${delegation}\n`, root))
}

/** Reads a founder's signature and checks it; throws a VerificationError. */
export async function openFounding(crypto: Crypto, note: string, root: KeyPair): Promise<Founding> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, FOUNDING, CODE)
  const founding = { office: form.id("office"), delegation: form.name("delegation") }
  form.end()
  await verifyExactly(crypto, parsed, [root.ed25519, root.mlDsa65])
  return founding
}

/** Accepts the mandate with both root keys. */
export function signAcceptance(acceptance: Acceptance, root: SignerPair): string {
  const { office, delegation, language, mandate, next, names } = acceptance
  const text = [
    ...[ACCEPTANCE, `office ${office}`, `delegation ${delegation}`],
    ...[`language ${language}`, `mandate ${mandate}`, `next ${next}`],
    ...(names ? [`en ${names.en}`, `uk ${names.uk}`, `ru ${names.ru}`] : []),
    "",
  ].join("\n")
  return formatNote(signNote(text, root))
}

/** Reads an acceptance and checks both signatures of `root`; throws a VerificationError. */
export async function openAcceptance(crypto: Crypto, note: string, root: KeyPair): Promise<Acceptance> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, ACCEPTANCE, CODE)
  const office = form.id("office")
  const delegation = form.name("delegation")
  const language = form.oneOf("language", ["en", "uk", "ru"])
  const [mandate, next] = [form.id("mandate"), form.id("next")]
  const names = form.has("en") ? { en: form.field("en"), uk: form.field("uk"), ru: form.field("ru") } : null
  form.end()
  if (names && Object.values(names).some((name) => name.trim() !== name || name === "" || name.length > LONGEST_NAME))
    throw new VerificationError(CODE, "a delegation's name is empty, too long, or begins or ends with a space")
  await verifyExactly(crypto, parsed, [root.ed25519, root.mlDsa65])
  return { office, delegation, language, mandate, next, names }
}

/** Signs a root with itself. */
export function signSuccession(succession: Omit<Succession, "root">, root: SignerPair, pair: KeyPair): string {
  const { office, delegation, replaces, next } = succession
  const [ed25519, mlDsa65] = formatKeyPair(pair)
  const text = [
    ...[SUCCESSION, `office ${office}`, `delegation ${delegation}`, `replaces ${replaces}`],
    ...[`ed25519 ${ed25519}`, `ml-dsa-65 ${mlDsa65}`, `next ${next}`, ""],
  ].join("\n")
  return formatNote(signNote(text, root))
}

/** Reads a root that signed itself; whether it may follow is for the roll to say. Throws a VerificationError. */
export async function openSuccession(crypto: Crypto, note: string): Promise<Succession> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, SUCCESSION, CODE)
  const [office, delegation, replaces] = [form.id("office"), form.name("delegation"), form.id("replaces")]
  const root = parseKeyPair(crypto, [form.field("ed25519"), form.field("ml-dsa-65")])
  const next = form.id("next")
  form.end()
  await verifyExactly(crypto, parsed, [root.ed25519, root.mlDsa65])
  return { office, delegation, replaces, root, next }
}

/** The text that council members sign to amend the charter. */
export function formatAmendment({ office, number, charter }: Amendment): string {
  return `${AMENDMENT}\noffice ${office}\nnumber ${number}\ncharter ${charter}\n`
}

/** Signs an amendment with the roots of council members, two lines each. */
export function signAmendment(amendment: Amendment, roots: readonly SignerPair[]): string {
  return formatNote(signNote(formatAmendment(amendment), roots.flat()))
}

/**
 * Reads an amendment and tells which of `roots` signed it, each with both keys; a line of anybody else, or one of a
 * pair alone, refuses the whole. Throws a VerificationError.
 */
export async function openAmendment(
  crypto: Crypto,
  note: string,
  roots: ReadonlyMap<string, KeyPair>,
): Promise<Amendment & { by: readonly string[] }> {
  const parsed = parseNote(note)
  const form = readForm(parsed.text, AMENDMENT, CODE)
  const amendment = { office: form.id("office"), number: form.number("number"), charter: form.id("charter") }
  form.end()
  const signed = [...roots].filter(([, root]) => signatureBy(parsed, root.ed25519))
  const inOrder = signed.toSorted(([, a], [, b]) => placeOf(parsed, a) - placeOf(parsed, b))
  await verifyExactly(
    crypto,
    parsed,
    inOrder.flatMap(([, root]) => [root.ed25519, root.mlDsa65]),
  )
  return { ...amendment, by: inOrder.map(([delegation]) => delegation) }
}

function placeOf(note: ReturnType<typeof parseNote>, root: KeyPair): number {
  const line = signatureBy(note, root.ed25519)
  return line ? note.signatures.indexOf(line) : -1
}

/** What an acceptance names the mandate by. */
export function mandateHash(crypto: Crypto, text: string): string {
  return crypto.sha256(utf8(text)).toHex()
}

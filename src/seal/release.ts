import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { formatNote, type Note, parseNote, signNote, verifyExactly } from "#register/note.ts"
import type { KeyPair, SignerPair } from "./desk-key.ts"
import { isName, readForm } from "./form.ts"

/** Words that their author's desk signed to pass beyond their line (docs/specs/envelope.md §7). */
export type Release = {
  office: string
  id: string
  kind: string
  from: string
  /** Everyone who gets these same bytes, sorted. */
  to: readonly string[]
  at: string
  /** Salted hash of the text: `textHash`. */
  text: string
}

const FORM = "iod.release/v1"
const CODE = "release.malformed"

/** The text of a release, exactly as it is signed. */
export function formatRelease(release: Release): string {
  const { office, id, kind, from, to, at, text } = release
  const lines = [FORM, `office ${office}`, `id ${id}`, `kind ${kind}`, `from ${from}`, `to ${to.join(" ")}`]
  return [...lines, `at ${at}`, `text ${text}`, ""].join("\n")
}

/** Signs a release with both keys of the desk. */
export function signRelease(release: Release, desk: SignerPair): string {
  return formatNote(signNote(formatRelease(release), desk))
}

/** Whether two releases that were opened convict their author: one id, and not the same words to the same readers. */
export function contradict(one: Release, other: Release): boolean {
  const sameId = one.office === other.office && one.from === other.from && one.id === other.id
  return sameId && formatRelease(one) !== formatRelease(other)
}

/** A release as it was read: whoever wrote it controls every byte until its signatures are checked. */
export type SignedRelease = {
  release: Release
  note: Note
  /** Name of the key that it says signed it. */
  key: string
}

/** Reads a release that `desk` signed; throws a VerificationError. */
export async function openRelease(crypto: Crypto, note: string, desk: KeyPair): Promise<Release> {
  const signed = parseRelease(note)
  await verifyRelease(crypto, signed, desk)
  return signed.release
}

/** That both keys of `desk` signed a release, and nobody else; throws a VerificationError. */
export function verifyRelease(crypto: Crypto, { note }: SignedRelease, desk: KeyPair): Promise<void> {
  return verifyExactly(crypto, note, [desk.ed25519, desk.mlDsa65])
}

/** Reads a release and checks no signature; throws a VerificationError. */
export function parseRelease(text: string): SignedRelease {
  const note = parseNote(text)
  const form = readForm(note.text, FORM, CODE)
  const release: Release = {
    office: form.id("office"),
    id: form.id("id"),
    kind: form.name("kind"),
    from: form.name("from"),
    to: form.field("to").split(" "),
    at: form.instant("at"),
    text: form.id("text"),
  }
  form.end()
  if (!release.to.every((name, i) => isName(name) && (i === 0 || (release.to[i - 1] ?? "") < name)))
    throw new VerificationError(CODE, "the addressees are malformed or not sorted")
  return { release, note, key: note.signatures[0]?.name ?? "" }
}

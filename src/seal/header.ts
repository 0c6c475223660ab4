import { concat, utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { formatNote, type Note, parseNote, type Signer, signNote, verifyExactly } from "#register/note.ts"
import type { KeyPair } from "./desk-key.ts"
import { type FormReader, isId, isName, parseNumber, parseSize, readForm } from "./form.ts"

/** Speed of handling and nothing else (handbook §1.2). */
export const PRECEDENCES = ["FLASH", "IMMEDIATE", "PRIORITY", "ROUTINE"] as const
export type Precedence = (typeof PRECEDENCES)[number]

/** One member of the line and the number of the sealing key that the body is sealed to for it. */
export type Addressee = { name: string; sealingKey: number }

/** The signed header of an envelope (docs/specs/envelope.md §2); ids and hashes in lower-case hex. */
export type Header = {
  office: string
  line: string
  from: string
  /** Every member, sorted by bytes, the sender among them; `"*"` on a public line. */
  to: readonly Addressee[] | "*"
  serial: number
  /** Hash of the sender's previous header text on this line, `null` for the first. */
  prev: string | null
  /** How far the sender's desk holds the line. */
  seen: { place: number; head: string }
  /** The last witnessed checkpoint that the sender's desk verified. */
  register: { size: bigint; root: string } | null
  precedence: Precedence
  signed: string
  body: { hash: string; length: number }
  commit: string
  nonce: string
}

/** A header as it travelled: what it says, the note that says it, and the hash that names it. */
export type SignedHeader = { header: Header; note: Note; hash: string }

const FORM = "iod.envelope/v1"
const CODE = "header.malformed"
const MAX_HEADER_BYTES = 64 * 1024

/** The text of a header, exactly as it is signed. */
export function formatHeader(header: Header): string {
  const to = header.to === "*" ? "*" : header.to.map((a) => `${a.name}/${a.sealingKey}`).join(" ")
  return [
    FORM,
    `office ${header.office}`,
    `line ${header.line}`,
    `from ${header.from}`,
    `to ${to}`,
    `serial ${header.serial}`,
    `prev ${header.prev ?? "-"}`,
    `seen ${header.seen.place} ${header.seen.head}`,
    `register ${header.register ? `${header.register.size} ${header.register.root}` : "-"}`,
    `precedence ${header.precedence}`,
    `signed ${header.signed}`,
    `body ${header.body.hash} ${header.body.length}`,
    `commit ${header.commit}`,
    `nonce ${header.nonce}`,
    "",
  ].join("\n")
}

/** Reads a header's text; throws `header.malformed` for anything that formatHeader would not have written. */
export function parseHeader(text: string): Header {
  const form = readForm(text, FORM, CODE)
  const header: Header = {
    office: form.id("office"),
    line: form.id("line"),
    from: form.name("from"),
    to: parseTo(form.field("to")),
    serial: form.number("serial"),
    prev: parsePrev(form.field("prev")),
    seen: parseSeen(form),
    register: parseRegister(form.field("register")),
    precedence: form.oneOf("precedence", PRECEDENCES),
    signed: form.instant("signed"),
    body: parseBody(form),
    commit: form.id("commit"),
    nonce: form.id("nonce"),
  }
  form.end()
  if (header.serial < 1 || (header.serial === 1) !== (header.prev === null)) malformed("serial and prev do not fit")
  return header
}

function malformed(message: string): never {
  throw new VerificationError(CODE, message)
}

function parseTo(field: string): readonly Addressee[] | "*" {
  if (field === "*") return "*"
  const to = field.split(" ").map((entry) => {
    const [name, number, ...rest] = entry.split("/")
    if (name === undefined || number === undefined || rest.length > 0 || !isName(name))
      return malformed("an addressee is malformed")
    return { name, sealingKey: parseNumber(number, CODE) }
  })
  // Names are ASCII, so comparing UTF-16 units compares bytes.
  const sorted = to.every((a, i) => i === 0 || (to[i - 1]?.name ?? "") < a.name)
  return sorted && to.length >= 2 ? to : malformed("the addressees are not sorted, or too few")
}

function parsePrev(field: string): string | null {
  if (field === "-") return null
  return isId(field) ? field : malformed("prev is malformed")
}

function parseSeen(form: FormReader): Header["seen"] {
  const [place = "", head = ""] = form.fields("seen", 2)
  return isId(head) ? { place: parseNumber(place, CODE), head } : malformed("seen is malformed")
}

function parseRegister(field: string): Header["register"] {
  if (field === "-") return null
  const [size = "", root = "", ...rest] = field.split(" ")
  return isId(root) && rest.length === 0 ? { size: parseSize(size, CODE), root } : malformed("register is malformed")
}

function parseBody(form: FormReader): Header["body"] {
  const [hash = "", length = ""] = form.fields("body", 2)
  return isId(hash) ? { hash, length: parseNumber(length, CODE) } : malformed("body is malformed")
}

/** Reads a header's note without checking who signed it: the registry and the desks look the keys up afterwards. */
export function parseSignedHeader(crypto: Crypto, note: string | Uint8Array): SignedHeader {
  if (note.length > MAX_HEADER_BYTES) malformed("a header is too long")
  const parsed = parseNote(note)
  return { header: parseHeader(parsed.text), note: parsed, hash: headerHash(crypto, parsed.text) }
}

/** The hash that names a header: of its text, not of its signatures. */
export function headerHash(crypto: Crypto, text: string): string {
  return crypto.sha256(utf8(text)).toHex()
}

/** Signs a header with both keys of the desk, Ed25519 first. */
export function signHeader(header: Header, signers: readonly [Signer, Signer]): string {
  return formatNote(signNote(formatHeader(header), signers))
}

/** That both keys of the pair, and only they, signed this header; throws `note.signature`. */
export async function verifyHeader(crypto: Crypto, signed: SignedHeader, keys: KeyPair): Promise<void> {
  await verifyExactly(crypto, signed.note, [keys.ed25519, keys.mlDsa65])
}

/**
 * The commitment to an act under its header: it names office, line, author and serial, so that a body copied under
 * another header fits nowhere (docs/specs/envelope.md §3).
 */
export function commitment(
  crypto: Crypto,
  header: Pick<Header, "office" | "line" | "from" | "serial">,
  salt: Uint8Array,
  act: Uint8Array,
): string {
  const { office, line, from, serial } = header
  const named = `iod.commit/v1\noffice ${office}\nline ${line}\nfrom ${from}\nserial ${serial}\n`
  return crypto.sha256(concat(utf8(named), salt, act)).toHex()
}

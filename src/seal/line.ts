import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { isId, isName, parseNumber, readForm } from "./form.ts"

/** What a line is: its text's hash is its id, so its members can never change (docs/specs/envelope.md §4). */
export type LineText = {
  office: string
  /** Sorted by bytes, at least two. */
  members: readonly string[]
  purpose: string
  nonce: string
  /** For a successor: the line it follows, with its last place and head. */
  follows: { line: string; place: number; head: string } | null
}

const FORM = "iod.line/v1"
const CODE = "line.malformed"
const MAX_PURPOSE = 200

/** The text of a line, exactly as its id is made from it. */
export function formatLine(line: LineText): string {
  const { office, members, purpose, nonce, follows } = line
  const lines = [FORM, `office ${office}`, `members ${members.join(" ")}`, `purpose ${purpose}`, `nonce ${nonce}`]
  if (follows) lines.push(`follows ${follows.line} ${follows.place} ${follows.head}`)
  return `${lines.join("\n")}\n`
}

/** Reads a line's text; throws `line.malformed`. */
export function parseLine(text: string): LineText {
  const form = readForm(text, FORM, CODE)
  const office = form.id("office")
  const members = form.field("members").split(" ")
  const purpose = form.field("purpose")
  const nonce = form.id("nonce")
  const follows = form.has("follows") ? parseFollows(form.fields("follows", 3)) : null
  form.end()
  const sorted = members.every((m, i) => isName(m) && (i === 0 || (members[i - 1] ?? "") < m))
  if (!sorted || members.length < 2) throw new VerificationError(CODE, "the members are malformed or not sorted")
  if (purpose.length > MAX_PURPOSE) throw new VerificationError(CODE, "the purpose is too long")
  return { office, members, purpose, nonce, follows }
}

function parseFollows([line = "", place = "", head = ""]: string[]): LineText["follows"] {
  if (!isId(line) || !isId(head)) throw new VerificationError(CODE, "the followed line is malformed")
  return { line, place: parseNumber(place, CODE), head }
}

/** The id of a line. */
export function lineId(crypto: Crypto, line: LineText): string {
  return crypto.sha256(utf8(formatLine(line))).toHex()
}

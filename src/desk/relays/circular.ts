import { randomBytes } from "node:crypto"
import { z } from "zod"
import { id, language, refuse } from "#offices/act.ts"
import { FORMS } from "#offices/lines/message.ts"
import { RELEASE_KIND } from "#offices/lines/relay-form.ts"
import { formatWords } from "#offices/lines/words.ts"
import { utf8 } from "#register/bytes.ts"
import { textHash } from "#seal/body.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { signRelease } from "#seal/release.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"
import type { Door, DoorRefusal } from "../door.ts"
import type { Vault } from "../vault.ts"

/** Words for several lines at once, as an officer hands them in. */
const request = z.strictObject({
  lines: z.array(id).min(1).max(64),
  precedence: z.enum(PRECEDENCES).default("ROUTINE"),
  fields: z.strictObject({ language, form: z.enum(FORMS).default("words") }),
  texts: z.strictObject({ subject: z.string().min(1).max(200_000), body: z.string().min(1).max(200_000) }),
  /** One word of the caller: handed in twice, it is one circular. */
  token: z.string().min(8).max(100),
})
type Request = z.output<typeof request>

export type CircularParts = {
  archive: Archive
  clock: Clock
  delegation: string
  door: Door
  office: string
  vault: Pick<Vault, "desk">
}

/** What was handed in, in the order of the lines. */
export type Circulated = { messages: { line: string; matter: string }[] }

/** Takes back what a circular had written before one of its lines refused it. */
class Refused extends Error {
  override name = "Refused"
  readonly refusal: DoorRefusal

  constructor(refusal: DoorRefusal) {
    super("a line refused a circular")
    this.refusal = refusal
  }
}

/**
 * Says the same words on several lines: one release that names all who get them, and on each line an act of its own that
 * carries it. One durable write: they leave on all lines or on none.
 */
export function circulate(parts: CircularParts, input: unknown, officer: string): Circulated | DoorRefusal {
  const parsed = request.safeParse(input)
  if (!parsed.success) return refuse("act.malformed")
  try {
    return parts.archive.transact(() => handAll(parts, parsed.data, officer))
  } catch (error) {
    if (error instanceof Refused) return error.refusal
    throw error
  }
}

function handAll(parts: CircularParts, asked: Request, officer: string): Circulated {
  const { archive, delegation, door } = parts
  const { lines, precedence, texts, token } = asked
  const known = archive.sql.get`SELECT 1 AS known FROM outbox WHERE token = ${`${token}.${lines[0]}`}`
  // Handed in before: the door answers by the token alone.
  const carries = { from: delegation, id: known ? "0".repeat(64) : release(parts, asked) }
  const messages = lines.map((line) => {
    const records = [{ fields: { ...asked.fields, circular: true }, texts, carries }]
    const said = { act: "message.sent", line, precedence, records, token: `${token}.${line}` }
    const handed = door.hand(said, { officer })
    if ("refused" in handed) throw new Refused(handed)
    return { line, matter: handed.matters[0] ?? "" }
  })
  return { messages }
}

/** Signs the words for everyone on these lines and keeps the release; answers its id. */
function release({ archive, clock, delegation, office, vault }: CircularParts, asked: Request): string {
  const { sql } = archive
  const { lines, fields, texts } = asked
  const members = lines.flatMap((line) => text(sql.get`SELECT members FROM line WHERE id = ${line}`?.members) ?? "")
  const names = new Set(members.flatMap((line) => line.split(" ")))
  const to = [...names].filter((name) => name !== delegation && name !== "").sort()
  if (to.length === 0) throw new Refused({ refused: "door.unknown-line" })
  const [subject, body] = [texts.subject.normalize("NFC"), texts.body.normalize("NFC")]
  const words = { salt: new Uint8Array(randomBytes(32)), bytes: utf8(formatWords({ ...fields, subject, body })) }
  const hash = textHash(nodeCrypto, words)
  const terms = { office, id: randomBytes(32).toHex(), kind: RELEASE_KIND, from: delegation, to }
  const at = instantOf(clock)
  const note = signRelease({ ...terms, at, text: hash }, vault.desk)
  sql.run`INSERT INTO text VALUES (${hash}, ${words.salt}, ${words.bytes})`
  sql.run`INSERT INTO release VALUES (${delegation}, ${terms.id}, ${RELEASE_KIND}, ${at}, ${hash}, ${note})`
  return terms.id
}

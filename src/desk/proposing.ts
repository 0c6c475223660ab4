import { randomBytes } from "node:crypto"
import { z } from "zod"
import { id, name } from "#offices/act.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { formatLine, type LineText, lineId, parseLine } from "#seal/line.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { type Archive, number, text } from "./archive.ts"
import type { Door, DoorRefusal, Handed } from "./door.ts"

/** What an officer asks for: who else is on the line, what it is for, and the line that it follows, if any. */
export const proposal = z.strictObject({
  members: z.array(name).min(1).max(64),
  purpose: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^[^\p{C}]*$/u),
  follows: id.optional(),
  token: z.string().min(8).max(200),
})

export type ProposingParts = { archive: Archive; door: Door; delegation: string; roll(): Roll }
export type ProposingRefusal = DoorRefusal | { refused: "door.member-not-active" | "door.unknown-line" }

/**
 * Proposes a line: its text names its members for ever, and until each of them has accepted it carries nothing else. A
 * successor names the last place and head that this desk holds of the line before it. The answer's matter is the line.
 */
export function proposeLine(parts: ProposingParts, input: unknown, officer: string): Handed | ProposingRefusal {
  const parsed = proposal.safeParse(input)
  if (!parsed.success) return { refused: "act.malformed" }
  const { purpose, token } = parsed.data
  const members = [...new Set([...parsed.data.members, parts.delegation])].sort()
  const roll = parts.roll()
  // Sealed to nobody's key it would wait for ever in the outbox.
  const active = members.every((one) => roll.members[one]?.state === "active" && roll.members[one]?.sealing.length)
  if (!active || members.length < 2) return { refused: "door.member-not-active" }
  const follows = parsed.data.follows === undefined ? null : endOf(parts.archive, parsed.data.follows)
  if (follows === undefined) return { refused: "door.unknown-line" }
  const line: LineText = { office: roll.office, members, purpose, nonce: randomBytes(32).toHex(), follows }
  const matter = lineId(nodeCrypto, line)
  const fields = { matter, text: formatLine(line), purpose }
  return parts.door.hand({ act: "line.proposed", line: matter, records: [{ fields }], token }, { officer })
}

function endOf({ sql }: Archive, line: string): LineText["follows"] | undefined {
  const row = sql.get`SELECT place, head FROM line WHERE id = ${line}`
  return row && { line, place: number(row.place), head: text(row.head) ?? "" }
}

/** What a line says of the one before it, as far as this desk can tell: only a member of both can. */
export type Lineage = { line: string; place: number; fits: boolean | null }

/**
 * The line that this one follows. Its proposer's word: a newcomer cannot check it, and members of both compare the
 * head with their own copy, so it is shown and folded into nothing (docs/specs/envelope.md §4).
 */
export function lineageOf({ sql }: Archive, lineText: string): Lineage | null {
  const { follows } = parseLine(lineText)
  if (!follows) return null
  const { line, place, head } = follows
  const held = sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${place}`
  return { line, place, fits: held === undefined ? null : text(held.head) === head }
}

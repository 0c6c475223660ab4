import { z } from "zod"
import { type Refusal, refuse } from "#offices/act.ts"
import { type PublicAct, publicAct, publicLineOf } from "#offices/roll/acts.ts"
import { enterPublicAct, type Roll } from "#offices/roll/roll.ts"
import { utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import { publicLine } from "#seal/stamp.ts"
import { type Clock, instantOf } from "../../clock.ts"
import type { Outbox } from "../outbox.ts"

/** What a desk enters by itself and no officer asks for: its founding, its sealing keys. */
const BY_ITSELF: readonly PublicAct["act"][] = ["charter.founded", "sealing-keys.published"]

const asked = z.strictObject({ act: publicAct, token: z.string().min(8).max(200) })

export type SayingParts = { clock: Clock; delegation: string; outbox: Outbox; roll(): Roll; submitted(): void }

export type Said = { outbox: number }

/**
 * The door for public acts: asks the roll's rule, as registry and every desk will, and hands the act to the outbox. An
 * act that the roll does not take at present is refused here, in words, before anything leaves.
 */
export async function sayPublicly(parts: SayingParts, input: unknown, officer: string): Promise<Said | Refusal> {
  const parsed = asked.safeParse(input)
  if (!parsed.success || BY_ITSELF.includes(parsed.data.act.act)) return refuse("act.malformed")
  const { act, token } = parsed.data
  const known = parts.outbox.handed(token)
  if (known) return { outbox: known.outbox }
  const refused = await refusalOf(parts, act)
  return refused ?? submitPublic(parts, act, { token, officer })
}

/** Puts a public act into the outbox; the same token is the same act. */
export function submitPublic(
  parts: Pick<SayingParts, "outbox" | "submitted">,
  act: PublicAct,
  { token, officer }: { token: string; officer: string | null },
): Said {
  const line = publicLine(publicLineOf(act.act))
  const words = { act: utf8(JSON.stringify(act)), texts: [] }
  const { id, known } = parts.outbox.submit({ line, members: ["*"], precedence: "ROUTINE", ...words, officer, token })
  if (!known) parts.submitted()
  return { outbox: id }
}

async function refusalOf({ roll, delegation, clock }: SayingParts, act: PublicAct): Promise<Refusal | undefined> {
  // Header and index are not known yet; no rule's answer depends on them.
  const entry = { by: delegation, at: instantOf(clock), index: Number.MAX_SAFE_INTEGER, header: roll().office }
  try {
    const next = await enterPublicAct(nodeCrypto, roll(), act, { ...entry, line: publicLineOf(act.act) })
    return "refused" in next ? next : undefined
  } catch (error) {
    // What is wrong with a note that somebody handed in is said as for every other word of a root.
    if (error instanceof VerificationError) return refuse("roll.word-does-not-verify")
    throw error
  }
}

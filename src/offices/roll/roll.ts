import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import type { KeyPair } from "#seal/desk-key.ts"
import type { LineText } from "#seal/line.ts"
import { type Refusal, refuse } from "../act.ts"
import { type PublicAct, publicLineOf } from "./acts.ts"
import { amend } from "./amending.ts"
import { accept, confirm, found, invite, stateDefect } from "./joining.ts"
import { certify, publishSealingKeys, replaceRoot, revoke } from "./keys.ts"
import type { Member, PublicEntry, Roll } from "./member.ts"
import { returnAgain, suspend, withdraw } from "./standing.ts"

export { emptyRoll, type Member, type Participation, type PublicEntry, type Roll } from "./member.ts"
export { isSealingKeyValid, sealingKeyFor } from "./sealing.ts"

/** The number of the rules that judge what stands at an index: those adopted last before it. */
export function rulesAt(roll: Roll, index: number): number {
  return roll.adopted.findLast((one) => one.index < index)?.rules ?? roll.charter.rules
}

/**
 * Enters one public act: the next roll, or why it counts for nothing. Throws a VerificationError where a certificate or
 * a publication inside it does not verify. Both registry and desks ask this, so they agree.
 */
export async function enterPublicAct(
  crypto: Crypto,
  roll: Roll,
  act: PublicAct,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  if (entry.line !== publicLineOf(act.act) || act.matter !== roll.office) return refuse("roll.wrong-line")
  if (act.act === "charter.founded") return found(crypto, roll, act, entry)
  if (!roll.founded) return refuse("roll.not-founded")
  switch (act.act) {
    case "charter.amended":
      return amend(crypto, roll, act, entry)
    case "mandate.accepted":
      return accept(crypto, roll, act, entry)
    case "mandate.defective":
      return stateDefect(roll, act, entry)
    case "delegation.invited":
      return invite(roll, act, entry)
    case "delegation.key-confirmed":
      return confirm(roll, act, entry)
    case "delegation.suspended":
      return suspend(roll, act, entry)
    case "delegation.withdrawn":
      return withdraw(roll, act, entry)
    case "delegation.returned":
      return returnAgain(roll, act, entry)
    case "root.replaced":
      return replaceRoot(crypto, roll, act, entry)
    case "key.disputed":
      return entry.by === act.delegation ? roll : refuse("roll.unknown-delegation")
    case "desk-key.certified":
      return certify(crypto, roll, act, entry)
    case "desk-key.revoked":
      return revoke(crypto, roll, act, entry)
    case "sealing-keys.published":
      return publishSealingKeys(crypto, roll, act, entry)
    case "rules.adopted":
      return adopt(roll, act.number, entry)
  }
}

function adopt(roll: Roll, number: number, entry: PublicEntry): Roll | Refusal {
  if (entry.by !== roll.charter.secretariat) return refuse("roll.not-secretariat")
  if (number !== roll.rules + 1) return refuse("roll.rules-do-not-follow")
  return { ...roll, rules: number, adopted: [...roll.adopted, { rules: number, index: entry.index }] }
}

/** Whether a line of these members carries anything: with a suspended or withdrawn one it rests until that one returns. */
export function allTakePart(roll: Roll, members: readonly string[]): boolean {
  return members.every((name) => roll.members[name]?.state === "active")
}

/** The member that may speak now; throws `roll.unknown-key` for everyone else. */
export function speaker(roll: Roll, by: string): Member & { key: KeyPair } {
  const member = roll.members[by]
  if (!member?.key || member.state !== "active")
    throw new VerificationError("roll.unknown-key", "a delegation has no desk key in force")
  return { ...member, key: member.key }
}

/**
 * The desk key of this name that may have signed a release of `member`: the one in force, or one that another replaced.
 * A release has no stamp of its own, so a revoked key counts for none: whoever stole it writes an earlier time.
 */
export function releaseKey(member: Member, name: string): KeyPair | undefined {
  const known = [...(member.key ? [member.key] : []), ...member.formerKeys].find((key) => key.name === name)
  return known && !member.revokedKeys.includes(known.name) ? known : undefined
}

/** The text of a delegation's line with the secretariat: everyone can tell it from the roll. */
export function secretariatLine(roll: Roll, member: Member): LineText | undefined {
  if (!member.acceptance || member.name === roll.charter.secretariat) return undefined
  const members = [member.name, roll.charter.secretariat].sort()
  return { office: roll.office, members, purpose: "secretariat", nonce: member.acceptance, follows: null }
}

import { utf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import {
  fingerprint,
  type KeyPair,
  openDeskKeyCertificate,
  openDeskKeyRevocation,
  parseKeyPair,
} from "#seal/desk-key.ts"
import type { LineText } from "#seal/line.ts"
import { openSealingKeys } from "#seal/sealing-keys.ts"
import { type Refusal, refuse } from "../act.ts"
import { type PublicAct, publicLineOf } from "./acts.ts"
import type { Charter, Founded } from "./charter.ts"

/** A fortnight of sealing keys as the roll holds them. */
export type SealingBatch = { first: number; from: string; recipients: readonly string[]; index: number }

/** One delegation on the roll. */
export type Member = {
  name: string
  state: "never-joined" | "active" | "withdrawn"
  root: KeyPair | null
  /** The desk key in force; null before the first and after a revocation. */
  key: KeyPair | null
  /** Every desk key there ever was: an envelope is judged by the roll at its stamp, nothing later makes it invalid. */
  formerKeys: readonly KeyPair[]
  /** Names of those that were revoked and not only replaced. */
  revokedKeys: readonly string[]
  /** Header hash of its acceptance: the nonce of its line with the secretariat. */
  acceptance: string | null
  sealing: readonly SealingBatch[]
}

/** Who takes part, with which keys, in which state: the fold of the public lines in the register's order. */
export type Roll = {
  office: string
  charter: Charter
  founded: boolean
  rules: number
  /** Which rules were adopted at which index, oldest first; before, those of the charter are in force. */
  adopted: readonly { rules: number; index: number }[]
  members: Readonly<Record<string, Member>>
}

/** What the record says of a public act's entry. */
export type PublicEntry = { by: string; index: number; line: number; header: string }

/** The roll before anything was entered: everyone whom the charter names, none of them joined. */
export function emptyRoll(founded: Founded): Roll {
  const members = founded.charter.delegations.map((d): [string, Member] => [
    d.name,
    {
      name: d.name,
      state: "never-joined",
      root: null,
      key: null,
      formerKeys: [],
      revokedKeys: [],
      acceptance: null,
      sealing: [],
    },
  ])
  return {
    office: founded.office,
    charter: founded.charter,
    founded: false,
    rules: founded.charter.rules,
    adopted: [],
    members: byName(Object.fromEntries(members)),
  }
}

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
    case "mandate.accepted":
      return join(crypto, roll, act, entry)
    case "desk-key.certified":
      return certify(crypto, roll, act, entry)
    case "desk-key.revoked":
      return revoke(crypto, roll, act, entry)
    case "sealing-keys.published":
      return publishSealingKeys(crypto, roll, act, entry)
    case "rules.adopted":
      if (entry.by !== roll.charter.secretariat) return refuse("roll.not-secretariat")
      if (act.number !== roll.rules + 1) return refuse("roll.rules-do-not-follow")
      return { ...roll, rules: act.number, adopted: [...roll.adopted, { rules: act.number, index: entry.index }] }
  }
}

type ActOf<K extends PublicAct["act"]> = Extract<PublicAct, { act: K }>

function withMember(roll: Roll, member: Member): Roll {
  return { ...roll, members: byName({ ...roll.members, [member.name]: member }) }
}

/** Others choose the names that are looked up: one that every object of the language has must find nothing. */
function byName(members: Record<string, Member>): Record<string, Member> {
  return Object.setPrototypeOf(members, null)
}

async function found(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"charter.founded">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  if (roll.founded) return refuse("roll.already-founded")
  if (entry.by !== roll.charter.secretariat) return refuse("roll.not-secretariat")
  if (crypto.sha256(utf8(act.charter)).toHex() !== roll.office) return refuse("roll.not-founded")
  return join(crypto, { ...roll, founded: true }, { ...act, delegation: entry.by }, entry)
}

async function join(
  crypto: Crypto,
  roll: Roll,
  act: { delegation: string; root: readonly string[]; certificate: string },
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[act.delegation]
  const named = roll.charter.delegations.find((d) => d.name === act.delegation)
  if (!member || !named || entry.by !== act.delegation) return refuse("roll.unknown-delegation")
  if (member.state !== "never-joined") return refuse("roll.already-accepted")
  const root = parseKeyPair(crypto, act.root)
  if (named.root === null || fingerprint(crypto, root) !== named.root) return refuse("roll.root-does-not-fit")
  const certificate = await openDeskKeyCertificate(crypto, act.certificate, root)
  if (certificate.office !== roll.office || certificate.delegation !== act.delegation || certificate.replaces !== null)
    return refuse("roll.key-does-not-fit")
  return withMember(roll, { ...member, state: "active", root, key: certificate.key, acceptance: entry.header })
}

async function certify(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"desk-key.certified">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[act.delegation]
  if (!member?.root || entry.by !== act.delegation) return refuse("roll.unknown-delegation")
  const { office, delegation, key, replaces } = await openDeskKeyCertificate(crypto, act.certificate, member.root)
  const current = member.key?.name ?? member.formerKeys.at(-1)?.name ?? null
  const used = [member.key, ...member.formerKeys].some((k) => k?.name === key.name)
  if (office !== roll.office || delegation !== act.delegation || replaces !== current || used)
    return refuse("roll.key-does-not-fit")
  const formerKeys = member.key ? [...member.formerKeys, member.key] : member.formerKeys
  // A replaced desk key voids the sealing keys that it published ahead.
  return withMember(roll, { ...member, key, formerKeys, sealing: [] })
}

async function revoke(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"desk-key.revoked">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[act.delegation]
  if (!member?.root || entry.by !== act.delegation) return refuse("roll.unknown-delegation")
  if (!member.key) return refuse("roll.key-unknown")
  const { office, delegation, key } = await openDeskKeyRevocation(crypto, act.revocation, member.root, member.key)
  if (office !== roll.office || delegation !== act.delegation || key !== member.key.name)
    return refuse("roll.key-unknown")
  const [formerKeys, revokedKeys] = [
    [...member.formerKeys, member.key],
    [...member.revokedKeys, member.key.name],
  ]
  return withMember(roll, { ...member, key: null, formerKeys, revokedKeys, sealing: [] })
}

async function publishSealingKeys(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"sealing-keys.published">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[entry.by]
  if (!member?.key) return refuse("roll.not-active")
  const keys = await openSealingKeys(crypto, act.keys, member.key)
  const { office, delegation, first, from, recipients } = keys
  if (office !== roll.office || delegation !== entry.by) return refuse("roll.sealing-keys-do-not-follow")
  const last = member.sealing.at(-1)
  const follows = last ? first === last.first + last.recipients.length && from > lastDay(last) : first >= 1
  if (!follows) return refuse("roll.sealing-keys-do-not-follow")
  return withMember(roll, { ...member, sealing: [...member.sealing, { first, from, recipients, index: entry.index }] })
}

const DAY = 86_400_000

function lastDay(batch: SealingBatch): string {
  return new Date(Date.parse(batch.from) + (batch.recipients.length - 1) * DAY).toISOString().slice(0, 10)
}

/** The sealing key of `member` numbered `number`, with its day, if the roll holds it. */
function sealingKey(member: Member, number: number): { recipient: string; day: string } | undefined {
  for (const batch of member.sealing) {
    const recipient = batch.recipients[number - batch.first]
    if (recipient === undefined) continue
    const day = new Date(Date.parse(batch.from) + (number - batch.first) * DAY).toISOString().slice(0, 10)
    return { recipient, day }
  }
  return undefined
}

function lastNumber(member: Member): number {
  const last = member.sealing.at(-1)
  return last ? last.first + last.recipients.length - 1 : 0
}

/**
 * Whether an envelope may be sealed to this key at `at`: within its day and 24 hours after; the last one published
 * stays valid until there is another, so that a dark desk can always be written to.
 */
export function isSealingKeyValid(member: Member, number: number, at: string): boolean {
  const key = sealingKey(member, number)
  if (!key) return false
  const start = Date.parse(key.day)
  const now = Date.parse(at)
  return now >= start && (now < start + 2 * DAY || number === lastNumber(member))
}

/** The key to seal to for `member` at `at`, or undefined while it has published none for today. */
export function sealingKeyFor(member: Member, at: string): { number: number; recipient: string } | undefined {
  const last = lastNumber(member)
  const first = member.sealing[0]?.first ?? last + 1
  for (let number = last; number >= first; number--) {
    const key = sealingKey(member, number)
    if (key && isSealingKeyValid(member, number, at)) return { number, recipient: key.recipient }
  }
  return undefined
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

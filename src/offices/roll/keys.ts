import { fromUtf8 } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { parseJson } from "#register/json.ts"
import { unpackBody } from "#seal/body.ts"
import {
  fingerprint,
  type KeyPair,
  openDeskKeyCertificate,
  openDeskKeyRevocation,
  parseKeyPair,
} from "#seal/desk-key.ts"
import type { SignedHeader } from "#seal/header.ts"
import { openSuccession } from "#seal/root-notes.ts"
import { openSealingKeys } from "#seal/sealing-keys.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { type Refusal, refuse } from "../act.ts"
import { type PublicAct, publicAct } from "./acts.ts"
import { type ActOf, type Member, type PublicEntry, type Roll, withMember } from "./member.ts"
import { publish } from "./sealing.ts"

/**
 * The desk key that must have signed a public act of `by`: the one in force, or one that the act itself brings, as the
 * first of a delegation does and the next of one whose desk was lost. `signer` is the name under the header's
 * signatures, which whoever sent it chose.
 */
export async function keyOfPublicAct(
  crypto: Crypto,
  roll: Roll,
  { by, signer, act }: { by: string; signer: string; act: PublicAct | undefined },
): Promise<KeyPair | undefined> {
  const inForce = roll.members[by]?.key ?? undefined
  if (!act || inForce?.name === signer) return inForce
  try {
    return (await keyBrought(crypto, roll, act, by)) ?? inForce
  } catch (error) {
    if (error instanceof VerificationError) return inForce
    throw error
  }
}

/** The desk key that must have signed an envelope; undefined where its author has none. `body` is what came with it. */
export async function keyOfEnvelope(
  crypto: Crypto,
  roll: Roll,
  { header, note }: SignedHeader,
  body: Uint8Array | null | undefined,
): Promise<KeyPair | undefined> {
  const by = header.from
  if (publicLineNumber(header.line) === undefined || !body) return roll.members[by]?.key ?? undefined
  return keyOfPublicAct(crypto, roll, { by, signer: note.signatures[0]?.name ?? "", act: actIn(body) })
}

/** The public act in a body; undefined where there is none: whoever sent it controls every byte. */
function actIn(body: Uint8Array): PublicAct | undefined {
  try {
    return publicAct.safeParse(parseJson(fromUtf8(unpackBody(body).act))).data
  } catch (error) {
    if (error instanceof VerificationError) return undefined
    throw error
  }
}

/** The key that a certificate in an act names. Whether its root may certify it, the fold says. */
async function keyBrought(crypto: Crypto, roll: Roll, act: PublicAct, by: string): Promise<KeyPair | undefined> {
  switch (act.act) {
    case "charter.founded":
    case "mandate.accepted":
      return (await openDeskKeyCertificate(crypto, act.certificate, parseKeyPair(crypto, act.root))).key
    case "desk-key.certified": {
      const root = roll.members[by]?.root
      return root ? (await openDeskKeyCertificate(crypto, act.certificate, root)).key : undefined
    }
    case "root.replaced": {
      const { root } = await openSuccession(crypto, act.succession)
      return act.certificate === undefined
        ? undefined
        : (await openDeskKeyCertificate(crypto, act.certificate, root)).key
    }
    default:
      return undefined
  }
}

/** The root certifies another desk key. What the one before published ahead is void. */
export async function certify(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"desk-key.certified">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[act.delegation]
  if (!member?.root || entry.by !== act.delegation) return refuse("roll.unknown-delegation")
  const next = await withKey(crypto, roll, member, act.certificate, member.root)
  if ("refused" in next || act.keys === undefined) return "refused" in next ? next : withMember(roll, next)
  const keys = await openSealingKeys(crypto, act.keys, next.key)
  return publish(withMember(roll, next), next, keys, entry)
}

/** The member with the desk key that a certificate of `root` names in the place of its present or last one. */
async function withKey(
  crypto: Crypto,
  roll: Roll,
  member: Member,
  text: string,
  root: KeyPair,
): Promise<(Member & { key: KeyPair }) | Refusal> {
  const { office, delegation, key, replaces } = await openDeskKeyCertificate(crypto, text, root)
  const current = member.key?.name ?? member.formerKeys.at(-1)?.name ?? null
  const used = [member.key, ...member.formerKeys].some((k) => k?.name === key.name)
  if (office !== roll.office || delegation !== member.name || replaces !== current || used)
    return refuse("roll.key-does-not-fit")
  const formerKeys = member.key ? [...member.formerKeys, member.key] : member.formerKeys
  return { ...member, key, formerKeys, sealing: [] }
}

/** A desk key is withdrawn, by a word that its root signed in advance or by its own. Either may be entered by a clerk. */
export async function revoke(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"desk-key.revoked">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[act.delegation]
  const isClerk = entry.by === roll.charter.secretariat
  if (!member?.root || (entry.by !== act.delegation && !isClerk)) return refuse("roll.unknown-delegation")
  if (!member.key) return refuse("roll.key-unknown")
  const { office, delegation, key } = await openDeskKeyRevocation(crypto, act.revocation, member.root, member.key)
  if (office !== roll.office || delegation !== act.delegation) return refuse("roll.key-unknown")
  if (member.revokedKeys.includes(key)) return refuse("roll.key-unknown")
  const revokedKeys = [...member.revokedKeys, key]
  if (key !== member.key.name) {
    if (!member.formerKeys.some(({ name }) => name === key)) return refuse("roll.key-unknown")
    return withMember(roll, { ...member, revokedKeys })
  }
  return withMember(roll, {
    ...{ ...member, revokedKeys },
    ...{ key: null, formerKeys: [...member.formerKeys, member.key], sealing: [] },
  })
}

/** The root that the one before named takes its place, and names the one after. */
export async function replaceRoot(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"root.replaced">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[act.delegation]
  const isClerk = entry.by === roll.charter.secretariat
  if (!member?.root || (entry.by !== act.delegation && !isClerk)) return refuse("roll.unknown-delegation")
  const { office, delegation, replaces, root, next } = await openSuccession(crypto, act.succession)
  const follows = replaces === fingerprint(crypto, member.root) && member.next === fingerprint(crypto, root)
  if (office !== roll.office || delegation !== member.name || !follows) return refuse("roll.root-does-not-fit")
  const replaced = { ...member, root, next }
  if (act.certificate === undefined) return withMember(roll, replaced)
  const keyed = await withKey(crypto, roll, replaced, act.certificate, root)
  return "refused" in keyed ? keyed : withMember(roll, keyed)
}

/** Sealing keys of the next fortnight; the first that a confirmed delegation publishes make it active. */
export async function publishSealingKeys(
  crypto: Crypto,
  roll: Roll,
  act: ActOf<"sealing-keys.published">,
  entry: PublicEntry,
): Promise<Roll | Refusal> {
  const member = roll.members[entry.by]
  if (!member?.key) return refuse("roll.not-active")
  return publish(roll, member, await openSealingKeys(crypto, act.keys, member.key), entry)
}

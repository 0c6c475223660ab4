import { z } from "zod"
import { id, language, name } from "../act.ts"

/** A root key: both verifier keys, Ed25519 first. */
const root = z.tuple([z.string(), z.string()])
/** Why, as stated: public for ever. */
const reason = z.string().trim().min(1).max(2000)

/** The acts of the public lines: 0, the roll, and 1, the sealing keys. Their matter is the office itself. */
export const charterFounded = z.strictObject({
  act: z.literal("charter.founded"),
  matter: id,
  charter: z.string(),
  /** The secretariat's root and first desk key: whoever founds the office takes part in it. */
  root,
  certificate: z.string(),
  /** Its acceptance of the mandate, where the charter has one. */
  acceptance: z.string().optional(),
  /** Every founder's signature under the charter, where the charter has a mandate. */
  founders: z
    .array(z.strictObject({ delegation: name, root, signature: z.string() }))
    .max(100)
    .optional(),
})

/**
 * A delegation accepts the mandate with its root key: that is its entry, which it or the secretariat enters. The
 * certificate is of its first desk key. A root that the charter does not name makes it a claim.
 */
export const mandateAccepted = z.strictObject({
  act: z.literal("mandate.accepted"),
  matter: id,
  delegation: name,
  language,
  root,
  certificate: z.string(),
  /** The root's own word (docs/specs/keys.md §5), where the charter has a mandate. */
  acceptance: z.string().optional(),
})

/** Defects of form for which an acceptance is not registered; there is no other reason. */
export const DEFECTS = ["unreadable", "other-office", "other-mandate", "signature", "name", "certificate"] as const

/** An acceptance that was not registered, for a defect of form that is stated. */
export const mandateDefective = z.strictObject({
  act: z.literal("mandate.defective"),
  matter: id,
  delegation: name,
  /** SHA-256 of the acceptance as it came. */
  acceptance: id,
  defect: z.enum(DEFECTS),
  reason,
})

/** The secretariat invites a delegation; nobody needs an invitation. */
export const delegationInvited = z.strictObject({ act: z.literal("delegation.invited"), matter: id, delegation: name })

/** A council member states the root key whose fingerprint reached it on paper. */
export const keyConfirmed = z.strictObject({
  act: z.literal("delegation.key-confirmed"),
  matter: id,
  delegation: name,
  root: id,
})

/** A delegation suspends its participation, or a council member asks for that; reason as stated. */
export const delegationSuspended = z.strictObject({
  act: z.literal("delegation.suspended"),
  matter: id,
  delegation: name,
  reason,
})

/** A delegation withdraws; it can come back at any time. */
export const delegationWithdrawn = z.strictObject({
  act: z.literal("delegation.withdrawn"),
  matter: id,
  delegation: name,
  reason: reason.optional(),
})

/** A delegation takes part again, or a council member asks for that. */
export const delegationReturned = z.strictObject({
  act: z.literal("delegation.returned"),
  matter: id,
  delegation: name,
  reason: reason.optional(),
})

/** The root whose fingerprint the one before named takes its place. */
export const rootReplaced = z.strictObject({
  act: z.literal("root.replaced"),
  matter: id,
  delegation: name,
  /** The new root's own word (docs/specs/keys.md §5). */
  succession: z.string(),
  /** The desk key that the new root certifies; without, the present one stays. */
  certificate: z.string().optional(),
})

/** Enough council roots signed another charter: it is in force from this entry on. */
export const charterAmended = z.strictObject({
  act: z.literal("charter.amended"),
  matter: id,
  charter: z.string(),
  amendment: z.string(),
})

/** A delegation says that an act on keys in its name was not its desk's. */
export const keyDisputed = z.strictObject({
  act: z.literal("key.disputed"),
  matter: id,
  delegation: name,
  /** Header hash of that act. */
  of: id,
})

/** The root key certifies another desk key, which takes the place of the one it names. */
export const deskKeyCertified = z.strictObject({
  act: z.literal("desk-key.certified"),
  matter: id,
  delegation: name,
  certificate: z.string(),
  /** The new key's first sealing keys: the ones before are void. */
  keys: z.string().optional(),
})

/** A desk key is withdrawn; what it signed before stays as it is. */
export const deskKeyRevoked = z.strictObject({
  act: z.literal("desk-key.revoked"),
  matter: id,
  delegation: name,
  revocation: z.string(),
  /** As stated; acts in between stay, with this statement beside them. */
  compromisedSince: z.iso.datetime({ precision: 3 }).optional(),
})

/** One version of the rules is in force from this entry on. */
export const rulesAdopted = z.strictObject({
  act: z.literal("rules.adopted"),
  matter: id,
  number: z.int().min(2),
  release: id,
})

/** Fourteen sealing keys, published ahead. */
export const sealingKeysPublished = z.strictObject({
  act: z.literal("sealing-keys.published"),
  matter: id,
  keys: z.string(),
})

/** Any act of a public line. */
export const publicAct = z.discriminatedUnion("act", [
  charterFounded,
  charterAmended,
  mandateAccepted,
  mandateDefective,
  delegationInvited,
  keyConfirmed,
  delegationSuspended,
  delegationWithdrawn,
  delegationReturned,
  rootReplaced,
  keyDisputed,
  deskKeyCertified,
  deskKeyRevoked,
  rulesAdopted,
  sealingKeysPublished,
])
export type PublicAct = z.infer<typeof publicAct>

/** The public line that an act belongs to. */
export function publicLineOf(act: PublicAct["act"]): number {
  return act === "sealing-keys.published" ? 1 : 0
}

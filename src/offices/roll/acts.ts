import { z } from "zod"
import { id, language, name } from "../act.ts"

/** The acts of the public lines: 0, the roll, and 1, the sealing keys. Their matter is the office itself. */
export const charterFounded = z.strictObject({
  act: z.literal("charter.founded"),
  matter: id,
  charter: z.string(),
  /** The secretariat's root and first desk key: whoever founds the office takes part in it. */
  root: z.tuple([z.string(), z.string()]),
  certificate: z.string(),
})

/** A delegation accepts the mandate with its root key: that is its entry. The certificate is of its first desk key. */
export const mandateAccepted = z.strictObject({
  act: z.literal("mandate.accepted"),
  matter: id,
  delegation: name,
  language,
  root: z.tuple([z.string(), z.string()]),
  certificate: z.string(),
})

/** The root key certifies another desk key, which takes the place of the one it names. */
export const deskKeyCertified = z.strictObject({
  act: z.literal("desk-key.certified"),
  matter: id,
  delegation: name,
  certificate: z.string(),
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
  mandateAccepted,
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

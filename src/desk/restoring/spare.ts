import { Decrypter, Encrypter } from "age-encryption"
import { z } from "zod"
import { id, name } from "#offices/act.ts"
import { utf8 } from "#register/bytes.ts"
import { parseJson } from "#register/json.ts"
import { certifyDeskKey, formatKeyPair, type KeyPair, revokeDeskKey, type SignerPair } from "#seal/desk-key.ts"
import { parseRecipient } from "#seal/node/hybrid.ts"
import { newPairSeeds, type PairSeeds, pairSigners, publicPair } from "#seal/node/keys.ts"

/** What the root signs for another desk key: its certificate, and in advance the revocation of the one it replaces. */
export const certifiedForm = z.strictObject({
  iod: z.literal("certified-desk-key/v1"),
  office: id,
  delegation: name,
  replaces: name,
  certificate: z.string().max(20_000),
  /** Of the key that is replaced: entered only where somebody else may hold that. */
  revocation: z.string().max(20_000),
})
export type Certified = z.infer<typeof certifiedForm>

/** A desk key that waits beside the backups, sealed to those who may open them. Secret. */
export const spareForm = z.strictObject({
  iod: z.literal("spare-desk-key/v1"),
  key: z.strictObject({
    name,
    ed25519: z.string().regex(/^[0-9a-f]{64}$/),
    mlDsa65: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  certified: certifiedForm,
})
export type Spare = z.infer<typeof spareForm>

/** A desk key that asks its root for a certificate. All of it is public. */
export const requestForm = z.strictObject({
  iod: z.literal("desk-key-request/v1"),
  /** Null of a first key, which is made before there is a charter, and replaces none. */
  office: id.nullable(),
  delegation: name,
  key: z.tuple([z.string().max(5000), z.string().max(5000)]),
  replaces: name.nullable(),
})
export type KeyRequest = z.infer<typeof requestForm>

/** Name of the desk key that follows this one: names are never used twice. */
export function nextKeyName(delegation: string, present: string): string {
  const number = Number(/-(\d{1,9})$/.exec(present)?.[1] ?? 0)
  return `${delegation}-desk-${number + 1}`
}

/** The public half of new seeds, as its root is asked to certify it. */
export function requestFor(
  office: string | null,
  delegation: string,
  seeds: PairSeeds,
  replaces: string | null,
): KeyRequest {
  const key = formatKeyPair(publicPair(pairSigners(seeds)))
  return { iod: "desk-key-request/v1", office, delegation, key, replaces }
}

/** Certifies a desk key in the place of another, and revokes that one in advance. */
export function certifyFor(
  { office, delegation, key, replaces }: { office: string; delegation: string; key: KeyPair; replaces: string },
  root: SignerPair,
): Certified {
  return {
    ...{ iod: "certified-desk-key/v1", office, delegation, replaces },
    certificate: certifyDeskKey({ office, delegation, key, replaces }, root),
    revocation: revokeDeskKey({ office, delegation, key: replaces }, root),
  }
}

/** A new desk key with what the root says of it: made where the root is, and nowhere else. */
export function makeSpare(office: string, delegation: string, replaces: string, root: SignerPair): Spare {
  const key = newPairSeeds(nextKeyName(delegation, replaces))
  const pair = publicPair(pairSigners(key))
  return { iod: "spare-desk-key/v1", key, certified: certifyFor({ office, delegation, key: pair, replaces }, root) }
}

/** Seals a spare key to those who may open the backups: the desk itself cannot. */
export async function sealSpare(spare: Spare, recipients: readonly string[]): Promise<Uint8Array> {
  return encrypterTo(recipients).encrypt(utf8(JSON.stringify(spare)))
}

/** Opens a spare key; throws a sentence that holds nothing of it. */
export async function openSpare(file: Uint8Array, identities: readonly string[]): Promise<Spare> {
  try {
    return spareForm.parse(parseJson(await decrypterOf(identities).decrypt(file, "text")))
  } catch {
    throw new Error("the spare desk key does not open with this identity")
  }
}

/** What encrypts to these post-quantum recipients; throws where there is none, or one is of another kind. */
export function encrypterTo(recipients: readonly string[]): Encrypter {
  if (recipients.length === 0) throw new Error("nobody is named who may open it")
  const encrypter = new Encrypter()
  for (const recipient of recipients) {
    parseRecipient(recipient)
    encrypter.addRecipient(recipient)
  }
  return encrypter
}

/** What decrypts with these identities. */
export function decrypterOf(identities: readonly string[]): Decrypter {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  return decrypter
}

/** The lines of an age file of recipients or identities: remarks and empty ones are left out. */
export function ageLines(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"))
}

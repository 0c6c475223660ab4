import { Encrypter } from "age-encryption"
import { formatHeader, parseHeader, type Stanza, sealPayload } from "#seal/node/age-file.ts"
import { generateSealingIdentity, importIdentity } from "#seal/node/hybrid.ts"
import type { Chance } from "./fuzz-chance.ts"
import { joined } from "./fuzz-change.ts"

/** A file key with its stanzas for two identities, made by age itself: any container can be built around them. */
async function wrapped() {
  const identities = [generateSealingIdentity(), generateSealingIdentity()]
  let fileKey = new Uint8Array(16)
  const encrypter = new Encrypter()
  encrypter.addRecipient({
    wrapFileKey(key) {
      fileKey = key.slice()
      return []
    },
  })
  for (const { recipient } of identities) encrypter.addRecipient(recipient)
  const file = await encrypter.encrypt(new Uint8Array())
  const stanzas = parseHeader(file, 10).stanzas.filter(({ args }) => args[0] === "mlkem768x25519")
  return { fileKey, stanzas, identities: identities.map(({ identity }) => importIdentity(identity)) }
}

/** Two identities and how something is sealed to both of them. */
export const sealed = await wrapped()

/** A sealed file around `plaintext`. */
export function sealedFile(plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  return joined(formatHeader(sealed.fileKey, sealed.stanzas), sealPayload(sealed.fileKey, plaintext))
}

/** A sealed file, now and then with another header or payload under the right MAC. */
export function perhapsSpoilt(chance: Chance, plaintext: Uint8Array): Uint8Array<ArrayBuffer> {
  if (!chance.once(4)) return sealedFile(plaintext)
  const { fileKey } = sealed
  let stanzas: readonly Stanza[] = sealed.stanzas
  if (chance.once(3)) stanzas = stanzas.toReversed()
  if (chance.once(3)) stanzas = [...stanzas, { args: ["mlkem768x25519", "AAAA"], body: chance.bytes(chance.below(70)) }]
  if (chance.once(3)) stanzas = stanzas.slice(chance.below(2))
  const payload = chance.once(3) ? chance.bytes(chance.below(100)) : sealPayload(fileKey, plaintext)
  return joined(formatHeader(fileKey, stanzas), payload)
}

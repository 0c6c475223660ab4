import { createPrivateKey, createPublicKey, randomBytes, sign } from "node:crypto"
import type { KeyType, Signer } from "#register/note.ts"
import { verifierKey } from "#register/note.ts"
import { type KeyPair, keyPair, type SignerPair } from "../desk-key.ts"
import { nodeCrypto } from "./crypto.ts"

/** Seeds of the two keys of a pair, 32 bytes each in hex. Secret: they stand in key files with mode 0600 and nowhere else. */
export type PairSeeds = { name: string; ed25519: string; mlDsa65: string }

/** New seeds for a pair of keys under `name`. */
export function newPairSeeds(name: string): PairSeeds {
  return { name, ed25519: randomBytes(32).toHex(), mlDsa65: randomBytes(32).toHex() }
}

/** One signer of plain notes from its seed. */
export function noteSigner(name: string, type: Extract<KeyType, "ed25519" | "ml-dsa-65">, seed: string): Signer {
  const format = type === "ed25519" ? "raw-private" : "raw-seed"
  const privateKey = createPrivateKey({ key: Buffer.from(seed, "hex"), format, asymmetricKeyType: type })
  const publicKey = createPublicKey(privateKey).export({ format: "raw-public" })
  const key = verifierKey(nodeCrypto, name, type, new Uint8Array(publicKey))
  return { key, sign: (text) => sign(null, text, privateKey) }
}

/** A signer of ML-DSA-44 cosignatures from its seed. */
export function cosignerOf(name: string, seed: string): Signer {
  const privateKey = createPrivateKey({
    key: Buffer.from(seed, "hex"),
    format: "raw-seed",
    asymmetricKeyType: "ml-dsa-44",
  })
  const publicKey = createPublicKey(privateKey).export({ format: "raw-public" })
  const key = verifierKey(nodeCrypto, name, "ml-dsa-44-cosignature", new Uint8Array(publicKey))
  return { key, sign: (message) => sign(null, message, privateKey) }
}

/** The signers of a pair, Ed25519 first. */
export function pairSigners(seeds: PairSeeds): SignerPair {
  return [noteSigner(seeds.name, "ed25519", seeds.ed25519), noteSigner(seeds.name, "ml-dsa-65", seeds.mlDsa65)]
}

/** The public keys of a pair of signers. */
export function publicPair([ed25519, mlDsa65]: SignerPair): KeyPair {
  return keyPair(ed25519.key, mlDsa65.key)
}

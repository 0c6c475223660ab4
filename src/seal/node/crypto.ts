import { createPublicKey, hash, type KeyObject, verify as nodeVerify } from "node:crypto"
import type { Crypto, SignatureAlgorithm } from "#register/crypto.ts"
import { parseRecipient } from "./hybrid.ts"

// Importing a key costs a tenth of verifying with it, and the same few keys verify nearly everything.
const MAX_KEYS = 512
const keys = new Map<string, KeyObject>()

function publicKeyObject(algorithm: SignatureAlgorithm, publicKey: Uint8Array): KeyObject {
  const name = `${algorithm} ${publicKey.toBase64()}`
  let key = keys.get(name)
  if (!key) {
    key = createPublicKey({ key: publicKey, format: "raw-public", asymmetricKeyType: algorithm })
    if (keys.size >= MAX_KEYS) keys.delete(keys.keys().next().value ?? "")
    keys.set(name, key)
  }
  return key
}

/** The office's primitives on node:crypto; verifying runs on libuv's threads. */
export const nodeCrypto: Crypto = {
  isRecipient(recipient) {
    try {
      return parseRecipient(recipient) !== undefined
    } catch {
      return false
    }
  },
  sha256(bytes) {
    const digest = hash("sha256", bytes, "buffer")
    // A plain Uint8Array: a Buffer's slice is a view, where every caller of ours expects a copy.
    return new Uint8Array(digest.buffer, digest.byteOffset, digest.length)
  },
  verify: (algorithm, publicKey, message, signature) =>
    new Promise((resolve) => {
      try {
        const key = publicKeyObject(algorithm, publicKey)
        nodeVerify(null, message, key, signature, (error, good) => resolve(!error && good))
      } catch {
        resolve(false)
      }
    }),
}

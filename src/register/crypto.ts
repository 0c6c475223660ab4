/** Signature algorithms that the office's formats use. Ed25519: RFC 8032. ML-DSA: FIPS 204, empty context. */
export type SignatureAlgorithm = "ed25519" | "ml-dsa-44" | "ml-dsa-65"

/**
 * The primitives that checking needs, handed in by the program: node:crypto on a server, WebCrypto and @noble in a
 * browser. Hashing is synchronous so that trees and folds stay plain functions; verifying is not, so that a server can
 * check on all its cores (docs/decisions/0002).
 */
export interface Crypto {
  /** SHA-256 of `bytes`: 32 bytes. */
  sha256(bytes: Uint8Array): Uint8Array
  /** Whether `recipient` is a hybrid age recipient that can be sealed to: its two public keys are valid ones. */
  isRecipient(recipient: string): boolean
  /** Whether `signature` over `message` verifies; a malformed key or signature is `false`, never a throw. */
  verify(
    algorithm: SignatureAlgorithm,
    publicKey: Uint8Array,
    message: Uint8Array,
    signature: Uint8Array,
  ): Promise<boolean>
}

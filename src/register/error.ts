/** Why bytes from outside were not believed. A closed list: every code has words in the three catalogues. */
export type VerificationCode =
  | "encoding"
  | "note.malformed"
  | "note.signature"
  | "note.unsigned"
  | "key.malformed"
  | "checkpoint.malformed"
  | "checkpoint.origin"
  | "checkpoint.unwitnessed"
  | "cosignature.malformed"
  | "tree.size"
  | "tree.proof"
  | "tile.malformed"
  | "tile.mismatch"
  | "proof.malformed"
  | "policy.malformed"
  | "header.malformed"
  | "header.office"
  | "body.malformed"
  | "body.hash"
  | "body.stanzas"
  | "body.unopenable"
  | "body.commit"
  | "body.padding"
  | "act.malformed"
  | "text.missing"
  | "file.malformed"
  | "stamp.malformed"
  | "stamp.mismatch"
  | "line.malformed"
  | "certificate.malformed"
  | "sealing-keys.malformed"
  | "refusal.malformed"
  | "line-head.malformed"
  | "release.malformed"
  | "charter.malformed"
  | "sheet.malformed"
  | "sheet.readable"
  | "sheet.office"
  | "sheet.order"
  | "sheet.text"
  | "paper.malformed"
  | "courier.malformed"
  | "courier.cut-off"
  | "courier.altered"
  | "courier.page"
  | "root-note.malformed"
  | "roll.unknown-key"

/**
 * Thrown when bytes from outside fail a check: a bad encoding, signature or proof. The message says which check failed
 * and never carries the bytes themselves, because whoever sent them chose them.
 */
export class VerificationError extends Error {
  override name = "VerificationError"
  readonly code: VerificationCode

  constructor(code: VerificationCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

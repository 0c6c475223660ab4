import { fromHex } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"

const GROUPS = 8

/**
 * The fingerprint of an office for people: the first 16 bytes of its id as eight groups of five digits, each the
 * big-endian number of two bytes. Digits read alike in every language.
 */
export function officeFingerprint(office: string): string {
  const bytes = fromHex(office, 32)
  const groups = Array.from({ length: GROUPS }, (_, i) => (bytes[2 * i] ?? 0) * 256 + (bytes[2 * i + 1] ?? 0))
  return groups.map((group) => String(group).padStart(5, "0")).join(" ")
}

/** Reads a fingerprint, in digits or as the whole id in hex: answers whether an office is the one. Throws `encoding`. */
export function parseFingerprint(fingerprint: string): (office: string) => boolean {
  const bare = fingerprint.replaceAll(/[ -]/g, "")
  if (/^[0-9a-f]{64}$/.test(bare)) return (office) => office === bare
  if (/^[0-9]{40}$/.test(bare)) return (office) => officeFingerprint(office).replaceAll(" ", "") === bare
  throw new VerificationError("encoding", "not the fingerprint of an office")
}

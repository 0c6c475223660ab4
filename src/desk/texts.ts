import { readU32be } from "#register/bytes.ts"
import type { SaltedText } from "#seal/body.ts"

/** Reads texts as the outbox stores them: salt and bytes alternating, each behind its u32be length. */
export function splitTexts(stored: Uint8Array): SaltedText[] {
  const parts: Uint8Array[] = []
  for (let offset = 0; offset < stored.length; ) {
    const end = offset + 4 + readU32be(stored, offset)
    parts.push(stored.subarray(offset + 4, end))
    offset = end
  }
  const texts: SaltedText[] = []
  for (let i = 0; i + 1 < parts.length; i += 2) {
    const [salt, bytes] = [parts[i], parts[i + 1]]
    if (salt && bytes) texts.push({ salt, bytes })
  }
  return texts
}

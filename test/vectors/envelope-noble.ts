import { ed25519 } from "@noble/curves/ed25519.js"
import { sha256 } from "@noble/hashes/sha2.js"
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa.js"

// A reader of notes that shares no line with src: what it verifies, a stranger's program verifies.

/** A note taken apart by hand: the bytes that are signed, and its lines as name, key id and signature. */
function byHand(note: string) {
  const at = note.lastIndexOf("\n\n") + 1
  const lines = note.slice(at + 1, -1).split("\n")
  const taken = lines.map((line) => {
    const [, name = "", encoded = ""] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = Buffer.from(encoded, "base64")
    return { name, id: bytes.toString("hex", 0, 4), signature: new Uint8Array(bytes.subarray(4)) }
  })
  return { text: new Uint8Array(Buffer.from(note.slice(0, at))), lines: taken }
}

/** Whether the note's lines are exactly by these verifier keys, by another implementation of everything (noble). */
export function verifiesByNoble(note: string, keys: readonly string[]): boolean {
  const { text, lines } = byHand(note)
  const each = keys.map((vkey, i) => {
    const [, name = "", id = "", encoded = ""] = /^([^+]+)\+([^+]+)\+(.+)$/.exec(vkey) ?? []
    const typed = Buffer.from(encoded, "base64")
    const named = sha256(new Uint8Array(Buffer.concat([Buffer.from(`${name}\n`), typed])))
    const line = lines[i]
    if (!line || line.name !== name || line.id !== id || Buffer.from(named).toString("hex", 0, 4) !== id) return false
    if (typed[0] === 0x01) return ed25519.verify(line.signature, text, new Uint8Array(typed.subarray(1)))
    const identifier = typed.toString("latin1", 1, 28)
    const key = new Uint8Array(typed.subarray(28))
    return identifier === "iod.signature/ml-dsa-65/v1\n" && ml_dsa65.verify(line.signature, text, key)
  })
  return lines.length === keys.length && each.every(Boolean)
}

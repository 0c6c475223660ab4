import { VerificationError } from "./error.ts"

// Nothing of ours is nested deeper than eight. Of brackets alone a parser makes fifty times as many bytes in memory.
const DEEPEST = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c
// A bracket and a brace differ in this bit alone.
const BRACE = 0x20
const OPENING = 0x7b
const CLOSING = 0x7d

/** A JSON value that somebody else wrote; throws `encoding` where it is none or nested deeper than 64 levels. */
export function parseJson(text: string): unknown {
  if (isTooDeep(text)) throw new VerificationError("encoding", "JSON that is nested too deep")
  try {
    return JSON.parse(text)
  } catch {
    // Without the cause: a parser's message quotes what it was given.
    throw new VerificationError("encoding", "not JSON")
  }
}

function isTooDeep(text: string): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) inString = !inString
    else if (inString) at += code === BACKSLASH ? 1 : 0
    else if ((code | BRACE) === OPENING) depth++
    else if ((code | BRACE) === CLOSING) depth--
    if (depth > DEEPEST) return true
  }
  return false
}

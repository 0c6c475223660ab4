import { concat, fromUtf8, readU32be, u32be, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"

/** What a registry sends down a desk's mail stream (docs/specs/mail.md). */
export type Frame =
  | { kind: "envelope"; header: string; stamp: string; body: Uint8Array | null }
  | { kind: "checkpoint"; note: string }
  | { kind: "line-head"; note: string }
  /** Nothing new; the stream lives. */
  | { kind: "quiet" }
  /** In a registry's backup only, behind the envelopes: a file that is on its way, and the pieces of it. */
  | { kind: "file"; note: string }
  | { kind: "piece"; bytes: Uint8Array }

/** An envelope as a desk hands it in. */
export type Posted = { header: string; body: Uint8Array }

const KINDS = ["envelope", "checkpoint", "line-head", "quiet", "file", "piece"] as const
const HEAD = 5
const ENVELOPE_PARTS = 3
/** The most envelopes that may be handed in together. */
export const MOST_POSTED = 64
/** Longest frame that a reader accepts: a body of the largest size with its notes. */
export const LONGEST_FRAME = (1 << 23) + (1 << 18)

/** `u8 kind || u32be length || payload`; an envelope's payload is header, stamp and body, each with its length. */
export function formatFrame(frame: Frame): Uint8Array<ArrayBuffer> {
  const payload = framePayload(frame)
  return concat(Uint8Array.of(KINDS.indexOf(frame.kind)), u32be(payload.length), payload)
}

function framePayload(frame: Frame): Uint8Array {
  if (frame.kind === "quiet") return new Uint8Array()
  if (frame.kind === "piece") return frame.bytes
  if (frame.kind !== "envelope") return utf8(frame.note)
  const body = frame.body ? [u32be(frame.body.length), frame.body] : []
  const [header, stamp] = [utf8(frame.header), utf8(frame.stamp)]
  return concat(u32be(header.length), header, u32be(stamp.length), stamp, ...body)
}

/**
 * Splits a stream of bytes into frames, whatever the pieces they arrive in. The registry, or whoever stands between,
 * controls every byte; throws `encoding` for a frame that is malformed or too long.
 */
export function frameReader(): (piece: Uint8Array) => Frame[] {
  // What waits for the rest of its frame stands at the beginning of `room`.
  let room = new Uint8Array()
  let held = 0
  let wanted = HEAD
  return (piece) => {
    const frames: Frame[] = []
    room = withRoom(room, held, piece.length)
    room.set(piece, held)
    held += piece.length
    if (held < wanted) return frames
    let rest = room.subarray(0, held)
    for (;;) {
      wanted = HEAD
      if (rest.length < HEAD) break
      const length = readU32be(rest, 1)
      if (length > LONGEST_FRAME) throw new VerificationError("encoding", "a frame is too long")
      wanted = HEAD + length
      if (rest.length < wanted) break
      frames.push(parseFrame(rest[0] ?? 255, rest.subarray(HEAD, wanted)))
      rest = rest.subarray(wanted)
    }
    room = rest.slice()
    held = rest.length
    return frames
  }
}

/** Room for `more` bytes after the `held` ones. Doubled, because whoever sends may send a byte at a time. */
function withRoom(room: Uint8Array<ArrayBuffer>, held: number, more: number): Uint8Array<ArrayBuffer> {
  if (held + more <= room.length) return room
  const larger = new Uint8Array(Math.max(held + more, 2 * room.length))
  larger.set(room.subarray(0, held))
  return larger
}

function parseFrame(number: number, payload: Uint8Array): Frame {
  const kind = KINDS[number]
  if (kind === undefined) throw new VerificationError("encoding", "a frame of an unknown kind")
  if (kind === "quiet" && payload.length > 0) throw new VerificationError("encoding", "a quiet frame carries something")
  if (kind === "quiet") return { kind }
  if (kind === "piece") return { kind, bytes: payload.slice() }
  if (kind !== "envelope") return { kind, note: fromUtf8(payload) }
  const [header, stamp, body] = splitParts(payload, ENVELOPE_PARTS)
  if (!header || !stamp) throw new VerificationError("encoding", "an envelope frame is malformed")
  return { kind, header: fromUtf8(header), stamp: fromUtf8(stamp), body: body?.slice() ?? null }
}

/** At most `most` parts: whoever sends may make one of every four bytes. */
function splitParts(bytes: Uint8Array, most: number): Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let offset = 0; offset < bytes.length; ) {
    if (parts.length === most) throw new VerificationError("encoding", "too many parts")
    const end = offset + 4 + readU32be(bytes, offset)
    if (end > bytes.length) throw new VerificationError("encoding", "a part is cut off")
    parts.push(bytes.subarray(offset + 4, end))
    offset = end
  }
  return parts
}

/** Byte strings one after the other, each behind its u32be length. */
export function joinParts(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return concat(...parts.flatMap((part) => [u32be(part.length), part]))
}

/** Envelopes handed in together: header note and body alternating, each behind its length. */
export function formatPosted(envelopes: readonly Posted[]): Uint8Array<ArrayBuffer> {
  return joinParts(envelopes.flatMap((e) => [utf8(e.header), e.body]))
}

/** Reads envelopes handed in, at most MOST_POSTED; throws `encoding`. */
export function parsePosted(bytes: Uint8Array): Posted[] {
  const parts = splitParts(bytes, 2 * MOST_POSTED)
  if (parts.length === 0 || parts.length % 2 !== 0)
    throw new VerificationError("encoding", "not pairs of header and body")
  const posted: Posted[] = []
  for (let i = 0; i < parts.length; i += 2) {
    const [header, body] = [parts[i], parts[i + 1]]
    if (header && body) posted.push({ header: fromUtf8(header), body })
  }
  return posted
}

/** The registry's answers to posted envelopes: stamps and refusals, in their order. */
export function formatAnswers(notes: readonly string[]): Uint8Array<ArrayBuffer> {
  return joinParts(notes.map(utf8))
}

/** Reads the registry's answers, at most MOST_POSTED; throws `encoding`. */
export function parseAnswers(bytes: Uint8Array): string[] {
  return splitParts(bytes, MOST_POSTED).map(fromUtf8)
}

import type { Chance } from "./fuzz-chance.ts"
import { numberText } from "./fuzz-chance.ts"

/** What a parser is given: bytes from a wire, or a text that stood in JSON and may hold half a surrogate pair. */
export type Input = string | Uint8Array

// Once in so many changes a part is repeated until the input is as long as its door lets in; for long ones not so often.
const BLOW_UP = 3000
const LONG = 1 << 20

/** The input with one to three changes that somebody makes who knows its form; never longer than `most`. */
export function changed(input: Input, other: Input, chance: Chance, most: number): Input {
  let now = input
  for (let i = chance.below(3); i >= 0; i--) now = changedOnce(now, other, chance, most)
  return now.length > most ? now.slice(0, most) : now
}

function changedOnce(input: Input, other: Input, chance: Chance, most: number): Input {
  if (chance.once(most > LONG ? BLOW_UP * 10 : BLOW_UP)) return blownUp(input, chance, most)
  if (typeof input === "string") {
    const change = chance.of(TEXT_CHANGES)
    return change(input, typeof other === "string" ? other : "", chance)
  }
  const change = chance.of(BYTE_CHANGES)
  return change(input, typeof other === "string" ? new Uint8Array() : other, chance)
}

function blownUp(input: Input, chance: Chance, most: number): Input {
  const room = Math.max(0, most - input.length)
  const from = chance.below(input.length + 1)
  const length = Math.min(1 + chance.below(chance.of([1, 4, 8, 64, 1000])), input.length - from)
  if (length < 1) return input
  const times = Math.floor(room / length / chance.of([1, 1, 3, 30]))
  if (typeof input === "string") {
    if (chance.once(2)) return replaced(input, JSON_VALUE, chance, (value) => nested(value, chance, room))
    const part = chance.once(3) ? chance.of(["[", '{"a":', "\n", " ", "0", "—"]) : input.slice(from, from + length)
    return input.slice(0, from) + part.repeat(Math.floor((times * length) / part.length)) + input.slice(from)
  }
  const part = input.subarray(from, from + length)
  const filled = new Uint8Array(times * length)
  for (let at = 0; at < filled.length; at += length) filled.set(part, at)
  return joined(input.subarray(0, from), filled, input.subarray(from))
}

const JSON_VALUE = /"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b|\{\}|\[\]/g

/** A JSON value as deep in others as `room` characters allow, or a few thousand levels. */
export function nested(value: string, chance: Chance, room: number): string {
  const [open, close] = chance.of([["[", "]"] as const, ['{"a":', "}"] as const])
  const most = Math.floor(room / (open.length + close.length))
  const levels = Math.min(most, chance.of([100, 3000, 10_000, 200_000, most]))
  return open.repeat(levels) + value + close.repeat(levels)
}

type TextChange = (text: string, other: string, chance: Chance) => string

const LETTERS = [
  ...[
    " ",
    "\n",
    "\n\n",
    "\t",
    "\r",
    "\u0000",
    "\u001b",
    "\u007f",
    "0",
    "-",
    "+",
    "/",
    "*",
    "=",
    "a",
    "A",
    "— ",
    '"',
    "\\",
  ],
  ...[
    "\ufeff",
    "\u00a0",
    "\u202e",
    "\u200b",
    "é",
    "e\u0301",
    "\ud800",
    "\udfff",
    "💥",
    "０",
    "іod",
    "null",
    "{",
    "}",
    "[",
    "]",
  ],
] as unknown as readonly [string, ...string[]]

/** Replaces one match of `pattern`, chosen by chance. */
function replaced(text: string, pattern: RegExp, chance: Chance, by: (found: string) => string): string {
  const found = [...text.slice(0, 100_000).matchAll(pattern)]
  const one = found[chance.below(found.length)]
  if (!one) return text
  return text.slice(0, one.index) + by(one[0]) + text.slice(one.index + one[0].length)
}

function withLines(
  text: string,
  chance: Chance,
  change: (lines: string[], one: number, two: number) => string[],
): string {
  const lines = text.split("\n")
  return change(lines, chance.below(lines.length), chance.below(lines.length)).join("\n")
}

const at = (text: string, chance: Chance) => chance.below(text.length + 1)

const TEXT_CHANGES: readonly [TextChange, ...TextChange[]] = [
  (text, _, chance) => {
    const place = at(text, chance)
    return text.slice(0, place) + chance.of(LETTERS) + text.slice(place + chance.below(2))
  },
  (text, _, chance) => {
    const place = at(text, chance)
    return text.slice(0, place) + text.slice(place + 1 + chance.below(chance.of([1, 8, 100])))
  },
  (text, _, chance) => text.slice(0, at(text, chance)),
  (text, other, chance) => text.slice(0, at(text, chance)) + other.slice(at(other, chance)),
  (text, _, chance) => withLines(text, chance, (lines, one) => lines.toSpliced(one, 1)),
  (text, _, chance) => withLines(text, chance, (lines, one, two) => lines.toSpliced(one, 0, lines[two] ?? "")),
  (text, _, chance) =>
    withLines(text, chance, (lines, one, two) => lines.with(one, lines[two] ?? "").with(two, lines[one] ?? "")),
  (text, other, chance) => {
    const others = other.split("\n")
    return withLines(text, chance, (lines, one) => lines.with(one, others[chance.below(others.length)] ?? ""))
  },
  (text, _, chance) =>
    replaced(text, /(?<![0-9A-Za-z+/])-?\d+(?:\.\d+)?(?![0-9A-Za-z+/])/g, chance, () => strangeNumber(chance)),
  (text, _, chance) =>
    replaced(text, /[0-9a-f]{16,}/g, chance, (hex) =>
      chance.of([hex.slice(1), `${hex}0`, hex.toUpperCase(), chance.id()]),
    ),
  (text, _, chance) =>
    replaced(text, /[A-Za-z0-9+/]{8,}={0,2}/g, chance, () => {
      const bytes = chance.bytes(chance.of([0, 1, 3, 4, 31, 32, 33, 68, 72, 100]))
      return bytes.toBase64({ omitPadding: chance.once(4) })
    }),
  (text, _, chance) =>
    replaced(text, /[^ \n"]+/g, chance, (field) =>
      chance.of(["", `${field} ${field}`, field.toUpperCase(), numberText(chance), chance.of(LETTERS)]),
    ),
  (text, _, chance) =>
    replaced(
      text,
      /"(?:[^"\\]|\\.)*"|\b(?:true|false|null)\b/g,
      chance,
      () => JSON.stringify(strangeValue(chance, 3)) ?? "null",
    ),
]

/** A number as a text writes it that no form of ours does, or one at a limit. */
function strangeNumber(chance: Chance): string {
  const strange = [
    "-1",
    "-0",
    "+1",
    "00",
    "01",
    "1.0",
    "1e3",
    "1e400",
    "0x10",
    "９",
    "",
    "Infinity",
    "NaN",
    "18446744073709551616",
  ]
  return chance.once(2) ? numberText(chance) : (strange[chance.below(strange.length)] ?? "")
}

/** A JSON value that a schema may not have thought of, nested up to `deep`. */
export function strangeValue(chance: Chance, deep: number): unknown {
  const flat = [
    null,
    true,
    false,
    0,
    -0,
    -1,
    1.5,
    2 ** 53,
    1e308,
    "",
    "a",
    "\u0000",
    "\ud800",
    "__proto__",
    "constructor",
    "toString",
  ]
  const choice = chance.below(deep > 0 ? flat.length + 4 : flat.length)
  if (choice < flat.length) return flat[choice]
  const inner = () => strangeValue(chance, deep - 1)
  if (choice === flat.length) return Array.from({ length: chance.below(4) }, inner)
  if (choice === flat.length + 1) return JSON.parse(`{"__proto__":${JSON.stringify(inner()) ?? "1"}}`)
  if (choice === flat.length + 2) return { [chance.of(["a", "matter", "constructor", "toString", "0"])]: inner() }
  return chance.of(["x".repeat(5000), "ї".repeat(200), chance.id(), "2027-01-01T00:00:00.000Z"])
}

type ByteChange = (bytes: Uint8Array, other: Uint8Array, chance: Chance) => Uint8Array

const BYTE_CHANGES: readonly [ByteChange, ...ByteChange[]] = [
  (bytes, _, chance) => withByte(bytes, chance, (byte) => byte ^ (1 << chance.below(8))),
  (bytes, _, chance) => withByte(bytes, chance, () => chance.of([0x00, 0x01, 0x0a, 0x20, 0x7f, 0x80, 0xff])),
  (bytes, _, chance) => bytes.slice(0, chance.below(bytes.length + 1)),
  (bytes, _, chance) => {
    const place = chance.below(bytes.length + 1)
    return joined(bytes.subarray(0, place), chance.bytes(chance.below(9)), bytes.subarray(place))
  },
  (bytes, _, chance) => {
    const place = chance.below(bytes.length + 1)
    return joined(bytes.subarray(0, place), bytes.subarray(place + 1 + chance.below(chance.of([1, 5, 100]))))
  },
  (bytes, other, chance) =>
    joined(bytes.subarray(0, chance.below(bytes.length + 1)), other.subarray(chance.below(other.length + 1))),
  (bytes, _, chance) => {
    const from = chance.below(bytes.length + 1)
    const end = from + chance.below(chance.of([8, 64, 1000]))
    return joined(bytes.subarray(0, end), bytes.subarray(from))
  },
  (bytes, _, chance) => {
    // A length or a number in its place, big-endian, where one may stand.
    const value = chance.of([0, 1, 4, 31, 32, 33, 255, 256, 65_535, 2 ** 23, 2 ** 31, 2 ** 32 - 4, 2 ** 32 - 1])
    const place = chance.below(Math.max(1, bytes.length - 3))
    const now = bytes.slice()
    if (place + 4 <= now.length) new DataView(now.buffer).setUint32(place, value)
    return now
  },
]

function withByte(bytes: Uint8Array, chance: Chance, change: (byte: number) => number): Uint8Array {
  const now = bytes.slice()
  const place = chance.below(now.length)
  const byte = now[place]
  if (byte !== undefined) now[place] = change(byte)
  return now
}

/** Byte strings one after the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let end = 0
  for (const part of parts) {
    whole.set(part, end)
    end += part.length
  }
  return whole
}

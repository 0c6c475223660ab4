/** Chance that a seed repeats: the same seed, parser and number make the same input again on any machine. */
export type Chance = {
  /** A whole number from 0 to below `end`. */
  below(end: number): number
  /** True once in `times`. */
  once(times: number): boolean
  of<T>(list: readonly [T, ...T[]]): T
  bytes(length: number): Uint8Array<ArrayBuffer>
  /** 32 bytes in hex. */
  id(): string
}

/** Opens chance by a word (mulberry32 from the word's FNV-1a hash). */
export function openChance(word: string): Chance {
  let state = 0x811c9dc5
  for (let i = 0; i < word.length; i++) state = Math.imul(state ^ word.charCodeAt(i), 0x01000193)

  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return (mixed ^ (mixed >>> 14)) >>> 0
  }

  function bytes(length: number): Uint8Array<ArrayBuffer> {
    const words = Uint32Array.from({ length: Math.ceil(length / 4) }, next)
    return new Uint8Array(words.buffer).slice(0, length)
  }

  const below = (end: number) => Math.floor((next() / 2 ** 32) * end)
  return {
    below,
    once: (times) => below(times) === 0,
    of: (list) => list[below(list.length)] ?? list[0],
    bytes,
    id: () => bytes(32).toHex(),
  }
}

/** Numbers that programs get wrong, and small ones, as a form writes them. */
export function numberText(chance: Chance): string {
  if (!chance.once(6)) return String(chance.below(chance.of([2, 10, 100, 100_000])))
  const limits = [1n << 15n, 1n << 16n, 1n << 31n, 1n << 32n, 1n << 53n, 1n << 62n, 1n << 63n, 1n << 64n] as const
  return String(chance.of(limits) - BigInt(chance.below(3)))
}

/** A whole number that a double holds, often one at a limit. */
export function wholeNumber(chance: Chance): number {
  if (!chance.once(6)) return chance.below(1000)
  return chance.of([0, 1, 2 ** 16, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER - 1, Number.MAX_SAFE_INTEGER])
}

/** An index or a size of the register. */
export function registerSize(chance: Chance): bigint {
  if (!chance.once(6)) return BigInt(chance.below(1000))
  return chance.of([0n, 1n, 255n, 256n, 257n, 1n << 32n, 1n << 53n, (1n << 62n) + 1n, (1n << 63n) - 1n])
}

/** An instant of our form, now and then at the ends of the calendar. */
export function instant(chance: Chance): string {
  if (chance.once(20)) return chance.of(["0000-01-01T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
  return new Date(1_800_000_000_000 + chance.below(2 ** 31)).toISOString()
}

/** A name of the form of delegations and keys. */
export function name(chance: Chance): string {
  const letters = "abcdefghijklmnopqrstuvwxyz0123456789-"
  const rest = Array.from({ length: 1 + chance.below(chance.once(10) ? 31 : 8) }, () => letters[chance.below(37)])
  return `${letters[chance.below(26)]}${rest.join("")}`
}

/** A text as people write them, in any script, now and then of what breaks lines and terminals. */
export function words(chance: Chance): string {
  const some = [
    "word",
    "слово",
    "їжак",
    "line\nline",
    "",
    " ",
    "\u0000",
    "\u202e",
    "\ud800",
    "e\u0301",
    "\\u{202e}",
    "—",
  ]
  return Array.from({ length: chance.below(6) }, () => some[chance.below(some.length)]).join(" ")
}

import assert from "node:assert/strict"
import fc from "fast-check"
import { VerificationError } from "#register/error.ts"

/** Bytes as others choose them. */
export const bytes = (most: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: most })
/** Objects as our parsers make them. */
export const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record(fields, { noNullPrototype: true }) as fc.Arbitrary<T>
/** 32 bytes in hex. */
export const id = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((b) => b.toHex())
/** A name of a delegation or key. */
export const name = fc.stringMatching(/^[a-z][a-z0-9-]{1,31}$/)
/** Names sorted by bytes, at least two. */
export const names = fc.uniqueArray(name, { minLength: 2, maxLength: 6 }).map((all) => all.sort())
/** An instant that our texts can hold. */
export const instant = fc
  .date({ min: new Date("0000-01-01T00:00:00.000Z"), max: new Date("9999-12-31T23:59:59.999Z"), noInvalidDate: true })
  .map((d) => d.toISOString())
export const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
export const size = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n })

/** A change that somebody makes to a text: letters, lines, ends, and the numbers and ids that stand in it. */
export type Change = { kind: number; at: number; other: number; letter: string }
export const change: fc.Arbitrary<Change> = fc.record({
  kind: fc.nat(9),
  at: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  other: fc.double({ min: 0, max: 0.999999, noNaN: true }),
  letter: fc.oneof(
    fc.constantFrom(" ", "\n", "0", "-", "/", "*", "a", "é", "\u0000", "\ufeff", "\r", "\t"),
    fc.string({ minLength: 1, maxLength: 3 }),
  ),
})

/** The text with these changes, one after the other. */
export function changed(text: string, changes: readonly Change[]): string {
  return changes.reduce(changeOnce, text)
}

function changeOnce(text: string, { kind, at, other, letter }: Change): string {
  const place = Math.floor(at * text.length)
  const lines = text.split("\n")
  const [one, two] = [Math.floor(at * lines.length), Math.floor(other * lines.length)]
  const [first = "", second = ""] = [lines[one], lines[two]]
  switch (kind) {
    case 0:
      return text.slice(0, place) + letter + text.slice(place)
    case 1:
      return text.slice(0, place) + text.slice(place + 1)
    case 2:
      return text.slice(0, place) + letter + text.slice(place + letter.length)
    case 3:
      return text.slice(0, place)
    case 4:
      return lines.with(one, second).with(two, first).join("\n")
    case 5:
      return lines.toSpliced(one, 1).join("\n")
    case 6:
      return lines.toSpliced(one, 0, second).join("\n")
    case 7:
      return text.replace(/\d+/, (digits) => `${digits}${Math.floor(other * 1e9)}`)
    case 8:
      return lines.with(one, first.replace(/[^ ]+$/, letter)).join("\n")
    default:
      return lines.with(one, first.toUpperCase()).join("\n")
  }
}

/** What a parser answers, or undefined where it refuses; fails on any other throw. */
export function orRefused<T>(parse: () => T): T | undefined {
  try {
    return parse()
  } catch (error) {
    assert.ok(error instanceof VerificationError, `not a refusal: ${error}`)
    return undefined
  }
}

/** What an asynchronous parser answers, or undefined where it refuses. */
export async function orRefusedLater<T>(parse: () => Promise<T>): Promise<T | undefined> {
  try {
    return await parse()
  } catch (error) {
    assert.ok(error instanceof VerificationError, `not a refusal: ${error}`)
    return undefined
  }
}

import { fromHex } from "#register/bytes.ts"
import { type VerificationCode, VerificationError } from "#register/error.ts"

/** Names of delegations and keys (docs/specs/envelope.md §1). */
const NAME = /^[a-z][a-z0-9-]{1,31}$/
const ID = /^[0-9a-f]{64}$/
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const DAY = /^\d{4}-\d{2}-\d{2}$/
const NUMBER = /^(?:0|[1-9]\d*)$/
const MAX_U63 = (1n << 63n) - 1n

/** Whether `text` may name a delegation or a key: `[a-z][a-z0-9-]{1,31}`. */
export function isName(text: string): boolean {
  return NAME.test(text)
}

/** Whether `text` is 32 bytes in lower-case hex: an id or a SHA-256. */
export function isId(text: string): boolean {
  return ID.test(text)
}

/** Whether `text` is an instant, UTC with milliseconds, that exists in the calendar. */
export function isInstant(text: string): boolean {
  return INSTANT.test(text) && isInCalendar(text)
}

/** Whether `text` is a day `YYYY-MM-DD` that exists in the calendar. */
export function isDay(text: string): boolean {
  return DAY.test(text) && isInCalendar(`${text}T00:00:00.000Z`)
}

function isInCalendar(instant: string): boolean {
  const at = new Date(instant)
  return !Number.isNaN(at.getTime()) && at.toISOString() === instant
}

/**
 * Reads one of our signed texts: exactly the lines of its form, in their order, one space between fields. Whoever wrote
 * it controls every byte; whatever differs throws `code`.
 */
export type FormReader = {
  /** The rest of the next line after `key` and one space. */
  field(key: string): string
  /** That the rest of the next line is one of `values`. */
  oneOf<T extends string>(key: string, values: readonly T[]): T
  /** The space-separated fields of the next line, `count` of them. */
  fields(key: string, count: number): string[]
  id(key: string): string
  name(key: string): string
  number(key: string): number
  instant(key: string): string
  /** Whether the next line begins with `key`. */
  has(key: string): boolean
  /** That nothing follows. */
  end(): void
}

/** Opens the form `kind` (its first line) in `text`; every refusal throws a VerificationError with `code`. */
export function readForm(text: string, kind: string, code: VerificationCode): FormReader {
  const fail = (message: string): never => {
    throw new VerificationError(code, message)
  }
  if (!text.endsWith("\n")) fail("a text does not end with a newline")
  const lines = text.slice(0, -1).split("\n")
  let next = 1
  if (lines[0] !== kind) fail(`not a text of the form ${kind}`)
  const field = (key: string): string => {
    const line = lines[next]
    if (line === undefined || !line.startsWith(`${key} `)) return fail(`the line "${key}" is missing`)
    next++
    return line.slice(key.length + 1)
  }
  const checked = (key: string, good: (value: string) => boolean): string => {
    const value = field(key)
    return good(value) ? value : fail(`the line "${key}" is malformed`)
  }
  return {
    field,
    oneOf(key, values) {
      const value = field(key)
      return values.find((v) => v === value) ?? fail(`the line "${key}" is malformed`)
    },
    fields(key, count) {
      const values = field(key).split(" ")
      return values.length === count && values.every((v) => v !== "") ? values : fail(`the line "${key}" is malformed`)
    },
    id: (key) => checked(key, isId),
    name: (key) => checked(key, isName),
    number: (key) => parseNumber(field(key), code),
    instant: (key) => checked(key, isInstant),
    has: (key) => lines[next]?.startsWith(`${key} `) ?? false,
    end: () => {
      if (next !== lines.length) fail("a text has more lines than its form")
    },
  }
}

/** A decimal number without leading zeros that a double holds exactly; throws `code`. */
export function parseNumber(text: string, code: VerificationCode): number {
  const value = NUMBER.test(text) ? Number(text) : Number.NaN
  if (!Number.isSafeInteger(value)) throw new VerificationError(code, "a number is malformed or too large")
  return value
}

/** A decimal u63 without leading zeros: sizes and indices of the register; throws `code`. */
export function parseSize(text: string, code: VerificationCode): bigint {
  const value = NUMBER.test(text) && text.length <= 19 ? BigInt(text) : MAX_U63 + 1n
  if (value > MAX_U63) throw new VerificationError(code, "a size is malformed or too large")
  return value
}

/** 32 bytes of an id. */
export function idBytes(id: string): Uint8Array<ArrayBuffer> {
  return fromHex(id, 32)
}

import { utf8 } from "#register/bytes.ts"
import { packedLength, type SaltedText, SMALLEST_BODY } from "#seal/body.ts"

/** A record as somebody writes it: its fields, and its free texts in clear. */
export type Draft = {
  fields: Readonly<Record<string, unknown>>
  texts: Readonly<Record<string, string>>
}

/** A record with its texts salted and named by their hashes. */
export type Prepared = { record: Record<string, unknown> & { matter: string }; texts: SaltedText[] }

/** What packing needs of chance and hashing: a program's own, or stand-ins where only the length is asked. */
export type Salting = {
  /** 32 random bytes. */
  random(): Uint8Array
  textHash(text: SaltedText): string
  recordHash(record: SaltedText): string
}

/** Salts the texts of a record; what they say never stands in the act itself. A matter that is left out is a new one. */
export function prepare({ random, textHash }: Salting, { fields, texts }: Draft): Prepared {
  const prepared: Prepared = { record: { matter: random().toHex(), ...fields }, texts: [] }
  for (const [field, value] of Object.entries(texts)) {
    const salted = { salt: random(), bytes: utf8(value.normalize("NFC")) }
    prepared.texts.push(salted)
    prepared.record[field] = textHash(salted)
  }
  return prepared
}

/** One record stands in the act itself; of several, the act holds their hashes and they travel before the texts. */
export function pack(
  { random, recordHash }: Salting,
  act: string,
  software: string,
  ready: readonly Prepared[],
): { act: Uint8Array; texts: SaltedText[] } {
  const texts = ready.flatMap((one) => one.texts)
  const [first] = ready
  if (ready.length === 1 && first) return { act: utf8(JSON.stringify({ act, software, record: first.record })), texts }
  const list = ready.map(({ record }) => ({ salt: random(), bytes: utf8(JSON.stringify(record)) }))
  return { act: utf8(JSON.stringify({ act, software, list: list.map(recordHash) })), texts: [...list, ...texts] }
}

const SALT = new Uint8Array(32)
const HASH = SALT.toHex()
const STAND_IN: Salting = { random: () => SALT, textHash: () => HASH, recordHash: () => HASH }

/**
 * Whether an act with these records and texts has the smallest body, as every slot envelope has: a larger one can be
 * told from the others of its line by its size.
 */
export function fitsSmallestBody(act: string, drafts: readonly Draft[]): boolean {
  const ready = drafts.map((draft) => prepare(STAND_IN, draft))
  return packedLength(pack(STAND_IN, act, HASH, ready)) <= SMALLEST_BODY
}

import type { ActForm } from "#offices/judge.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { recordHash, type SaltedText } from "#seal/body.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"

/** One record of an act as it came, with its salt where the act is a list. */
export type RawRecord = { json: string; salt: Uint8Array | null }

/** The records of an act: its one record, or those whose hashes it lists, in its order; null where one is missing or no text. */
export function recordsOf(form: ActForm, texts: readonly SaltedText[]): RawRecord[] {
  if ("record" in form) return [{ json: JSON.stringify(form.record), salt: null }]
  return listed(form.list, texts).map((record) => {
    const json = record && readUtf8(record.bytes)
    return json === undefined ? { json: "null", salt: null } : { json, salt: record?.salt ?? null }
  })
}

/** The texts of a body that are free texts: a list's records travel among them, but are what rules read. */
export function freeTexts(form: ActForm | undefined, texts: readonly SaltedText[]): readonly SaltedText[] {
  if (!form || !("list" in form)) return texts
  const records = new Set(listed(form.list, texts))
  // The same bytes once more under the same salt are the record again, and no free text.
  const salts = new Set([...records].map((record) => record?.salt.toHex()))
  const hashes = new Set(form.list)
  return texts.filter((t) => !records.has(t) && !(salts.has(t.salt.toHex()) && hashes.has(hashOf(t))))
}

type Listed = readonly (SaltedText | undefined)[]

// Of one body it is asked more than once, and every answer hashes all records again.
const known = new WeakMap<readonly SaltedText[], { list: readonly string[]; found: Listed }>()

/** The texts that a list names, in its order. */
function listed(list: readonly string[], texts: readonly SaltedText[]): Listed {
  const before = known.get(texts)
  if (before?.list === list) return before.found
  const found = find(list, texts)
  known.set(texts, { list, found })
  return found
}

/** They stand before all others, unless their author had them otherwise. */
function find(list: readonly string[], texts: readonly SaltedText[]): Listed {
  const first = texts.slice(0, list.length)
  if (first.length === list.length && first.every((t, i) => hashOf(t) === list[i])) return first
  const byHash = new Map(texts.map((t) => [hashOf(t), t]))
  return list.map((hash) => byHash.get(hash))
}

function hashOf(record: SaltedText): string {
  return recordHash(nodeCrypto, record)
}

function readUtf8(bytes: Uint8Array): string | undefined {
  try {
    return fromUtf8(bytes)
  } catch {
    return undefined
  }
}

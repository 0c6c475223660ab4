import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { parseDescription } from "#seal/attachment.ts"
import type { AnyActKind } from "../act.ts"
import { filesOf } from "../attachment.ts"
import { rules } from "../index.ts"

/** A text that a record names by its salted hash, in which field, and what people read of its bytes. */
export type NamedText = { field: string; hash: string; words(bytes: Uint8Array): string }

/** The kind of this name in the newest version of the rules that has it: what its texts are, no version changes. */
export function newestKind(act: string): AnyActKind | undefined {
  return [...rules.values()].findLast((version) => version.has(act))?.get(act)
}

/**
 * What people read of a record: its texts in the order of its kind, then the names of its files. None of a kind that
 * this release does not know.
 */
export function textsOf(act: string, fields: unknown): NamedText[] {
  const kind = newestKind(act)
  if (!kind || typeof fields !== "object" || fields === null) return []
  const { texts, forMachines = [], reads = asItStands } = kind
  const named = new Map(Object.entries(fields))
  return [
    ...texts.flatMap((field) => {
      const hash = named.get(field)
      if (typeof hash !== "string" || forMachines.includes(field)) return []
      const words = (bytes: Uint8Array) => readable(() => reads(fields, field, fromUtf8(bytes)))
      return [{ field, hash, words }]
    }),
    ...filesOf(kind, fields).map(({ text, length }) => ({
      ...{ field: "files", hash: text },
      // A description holds the file's secret too: no more of it than the name is ever read here.
      words: (bytes: Uint8Array) => readable(() => parseDescription(bytes, length).name),
    })),
  ]
}

function asItStands(_record: object, _field: string, text: string): string {
  return text
}

/** An author chooses the bytes: what is not of its form has no words. */
function readable(read: () => string): string {
  try {
    return read()
  } catch (error) {
    if (error instanceof VerificationError) return ""
    throw error
  }
}

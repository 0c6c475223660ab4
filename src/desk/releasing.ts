import type { AnyActKind, Carrying, ReleaseTerms } from "#offices/act.ts"
import { type ParsedRecord, parseRecord } from "#offices/judge.ts"
import type { Draft, Prepared, Salting } from "#offices/pack.ts"
import { wordsFault } from "#offices/release.ts"
import { fromUtf8, utf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import type { SaltedText } from "#seal/body.ts"
import { signRelease } from "#seal/release.ts"
import { type Clock, instantOf } from "../clock.ts"
import type { Archive } from "./archive.ts"
import { heldRelease } from "./carried.ts"
import type { Vault } from "./vault.ts"

export type ReleasingParts = { archive: Archive; clock: Clock; office: string; vault: Pick<Vault, "desk"> }

/** A draft that may say whose release it carries: one that this desk holds. */
export type CarryingDraft = Draft & { carries?: { from: string; id: string } | undefined }

/** Texts that no caller writes: the desk signs them, or takes them as their author signed them. */
export const RELEASE_TEXTS: readonly string[] = ["release", "words"]

export type ReleaseRefusal = { refused: "door.unknown-release" | "door.other-words" | "act.malformed" }

/** The prepared record with the release that it carries or makes, in its texts `release` and `words`. */
export function withRelease(
  parts: ReleasingParts,
  salting: Salting,
  kind: AnyActKind,
  { draft, prepared, at }: { draft: CarryingDraft; prepared: Prepared; at: Carrying },
): Prepared | ReleaseRefusal {
  const record = parseRecord(kind, prepared.record)
  // A record of no form is the rule's to refuse.
  if ("refused" in record) return prepared
  try {
    if (draft.carries) return withHeld(parts, salting, kind, prepared, draft.carries)
    const terms = kind.release?.makes(record, at)
    return terms ? withOwn(parts, salting, kind, { prepared, record, terms }) : prepared
  } catch (error) {
    // Whoever hands in a hash in the place of a text has no words that a release could cover.
    if (error instanceof VerificationError && error.code === "text.missing") return { refused: "act.malformed" }
    throw error
  }
}

/** Signs a release of the record's words. */
function withOwn(
  parts: ReleasingParts,
  salting: Salting,
  kind: AnyActKind,
  { prepared, record, terms }: { prepared: Prepared; record: ParsedRecord; terms: ReleaseTerms },
): Prepared {
  if (!kind.release) return prepared
  const words = { salt: salting.random(), bytes: utf8(kind.release.words(record, clearOf(salting, prepared))) }
  const release = { ...terms, office: parts.office, id: salting.random().toHex(), at: instantOf(parts.clock) }
  const note = signRelease({ ...release, text: salting.textHash(words) }, parts.vault.desk)
  return withTexts(salting, prepared, note, words)
}

/** Carries what another's desk signed: the same words with their own salt, and the note as it is. */
function withHeld(
  { archive }: ReleasingParts,
  salting: Salting,
  kind: AnyActKind,
  prepared: Prepared,
  { from, id }: { from: string; id: string },
): Prepared | ReleaseRefusal {
  const held = heldRelease(archive, from, id)
  if (!held) return { refused: "door.unknown-release" }
  const carrying = withTexts(salting, prepared, held.note, held.words)
  const texts = new Map(carrying.texts.map((text) => [salting.textHash(text), text.bytes]))
  // Checked again by everyone who gets it; here so that a slip of the caller goes nowhere.
  const other = wordsFault(kind, carrying.record, texts)
  return other ? { refused: "door.other-words" } : carrying
}

function withTexts(salting: Salting, { record, texts }: Prepared, note: string, words: SaltedText): Prepared {
  const release = { salt: salting.random(), bytes: utf8(note) }
  return {
    record: { ...record, release: salting.textHash(release), words: salting.textHash(words) },
    texts: [...texts, release, words],
  }
}

/** What the texts of a prepared record say in clear, by their hashes. */
function clearOf(salting: Salting, { texts }: Prepared): (hash: string) => string {
  return (hash) => {
    const text = texts.find((one) => salting.textHash(one) === hash)
    if (!text) throw new VerificationError("text.missing", "a release would cover a text that its record does not have")
    return fromUtf8(text.bytes)
  }
}

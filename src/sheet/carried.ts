import type { AnyActKind } from "#offices/act.ts"
import { parseRecord } from "#offices/judge.ts"
import { type Carried, type CarriedParts, checkCarried, checkCarriedNote, type ReleaseFault } from "#offices/release.ts"
import { parseRelease } from "#seal/release.ts"
import type { ShownAct } from "./line.ts"

/**
 * A release that a shown act carries: that it is not disclosed, why it does not hold, or whose it is, and whether the
 * words that it covers are disclosed here as the act's own.
 */
export type ShownRelease = "hidden" | { fault: ReleaseFault } | (Carried & { key: string; words: boolean })

/** Holds the release of a shown act against the roll at its stamp; undefined where it carries none. */
export async function checkShownRelease(
  parts: Omit<CarriedParts, "kind" | "texts">,
  kind: AnyActKind | undefined,
  { record, texts }: ShownAct,
): Promise<ShownRelease | undefined> {
  const parsed = kind?.release && record ? parseRecord(kind, record) : undefined
  if (!kind || !record || !parsed || "refused" in parsed) return undefined
  const { release, words } = record
  if (typeof release !== "string" || typeof words !== "string" || !kind.release?.carries(parsed, parts.at))
    return undefined
  const note = texts.get(release)
  if (!note) return "hidden"
  const isWhole = kind.texts.every((field) => record[field] === undefined || texts.has(String(record[field])))
  const carried = isWhole
    ? await checkCarried({ ...parts, kind, texts }, parsed)
    : await checkCarriedNote({ ...parts, kind }, parsed, note)
  if (carried === undefined) return undefined
  if (typeof carried === "string") return { fault: carried }
  return { ...carried, key: parseRelease(carried.note).key, words: isWhole }
}

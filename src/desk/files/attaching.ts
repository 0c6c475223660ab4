import { type AnyActKind, type Refusal, refuse } from "#offices/act.ts"
import type { Attachment } from "#offices/attachment.ts"
import type { Prepared, Salting } from "#offices/pack.ts"
import { formatDescription } from "#seal/attachment.ts"
import type { Archive } from "../archive.ts"
import type { Uploads } from "./uploads.ts"

export type AttachingParts = { archive: Archive; uploads: Pick<Uploads, "whole" | "taken"> }

/**
 * The record with the uploads that it names: hash and length as this desk sealed them, what opens them among the texts.
 * A record never names a file of its caller's own choosing.
 */
export function withFiles(
  { uploads }: AttachingParts,
  { random, textHash }: Salting,
  kind: AnyActKind,
  prepared: Prepared,
  files: readonly string[],
): Prepared | Refusal | { refused: "file.unknown" } {
  if ("files" in prepared.record) return refuse("act.malformed")
  if (files.length === 0) return prepared
  if (!kind.files) return refuse("act.malformed")
  const wholes = files.flatMap((upload) => uploads.whole(upload) ?? [])
  if (wholes.length < files.length) return { refused: "file.unknown" }
  const described = wholes.map((whole) => ({ ...whole, text: { salt: random(), bytes: formatDescription(whole) } }))
  const named = described.map(({ hash, length, text }): Attachment => ({ file: hash, length, text: textHash(text) }))
  const texts = [...prepared.texts, ...described.map(({ text }) => text)]
  return { record: { ...prepared.record, files: named }, texts }
}

/** The uploads become files of an act of the outbox, inside its transaction: they go to the registry, and it after them. */
export function leaveWith(
  { archive: { sql }, uploads }: AttachingParts,
  files: readonly string[],
  { line, outbox }: { line: string; outbox: number },
): void {
  for (const upload of files) {
    const whole = uploads.whole(upload)
    if (!whole) continue
    const { hash, length } = whole
    sql.run`INSERT INTO file (line, hash, length, outbox, state) VALUES (${line}, ${hash}, ${length}, ${outbox}, 'leaving')`
    uploads.taken(upload)
  }
}

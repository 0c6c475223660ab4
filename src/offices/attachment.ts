import { z } from "zod"
import { LONGEST_SEALED, MOST_FILES, sealedLength } from "#seal/attachment.ts"
import { type AnyActKind, id, text } from "./act.ts"

/** A sealed file that a record names; its description is a text, with which it can no longer be opened by anybody. */
export const attachment = z.strictObject({
  file: id,
  length: z.int().min(sealedLength(1)).max(LONGEST_SEALED),
  text,
})
export type Attachment = z.infer<typeof attachment>

/** The field `files` of a record that may name some. */
export const attachments = z
  .array(attachment)
  .min(1)
  .max(MOST_FILES)
  .refine((all) => new Set(all.map(({ file }) => file)).size === all.length)

/** The files that a record names; none where its kind takes none. */
export function filesOf(kind: AnyActKind, record: object): readonly Attachment[] {
  const parsed = kind.files && "files" in record ? attachments.safeParse(record.files) : undefined
  return parsed?.success ? parsed.data : []
}

/** Every text that a record names, in the order of its fields: each field that is one, and the description of each file. */
export function textsNamed(kind: AnyActKind, record: Record<string, unknown>): { field: string; hash: string }[] {
  return Object.entries(record).flatMap(([field, value]) => {
    if (field === "files") return filesOf(kind, record).map(({ text: hash }) => ({ field, hash }))
    return typeof value === "string" && kind.texts.includes(field) ? [{ field, hash: value }] : []
  })
}

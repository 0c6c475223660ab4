import { z } from "zod"
import { id, instant, language, name } from "#offices/act.ts"
import type { Aid } from "#offices/joins/watch.ts"
import { ATTRIBUTIONS } from "#offices/lines/relay-form.ts"
import { MOST_FILES } from "#seal/attachment.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { type Clock, instantOf } from "../../clock.ts"
import { type Archive, text } from "../archive.ts"

/** A message that is being written, as the form on the screen holds it. */
export const draftForm = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{32}$/),
  line: z.union([id, z.literal("")]),
  replyTo: id.nullable(),
  precedence: z.enum(PRECEDENCES),
  language,
  subject: z.string().max(2000),
  body: z.string().max(200_000),
  replyBy: z.string().max(40),
  /** Uploads that are whole at the desk; they stay as long as the draft. */
  files: z
    .array(z.strictObject({ upload: id, name: z.string().max(200), type: z.string().max(200), size: z.int().min(1) }))
    .max(MOST_FILES)
    .optional(),
  at: z.union([instant, z.literal("")]),
  token: z.string().min(8).max(200),
  /** To whom the secretariat is asked to pass it on, and whether under our name. */
  relay: z.strictObject({ to: z.array(name).max(64), attribution: z.enum(ATTRIBUTIONS) }).nullish(),
})
export type DraftForm = z.infer<typeof draftForm>

/** A machine’s translation as a screen hands it in. */
export const aidForm = z.strictObject({
  language,
  subject: z.string().trim().min(1).max(2000),
  body: z.string().trim().min(1).max(200_000),
})

// More than anybody writes at once: a browser gone wild does not fill the disk.
const MOST_DRAFTS = 200

/** What officers keep at their desk while they work: drafts of their own, and machine translations for all of them. */
export type Workbench = {
  /** Drafts of an officer, newest first. */
  drafts(officer: string): DraftForm[]
  /** Keeps a draft; one that was kept later stays. False where it is not of its form, or one too many. */
  keepDraft(officer: string, input: unknown): boolean
  dropDraft(officer: string, draft: string): void
  aids(line: string, matter: string): Aid[]
  /** Keeps a machine's translation beside a message of this desk; it replaces the one before. */
  keepAid(officer: string, line: string, matter: string, input: unknown): boolean
}

/** Opens the workbench of a desk. */
export function openWorkbench(
  { sql }: Archive,
  clock: Clock,
  officerName: (id: string) => string | undefined,
): Workbench {
  return {
    drafts: (officer) =>
      sql.all`SELECT form FROM draft WHERE officer = ${officer} ORDER BY at DESC`.map((row) =>
        JSON.parse(text(row.form) ?? "null"),
      ),
    keepDraft(officer, input) {
      const parsed = draftForm.safeParse(input)
      if (!parsed.success) return false
      const { id: draft, at } = parsed.data
      const known = sql.get`SELECT officer, at FROM draft WHERE id = ${draft}`
      if (known && known.officer !== officer) return false
      if (!known && Number(sql.get`SELECT count(*) AS n FROM draft WHERE officer = ${officer}`?.n) >= MOST_DRAFTS)
        return false
      if (known && (text(known.at) ?? "") > at) return true
      sql.run`INSERT OR REPLACE INTO draft VALUES (${draft}, ${officer}, ${JSON.stringify(parsed.data)}, ${at})`
      return true
    },
    dropDraft: (officer, draft) => void sql.run`DELETE FROM draft WHERE id = ${draft} AND officer = ${officer}`,
    aids: (line, matter) =>
      sql.all`SELECT * FROM aid WHERE line = ${line} AND matter = ${matter} ORDER BY language`.map((row) => ({
        language: text(row.language) ?? "",
        subject: text(row.subject) ?? "",
        body: text(row.body) ?? "",
        at: text(row.at) ?? "",
        by: officerName(text(row.officer) ?? "") ?? "",
      })),
    keepAid(officer, line, matter, input) {
      const parsed = aidForm.safeParse(input)
      const known = sql.get`SELECT 1 AS held FROM matter WHERE line = ${line} AND id = ${matter} AND office = 'message'`
      if (!parsed.success || !known) return false
      const { language: into, subject, body } = parsed.data
      sql.run`INSERT OR REPLACE INTO aid VALUES (${line}, ${matter}, ${into}, ${subject}, ${body}, ${officer}, ${instantOf(clock)})`
      return true
    },
  }
}

import { z } from "zod"
import { READ_BACKS } from "../lines/call.ts"

/** What is kept at a desk about its own watch. Nothing of it ever leaves the desk. */

const readBack = z.enum(READ_BACKS)

/** A telephone call that belongs to no line: whom, by function, and what was read back. */
export const typedCall = z
  .strictObject({
    direction: z.enum(["to", "from"]),
    with: z.string().trim().min(1).max(200),
    readBack,
    readBackText: z.string().trim().min(1).max(2000).nullable(),
  })
  .refine((call) => (call.readBack === "DONE") === (call.readBackText !== null))
export type TypedCall = z.infer<typeof typedCall>

/** A line that an officer types: a new one, or one that corrects another; none is ever changed. */
export const typedLine = z.strictObject({
  text: z.string().trim().min(1).max(4000),
  corrects: z.int().min(1).nullable(),
  call: typedCall.nullable(),
  /** The same word is the same line. */
  token: z.string().min(8).max(200),
})
export type TypedLine = z.infer<typeof typedLine>

/** What a row of the watch log tells: an act as it was entered, something that this desk noticed, or a typed line. */
export const DUTY_ROWS = ["act", "evidence", "key-event", "typed"] as const

/** One row of the watch log. */
export type DutyRow = {
  key: string
  at: string
  what: (typeof DUTY_ROWS)[number]
  /** The delegation whose act it is; null where this desk speaks for itself. */
  by: string | null
  /** The officer of this desk, as he is called here; null for what no officer of ours did. */
  officer: string | null
  /** The act's kind, or the code of what was noticed. */
  kind: string | null
  line: string | null
  matter: string | null
  precedence: string | null
  refused: string | null
  /** Its subject, the gist of a call, or what was typed. */
  text: string | null
  language: string | null
  call: { direction: "to" | "from"; with: string; readBack: string; readBackText: string | null } | null
  /** Of a typed line its number, the one that it corrects and the one by which it was corrected. */
  typed: { number: number; corrects: number | null; correctedBy: number | null } | null
}

/** GET /api/duty/log: the rows of a period, the latest first; `cut` where there were more. */
export type DutyLog = { rows: DutyRow[]; cut: boolean }

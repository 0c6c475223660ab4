import { z } from "zod"
import { type ActKind, actKind, type Entry, id, language, refuse, text, type Verdict } from "../act.ts"
import type { MessageState } from "./message.ts"

/**
 * What a translation counts as (handbook §1.2). A machine's is an aid to whoever reads it and stays at the desk that
 * made it: on a line it would pass for somebody's words.
 */
export const TRANSLATIONS = ["AUTHENTIC", "OFFICIAL", "WORKING"] as const

const translated = z.strictObject({
  matter: id,
  of: id,
  language,
  kind: z.enum(TRANSLATIONS),
  subject: text,
  body: text,
})

function mayTranslate(state: MessageState | undefined, record: z.infer<typeof translated>, entry: Entry): Verdict {
  if (!state) return refuse("message.unknown")
  if (record.of !== state.header) return refuse("message.other-content")
  if (record.language === state.language) return refuse("translation.same-language")
  // Only whose words they are can say that other words are the same; nobody else's translation speaks for the author.
  if (record.kind === "AUTHENTIC" && entry.by !== state.by) return refuse("translation.not-author")
  if (record.kind === "OFFICIAL" && entry.by === entry.secretariat && state.by !== entry.by)
    return refuse("translation.working-only")
  return "permitted"
}

/** A translation beside the original: authentic by the author, official by a delegation, working by the secretariat. */
export const messageTranslated: ActKind<MessageState, z.infer<typeof translated>> = actKind({
  kind: "message.translated",
  schema: translated,
  texts: ["subject", "body"],
  by: "officer",
  callsForReceipt: false,
  mayAct: mayTranslate,
  fold(state, record, { by, at, index }) {
    if (!state) throw new Error("a translation stands before its message")
    const { kind, subject, body } = record
    const one = { language: record.language, kind, by, at, index, subject, body }
    return { ...state, translations: [...state.translations, one] }
  },
})

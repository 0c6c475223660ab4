import type { Draft } from "../desk/drafts.ts"
import type { WordId } from "../words.ts"
import { readReplyBy } from "./reply-by.ts"

/** What interrupts is read in a glance (handbook §1.2). */
const SHORT_WORDS = 200
const TOO_LONG: Partial<Record<Draft["precedence"], WordId>> = {
  FLASH: "compose.flash-too-long",
  IMMEDIATE: "compose.immediate-too-long",
}

/** Words of subject and text together. */
export function wordsOf({ subject, body }: Pick<Draft, "subject" | "body">): number {
  return `${subject} ${body}`.split(/\s+/).filter((word) => word !== "").length
}

/** What a draft still lacks before it can be handed in; the first thing only. */
export function missing(draft: Draft, now: number): WordId | undefined {
  if (draft.line === "") return "compose.needs-line"
  if (draft.subject.trim() === "") return "compose.needs-subject"
  if (draft.body.trim() === "") return "compose.needs-body"
  const tooLong = TOO_LONG[draft.precedence]
  if (tooLong && wordsOf(draft) > SHORT_WORDS) return tooLong
  if (draft.replyBy.trim() === "") return undefined
  const replyBy = readReplyBy(draft.replyBy)
  if (replyBy === undefined) return "compose.reply-by-malformed"
  return Date.parse(replyBy) > now ? undefined : "refused.door.reply-by-past"
}

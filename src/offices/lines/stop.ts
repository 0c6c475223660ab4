import { z } from "zod"
import { parseJson } from "#register/json.ts"

/** What an emergency stop asks of its caller, in the order in which it is asked (handbook W1 f). */
export const STOP_FIELDS = ["where", "what", "who", "since", "reach"] as const
export type StopField = (typeof STOP_FIELDS)[number]

/** Longest answer, in characters: all five together are read in a glance. */
export const LONGEST_ANSWER: Record<StopField, number> = { where: 200, what: 400, who: 200, since: 100, reach: 200 }

const answer = (field: StopField) => z.string().max(LONGEST_ANSWER[field])

const stopForm = z.strictObject({
  where: answer("where"),
  what: answer("what"),
  who: answer("who"),
  since: answer("since"),
  reach: answer("reach"),
  /** A drill says so in every language, wherever it is shown. */
  drill: z.literal(true).optional(),
})

/** The answers of an emergency stop; an empty one was not given. */
export type Stop = z.infer<typeof stopForm>

/** The text of a stop's message: its answers as JSON, so that every reader sees them labelled in his own language. */
export function formatStop({ where, what, who, since, reach, drill }: Stop): string {
  return JSON.stringify({ where, what, who, since, reach, ...(drill ? { drill } : {}) })
}

/** The answers in a message's text; null where its author wrote anything else, which is then shown as it is. */
export function parseStop(text: string): Stop | null {
  try {
    const parsed = stopForm.safeParse(parseJson(text))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** What was answered, in the order in which it is asked; the text as it stands where it is no stop's. */
export function answersOf(text: string): string {
  const stop = parseStop(text)
  if (!stop) return text
  return STOP_FIELDS.map((field) => stop[field].trim())
    .filter((one) => one !== "")
    .join(" · ")
}

/** Whether there is anything to call for: one answer is enough. */
export function saysAnything(stop: Stop): boolean {
  return STOP_FIELDS.some((field) => stop[field].trim() !== "")
}

/** Whom an emergency stop of `caller` is for besides the secretariat: every other party that the charter names, sorted. */
export function stopAddressees(delegations: readonly { name: string; kind: string }[], caller: string): string[] {
  return delegations
    .filter(({ name, kind }) => kind === "party" && name !== caller)
    .map(({ name }) => name)
    .sort()
}

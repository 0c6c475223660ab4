import { tell } from "../desk/ask.ts"
import { randomWord } from "../desk/drafts.ts"
import { go } from "../router.ts"

/** What a screen hands to the door of its desk: one record of one kind. */
export type Act = {
  act: string
  line: string
  precedence?: string
  fields: Record<string, unknown>
  texts?: Record<string, string>
  /** Uploads that are whole at the desk. */
  files?: readonly string[]
  /** One word for it: handed in twice, it is one act. */
  token?: string
}

/** Hands an act in; answers the matter it speaks of, or the code of a refusal. */
export async function hand({ act, line, precedence = "ROUTINE", fields, texts = {}, files = [], token }: Act) {
  const spoken = Object.fromEntries(Object.entries(texts).filter(([, text]) => text.trim() !== ""))
  const answer = await tell<{ matters: string[] } | { held: string }>("/acts", {
    act,
    line,
    precedence,
    records: [{ fields, texts: spoken, files }],
    token: token ?? randomWord(),
  })
  if ("failed" in answer) return answer
  if ("matters" in answer.value) return { matter: answer.value.matters[0] ?? "", held: false }
  // Kept for a second officer: what becomes of it stands there.
  go("/releases")
  return { matter: "", held: true }
}

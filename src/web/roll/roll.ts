import type { RollRow, RollView } from "#offices/joins/roll.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import { tell } from "../desk/ask.ts"
import { randomWord } from "../desk/drafts.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useLanguage, useWords } from "../words.ts"

/** The roll, followed as the register grows. */
export function useRoll() {
  return useResource<RollView>(
    "/roll",
    useDesk().live,
    (event) => event.kind === "entered" || event.kind === "key-event",
  )
}

/** How a row's delegation is called, also one that only claims its name. */
export function useRowName(): (row: RollRow) => string {
  const { language } = useLanguage()
  return (row) => row.names[language]
}

/** Its participation in words; an invitation with a claim that nobody confirmed says so. */
export function useParticipation(): (row: RollRow) => string {
  const { t } = useWords()
  return (row) =>
    row.state === "invited" && row.claims.length > 0 ? t("participation.claimed") : t(`participation.${row.state}`)
}

/** A public act without the office, which is every one's matter. */
export type Saying = PublicAct extends infer Act ? (Act extends PublicAct ? Omit<Act, "matter"> : never) : never

/** Enters a public act of this delegation; answers the code of a refusal, or nothing. */
export async function say(office: string, act: Saying): Promise<string | undefined> {
  const answer = await tell("/roll", { act: { ...act, matter: office }, token: randomWord() })
  return "failed" in answer ? answer.failed : undefined
}

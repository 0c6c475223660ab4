import { useWords } from "../words.ts"
import { useDesk } from "./state.ts"

/** Stands on every screen while rules are in force that this release does not know: which, and what that means. */
export function NeedsBanner() {
  const { needs } = useDesk().status
  const { t } = useWords()
  if (!needs) return null
  return (
    <section className="alarm" aria-label={t("needs.title", { rules: needs.rules })}>
      <h2>{t("needs.title", { rules: needs.rules })}</h2>
      <p>{t("needs.meaning")}</p>
    </section>
  )
}

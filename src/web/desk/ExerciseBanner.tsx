import { useWords } from "../words.ts"

/** Every screen and every print of an exercise says so; nothing takes this away. */
export function ExerciseBanner() {
  const { t } = useWords()
  return (
    <aside className="exercise" aria-label={t("exercise.word")}>
      <strong>{t("exercise.word")}</strong> <span>{t("exercise.meaning")}</span>
    </aside>
  )
}

import { utc } from "../parts/time.ts"
import { useWords } from "../words.ts"
import { useDesk } from "./state.ts"

/** A screen that has lost its desk says as of when it speaks, and lets nothing be done with old state. */
export function SilenceBanner() {
  const { silent, live } = useDesk()
  const { t } = useWords()
  return (
    <div role="alert" className={silent ? "silence" : undefined}>
      {silent && (
        <>
          <strong>{t("silence.as-of", { time: utc(live.heardAt()).time.slice(0, 5) })}</strong> {t("silence.meaning")}
        </>
      )}
    </div>
  )
}

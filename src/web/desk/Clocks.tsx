import { inZone, utc, zones } from "../parts/time.ts"
import { useLanguage, useWords } from "../words.ts"
import { useNow } from "./live.ts"
import { useDesk } from "./state.ts"

/** The desk's clock in UTC, the two other zones beside it, each by name. */
export function Clocks() {
  const { live, status } = useDesk()
  const { t } = useWords()
  const { language } = useLanguage()
  const now = useNow(live)
  const { day, time } = utc(now)
  return (
    <div className="clocks" role="timer" aria-label={t("clock.label")} aria-live="off">
      <span className="utc">
        {day} <b>{time}</b> UTC
      </span>
      {zones(status).map(({ zone, names }) => (
        <span key={zone}>
          {inZone(now, zone).time.slice(0, 5)} {names[language]}
        </span>
      ))}
    </div>
  )
}

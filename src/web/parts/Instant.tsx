import { useDesk } from "../desk/state.ts"
import { useLanguage } from "../words.ts"
import { inZone, utc, zones } from "./time.ts"

/** An instant in a list: the time of today, the date of another day; UTC. */
export function Instant({ at }: { at: string }) {
  const { live } = useDesk()
  const { day, time } = utc(at)
  const isToday = utc(live.now()).day === day
  return (
    <time dateTime={at} className="instant">
      {isToday ? time : `${day} ${time.slice(0, 5)}`} <abbr className="zone">UTC</abbr>
    </time>
  )
}

/** An instant in full: UTC first, both other zones beside it. */
export function FullInstant({ at }: { at: string }) {
  const { status } = useDesk()
  const { language } = useLanguage()
  const { day, time } = utc(at)
  return (
    <time dateTime={at} className="instant full">
      <span>
        {day} {time} <abbr className="zone">UTC</abbr>
      </span>
      {zones(status).map(({ zone, names }) => {
        const there = inZone(Date.parse(at), zone)
        return (
          <span key={zone} className="beside">
            {there.day === day ? "" : `${there.day} `}
            {there.time.slice(0, 5)} {names[language]}
          </span>
        )
      })}
    </time>
  )
}

import { useNow } from "../desk/live.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"

/** Hours, minutes and seconds between two instants, the same in every language; never below zero. */
export function elapsed(from: string, to: number): string {
  const seconds = Math.max(0, Math.floor((to - Date.parse(from)) / 1000))
  const two = (n: number) => String(n).padStart(2, "0")
  const hours = Math.floor(seconds / 3600)
  return `${hours > 0 ? `${hours}:` : ""}${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** How long a stop has been running, by the desk's own time; it stands still once the stop is ended. */
export function StopClock({ since, ended }: { since: string; ended: string | null }) {
  const { live } = useDesk()
  const { t } = useWords()
  const now = useNow(live)
  const label = t(ended === null ? "stop.running" : "stop.ended")
  return (
    <span className="stop-clock">
      {label}{" "}
      <span role="timer" aria-label={label}>
        {elapsed(since, ended === null ? now : Date.parse(ended))}
      </span>
    </span>
  )
}

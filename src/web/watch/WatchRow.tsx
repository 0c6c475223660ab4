import { createContext, type ReactNode, useContext } from "react"
import type { WatchItem, WatchWhat } from "#offices/joins/watch-items.ts"
import { useNow } from "../desk/live.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { placeOf } from "./watch-place.ts"

const Now = createContext(0)
/** A row says minutes: it need not be drawn every second. */
const STEP_MS = 10_000

/** Gives the rows the desk's time. */
export function RowClock({ children }: { children: ReactNode }) {
  const { live } = useDesk()
  return <Now value={Math.floor(useNow(live) / STEP_MS) * STEP_MS}>{children}</Now>
}

/** Of these the kind says all that there is to say beside the subject. */
const PLAIN: readonly WatchWhat[] = ["stop", "unread", "answer", "running", "pass-on"]

/** One open item: what it is, whose, how much time is left. `number` is the key that opens it. */
export function WatchRow({ item, number }: { item: WatchItem; number: number | null }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  const { precedence, what, kind, count, heldBy, dies } = item
  const saysItself = item.subject !== null && PLAIN.includes(what)
  return (
    <div className="message-item watch-item" data-kind={kind}>
      <span className="kind">
        {number !== null && <kbd>{number}</kbd>} {t(`watch-kind.${kind}`)}
      </span>
      <span className="from">{item.of === null ? "" : nameOf(item.of)}</span>
      <To data-row href={placeOf(item)}>
        {!saysItself && t(`watch-item.${what}`, { count: count ?? 0 })}
        {!saysItself && item.subject !== null && ": "}
        {item.subject !== null && <span lang={item.language ?? ""}>{item.subject}</span>}
      </To>
      <span className="marks">
        {precedence !== null && <PrecedenceMark of={precedence} />}
        {heldBy !== null && <span>{t("mark.held", { name: heldBy })}</span>}
      </span>
      <span className="dies">
        <Left dies={dies} /> <Instant at={dies} />
      </span>
    </div>
  )
}

const [MINUTE, HOUR, DAY] = [60_000, 3_600_000, 86_400_000]

/** How much time is left, or how late it is: minutes, then hours, then days. */
function Left({ dies }: { dies: string }) {
  const { t } = useWords()
  const left = Date.parse(dies) - useContext(Now)
  const passed = Math.abs(left)
  const span =
    passed < 2 * HOUR
      ? t("watch.minutes", { count: Math.floor(passed / MINUTE) })
      : passed < 2 * DAY
        ? t("watch.hours", { count: Math.floor(passed / HOUR) })
        : t("watch.days", { count: Math.floor(passed / DAY) })
  return left < 0 ? <strong>{t("watch.late", { span })}</strong> : <span>{t("watch.left", { span })}</span>
}

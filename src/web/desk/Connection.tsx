import { utc } from "../parts/time.ts"
import { useWords } from "../words.ts"
import { useDesk } from "./state.ts"

/** Whether mail flows. A registry that is away is not an error: what officers say waits here and goes out in order. */
export function Connection() {
  const { status } = useDesk()
  const { t } = useWords()
  const heard = status.heardAt ? utc(status.heardAt).time.slice(0, 5) : undefined
  return (
    <div className="connection" role="status" data-away={!status.connected}>
      {status.connected ? t("connection.flows") : t("connection.away")}
      {!status.connected && heard !== undefined && ` ${t("connection.heard", { time: heard })}`}
      {status.waiting > 0 && ` ${t("connection.waiting", { count: status.waiting })}`}
    </div>
  )
}

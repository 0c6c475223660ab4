import { To } from "../parts/To.tsx"
import { usePlace } from "../router.ts"
import { useWords } from "../words.ts"
import { useOverdue } from "./overdue.ts"

/** Stands on every screen while somebody is to be telephoned: a message late, or a line silent. */
export function TelephoneBar() {
  const { t } = useWords()
  const { path } = usePlace()
  const { value } = useOverdue()
  const calls = value?.waiting.filter((row) => row.call !== null).length ?? 0
  const silent = value?.silent.length ?? 0
  const shown = calls + silent > 0 && path !== "/overdue"
  return (
    <div role="status" className={shown ? "telephone" : undefined}>
      {shown && (
        <To href="/overdue">
          {calls > 0 && t("overdue.bar-calls", { count: calls })}{" "}
          {silent > 0 && t("overdue.bar-silent", { count: silent })}
        </To>
      )}
    </div>
  )
}

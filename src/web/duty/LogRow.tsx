import { Button } from "react-aria-components"
import type { DutyRow } from "#offices/joins/duty.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** One row of the watch log; a typed one can be corrected by another. */
export function LogRow({ row, onCorrect }: { row: DutyRow; onCorrect(number: number): void }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const { typed, call, text, refused } = row
  const whose = [row.by === null ? [] : nameOf(row.by), row.officer ?? []].flat().join(" · ")
  return (
    <div className="log-row" data-what={row.what}>
      <Instant at={row.at} />
      <span className="from">{whose}</span>
      <div>
        <What row={row} />
        {text !== null && <p lang={row.language ?? ""}>{text}</p>}
        {call && (
          <p>
            {t(call.direction === "to" ? "duty.call-to" : "duty.call-from", { name: nameOf(call.with) })}.{" "}
            {code("read-back", call.readBack)}
            {call.readBackText !== null && (
              <>
                : <q lang={row.language ?? ""}>{call.readBackText}</q>
              </>
            )}
          </p>
        )}
        {refused !== null && (
          <p className="mark">
            {t("envelope.not-taken")} {code("refused", refused)}
          </p>
        )}
        {typed?.corrects != null && <p>{t("duty.corrects", { number: typed.corrects })}</p>}
        {typed?.correctedBy != null && <p className="mark">{t("duty.corrected-by", { number: typed.correctedBy })}</p>}
      </div>
      {typed && (
        <Button className="button small" onPress={() => onCorrect(typed.number)}>
          {t("duty.correct", { number: typed.number })}
        </Button>
      )}
    </div>
  )
}

function What({ row }: { row: DutyRow }) {
  const { t, code } = useWords()
  const { what, kind, line, matter, typed } = row
  if (what === "typed") return <strong>{t("duty.typed", { number: typed?.number ?? 0 })}</strong>
  if (what === "handover") return <strong>{t("handover.done")}</strong>
  if (what === "alert") return <strong>{code("alert", kind ?? "settings")}</strong>
  if (what !== "act") return <strong>{code(what === "evidence" ? "fault" : "roll-act", kind ?? "")}</strong>
  const href = kind?.startsWith("message.") ? `/message/${line}/${matter}` : `/line/${line}`
  return (
    <To data-row href={href}>
      {code("act", kind ?? "")}
    </To>
  )
}

import type { StopRow } from "#offices/joins/relays.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { StopClock } from "./StopClock.tsx"

const SHOWN = 3

/** Every emergency stop that runs, with its clock, on every screen of whoever it is for and of its caller. */
export function StopBar() {
  const { live } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const stops = useResource<StopRow[]>("/stops", live, ({ kind }) => kind === "entered" || kind === "outbox")
  const rows = stops.value ?? []
  const named = rows.map((row) => `${t("stop.by", { name: nameOf(row.caller) })}. ${row.subject ?? ""}`)
  return (
    <>
      {/* Said aloud once: a clock inside it would be said aloud every second. */}
      <div role="alert" className="visually-hidden">
        {named.slice(0, SHOWN).join(" ")}
      </div>
      {rows.length > 0 && (
        <section className="urgent" aria-label={t("stop.title")}>
          {rows.slice(0, SHOWN).map((row) => (
            <StopLink key={`${row.line}${row.matter}${row.since}`} row={row} />
          ))}
          {rows.length > SHOWN && <To href="/">{t("urgent.more", { count: rows.length - SHOWN })}</To>}
        </section>
      )}
    </>
  )
}

function StopLink({ row }: { row: StopRow }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <To href={row.matter === null ? "/" : `/message/${row.line}/${row.matter}`}>
      <strong>{t("stop.by", { name: nameOf(row.caller) })}</strong> · <StopClock since={row.since} ended={null} /> ·{" "}
      <span lang={row.language}>{row.subject ?? t("text.gone")}</span>
      {row.matter === null && <span> [{t("stop.leaving")}]</span>}
    </To>
  )
}

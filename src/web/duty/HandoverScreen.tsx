import type { DutyView, PastHandover } from "#offices/joins/duty.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant, Instant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { Alerts } from "./Alerts.tsx"
import { OfferHandover } from "./OfferHandover.tsx"
import { Roster } from "./Roster.tsx"
import { TakeHandover } from "./TakeHandover.tsx"

/** Who has the watch, its hand-over by two officers, and who is called out in which order. */
export function HandoverScreen() {
  const { live } = useDesk()
  const { t } = useWords()
  const { value, again } = useResource<DutyView>("/duty", live, ({ kind }) => RELEVANT.includes(kind))
  if (!value) return <Heading>{t("handover.title")}</Heading>
  const { onDuty, pending, me, roster, past, alerts } = value
  return (
    <>
      <Heading>{t("handover.title")}</Heading>
      {onDuty ? (
        <p>
          <strong>{t("handover.on-duty", { name: onDuty.name })}</strong> <FullInstant at={onDuty.since} />.{" "}
          {t("handover.due")} <Instant at={onDuty.due} />
        </p>
      ) : (
        <p>{t("handover.nobody")}</p>
      )}
      {pending && (
        <TakeHandover pending={pending} mayTake={pending.officer !== me && onDuty?.officer !== me} onDone={again} />
      )}
      <OfferHandover key={pending?.id ?? 0} inPlace={onDuty !== null && onDuty.officer !== me} onDone={again} />
      <Alerts alerts={alerts} onDone={again} />
      <Roster rows={roster} onDone={again} />
      <Past rows={past} />
    </>
  )
}

const RELEVANT = ["duty", "entered", "mark", "key-event", "evidence", "connection"]

function Past({ rows }: { rows: readonly PastHandover[] }) {
  const { t } = useWords()
  if (rows.length === 0) return null
  return (
    <section className="section">
      <h2>{t("handover.past")}</h2>
      <ul className="messages">
        {rows.map((row) => (
          <li key={row.id} className="log-row">
            <Instant at={row.taken} />
            <span className="from">
              {row.from} → {row.to}
            </span>
            <div>
              <p lang="">{row.notes}</p>
              {row.because !== null && (
                <p>
                  {t("handover.in-place")} <q lang="">{row.because}</q>
                </p>
              )}
            </div>
            <span>{t("handover.open", { count: row.open })}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}

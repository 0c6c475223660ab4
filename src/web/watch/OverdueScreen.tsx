import { useId } from "react"
import type { OverdueView, SilentRow, WaitingFor } from "#offices/joins/watch.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant, Instant } from "../parts/Instant.tsx"
import { LongList } from "../parts/LongList.tsx"
import { Notice } from "../parts/Notice.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { useOverdue } from "./overdue.ts"

/** Who has not answered, since when, whether their desk was heard, and whom to telephone: one view. */
export function OverdueScreen() {
  const { t } = useWords()
  const { value } = useOverdue()
  return (
    <>
      <Heading>{t("overdue.title")}</Heading>
      {value && !value.connected && <Notice>{t("overdue.not-connected")}</Notice>}
      {value && <Silent rows={value.silent} />}
      {value && <Waiting view={value} />}
    </>
  )
}

function Silent({ rows }: { rows: readonly SilentRow[] }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const lineName = useLineName()
  if (rows.length === 0) return null
  return (
    <section>
      <h2>{t("overdue.silent")}</h2>
      <p className="hint">{t("overdue.silent-meaning")}</p>
      <ul className="messages">
        {rows.map((row) => {
          const line = status.lines.find(({ id }) => id === row.line)
          return (
            <li key={`${row.line}${row.of}`} className="overdue">
              <strong>{nameOf(row.of)}</strong>{" "}
              {line && <To href={`/line/${row.line}`}>{t("changes.on", { line: lineName(line) })}</To>}
              <Whom row={row} />
            </li>
          )
        })}
      </ul>
    </section>
  )
}

/** What the telephone is for stands whole; what is not due yet is a list. */
function Waiting({ view }: { view: OverdueView }) {
  const { t } = useWords()
  const id = useId()
  const calls = view.waiting.filter((row) => row.call !== null)
  const others = view.waiting.filter((row) => row.call === null)
  return (
    <>
      {calls.length > 0 && (
        <section>
          <h2 id={id}>{t("overdue.calls")}</h2>
          <LongList labelledBy={id} rows={calls} keyOf={keyOf}>
            {(row) => <ToTelephone row={row} />}
          </LongList>
        </section>
      )}
      <section className="section">
        <h2 id={`${id}-waiting`}>
          {t("overdue.waiting")} <span className="count">{others.length}</span>
        </h2>
        {view.waiting.length === 0 && <p>{t("overdue.nobody")}</p>}
        <LongList labelledBy={`${id}-waiting`} rows={others} keyOf={keyOf}>
          {(row) => <NotDue row={row} />}
        </LongList>
      </section>
    </>
  )
}

function keyOf({ line, matter, of }: WaitingFor): string {
  return `${line}/${matter}/${of}`
}

function ToTelephone({ row }: { row: WaitingFor }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <div className="overdue">
      <PrecedenceMark of={row.precedence} /> <strong>{nameOf(row.of)}</strong>{" "}
      <To data-row href={`/message/${row.line}/${row.matter}`} lang={row.language}>
        {row.subject ?? t("text.gone")}
      </To>
      <p>
        <strong>{t(`call-reason.${row.call === "not-delivered" ? "not-delivered" : "overdue"}`)}</strong>
      </p>
      <Whom row={row} />
      <p>
        {t("overdue.since")} <Instant at={row.at} />. {t("overdue.until")} <Instant at={row.deadline} />.{" "}
        {row.delivered === null ? t("overdue.not-delivered") : t("overdue.delivered")}{" "}
        {row.delivered !== null && <Instant at={row.delivered} />}
      </p>
      <p>
        <To className="button small" href={`/call?line=${row.line}&about=${row.matter}&with=${row.of}`}>
          {t("call.enter")}
        </To>
      </p>
    </div>
  )
}

function NotDue({ row }: { row: WaitingFor }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <div className="message-item">
      <PrecedenceMark of={row.precedence} />
      <span className="from">{nameOf(row.of)}</span>
      <To data-row href={`/message/${row.line}/${row.matter}`} lang={row.language}>
        {row.subject ?? t("text.gone")}
      </To>
      <span className="marks">
        {row.delivered === null && <span>{t("overdue.not-delivered")}</span>}
        {row.outOfService && <span className="mark">{t("overdue.declared")}</span>}
      </span>
      <span>
        {t("mark.due")} <Instant at={row.deadline} />
      </span>
    </div>
  )
}

function Whom({ row }: { row: Pick<SilentRow, "heard" | "telephone" | "outOfService"> }) {
  const { t } = useWords()
  return (
    <>
      <p>
        {t("overdue.telephone")} {row.telephone === null ? t("overdue.no-telephone") : <q lang="">{row.telephone}</q>}
      </p>
      {row.outOfService && (
        <p>
          {t("overdue.declared")} <FullInstant at={row.outOfService.at} />
          {row.outOfService.text !== null && (
            <q className="said" lang="">
              {row.outOfService.text}
            </q>
          )}
        </p>
      )}
      <p>
        {row.heard === null ? t("overdue.never-heard") : t("overdue.heard")}{" "}
        {row.heard !== null && <Instant at={row.heard} />}
      </p>
    </>
  )
}

import { useState } from "react"
import { Button } from "react-aria-components"
import { offers, type RollRow, type RollView } from "#offices/joins/roll.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Hash } from "../parts/Hash.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { Claims } from "./Claims.tsx"
import { ConfirmDialog } from "./ConfirmDialog.tsx"
import { type Participating, ParticipationDialog } from "./ParticipationDialog.tsx"
import { useParticipation, useRoll, useRowName } from "./roll.ts"

/** One delegation on the roll: every step of its participation, its keys, and what this desk may say of it. */
export function RollMember({ name }: { name: string }) {
  const { t, code } = useWords()
  const { value, failed } = useRoll()
  const row = value?.rows.find((one) => one.name === name)
  if (!value) return <p role="status">{failed === undefined ? t("desk.opening") : code("refused", failed)}</p>
  return (
    <>
      <p>
        <To href="/roll">{t("roll.title")}</To>
      </p>
      {row ? <Member row={row} value={value} /> : <Heading>{t("roll.unknown")}</Heading>}
    </>
  )
}

function Member({ row, value }: { row: RollRow; value: RollView }) {
  const { status } = useDesk()
  const { t } = useWords()
  const [titleOf, nameOf, participation] = [useRowName(), useNameOf(), useParticipation()]
  const { k } = value.council
  return (
    <>
      <Heading>{titleOf(row)}</Heading>
      <p>
        {t(`roll.kind.${row.kind}`)} · <strong>{participation(row)}</strong>
      </p>
      {row.asked.length > 0 && <p role="status">{t("roll.asked", { names: row.asked.map(nameOf).join(", "), k })}</p>}
      <Actions row={row} value={value} />
      <Claims row={row} k={k} />
      <Steps row={row} />
      <Keys row={row} />
      {row.name === status.delegation && <Events value={value} />}
    </>
  )
}

/** What the roll takes from this desk about this delegation now, and nothing else. */
function Actions({ row, value }: { row: RollRow; value: RollView }) {
  const { status, silent } = useDesk()
  const { t } = useWords()
  const [open, setOpen] = useState<Participating | "confirm">()
  const { delegation: self, secretariat } = status
  const may = offers(row, { self, secretariat, ofCouncil: value.council.self })
  const isOwn = row.name === self
  const close = () => setOpen(undefined)
  const button = (what: Participating | "confirm", word: Parameters<typeof t>[0]) => (
    <Button key={what} className="button" isDisabled={silent} onPress={() => setOpen(what)}>
      {t(word)}
    </Button>
  )
  return (
    <>
      <div className="buttons">
        {may.includes("delegation.invited") && button("invited", "roll.invite")}
        {may.includes("delegation.key-confirmed") && button("confirm", "roll.confirm")}
        {may.includes("delegation.returned") && button("returned", isOwn ? "roll.return" : "roll.return-other")}
        {may.includes("delegation.suspended") && button("suspended", "roll.suspend")}
        {may.includes("delegation.withdrawn") && button("withdrawn", "roll.withdraw")}
      </div>
      {open === "confirm" && <ConfirmDialog row={row} onClose={close} />}
      {open !== undefined && open !== "confirm" && (
        <ParticipationDialog what={open} row={row} k={value.council.k} onClose={close} />
      )}
    </>
  )
}

function Steps({ row }: { row: RollRow }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <section className="section">
      <h2>{t("roll.steps")}</h2>
      {row.steps.length === 0 && <p>{t("roll.no-steps")}</p>}
      {row.steps.length > 0 && (
        <div className="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">{t("roll.since")}</th>
                <th scope="col">{t("roll.step")}</th>
                <th scope="col">{t("roll.step-by")}</th>
                <th scope="col">{t("roll.step-reason")}</th>
              </tr>
            </thead>
            <tbody>
              {row.steps.map((step) => (
                <tr key={`${step.index}-${step.state}`}>
                  <td>
                    <FullInstant at={step.at} />
                  </td>
                  <td>{t(`participation.${step.state}`)}</td>
                  <td>{nameOf(step.by)}</td>
                  <td>{step.reason ?? t("roll.no-reason")}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  )
}

function Keys({ row }: { row: RollRow }) {
  const { t } = useWords()
  return (
    <section className="section">
      <h2>{t("roll.keys")}</h2>
      <dl className="facts">
        <dt>{t("roll.root")}</dt>
        <dd>{row.root === null ? t("roll.none") : <Hash of={row.root} />}</dd>
        <dt>{t("roll.next")}</dt>
        <dd>{row.next === null ? t("roll.none") : <Hash of={row.next} />}</dd>
        <dt>{t("roll.key")}</dt>
        <dd>{row.key ?? t("roll.none")}</dd>
        {row.formerKeys.length > 0 && (
          <>
            <dt>{t("roll.former")}</dt>
            <dd>
              {row.formerKeys
                .map((key) => (row.revokedKeys.includes(key) ? `${key} (${t("roll.revoked")})` : key))
                .join(", ")}
            </dd>
          </>
        )}
      </dl>
    </section>
  )
}

function Events({ value }: { value: RollView }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  if (value.events.length === 0) return null
  return (
    <section className="section">
      <h2>{t("key-event.list")}</h2>
      <ul>
        {value.events.map((event) => (
          <li key={event.index}>
            <FullInstant at={event.at} /> {code("roll-act", event.act)}, {t("key-event.by", { name: nameOf(event.by) })}
          </li>
        ))}
      </ul>
    </section>
  )
}

import type { RollRow, RollView } from "#offices/joins/roll.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { Instant } from "../parts/Instant.tsx"
import { alternat } from "../parts/order.ts"
import { To } from "../parts/To.tsx"
import { useLanguage, useWords } from "../words.ts"
import { RegisterAcceptance } from "./RegisterAcceptance.tsx"
import { useParticipation, useRoll, useRowName } from "./roll.ts"

/** Who takes part, as this desk rebuilt it from the register. */
export function RollScreen() {
  const { status } = useDesk()
  const { t, code } = useWords()
  const { value, failed } = useRoll()
  return (
    <>
      <Heading>{t("roll.title")}</Heading>
      <p>{t("roll.meaning")}</p>
      {!value && <p role="status">{failed === undefined ? t("desk.opening") : code("refused", failed)}</p>}
      {value && (
        <>
          <RollTable rows={value.rows} />
          {status.delegation === status.secretariat && <RegisterAcceptance />}
          <Defects value={value} />
          <Mandate value={value} />
        </>
      )}
    </>
  )
}

function RollTable({ rows }: { rows: RollRow[] }) {
  const { status } = useDesk()
  const { t } = useWords()
  const [nameOf, participation] = [useRowName(), useParticipation()]
  const order = alternat(
    rows.map((row) => row.name),
    status,
    status.office,
  )
  return (
    <div className="wide">
      <table>
        <thead>
          <tr>
            <th scope="col">{t("roll.delegation")}</th>
            <th scope="col">{t("roll.as")}</th>
            <th scope="col">{t("roll.participation")}</th>
            <th scope="col">{t("roll.since")}</th>
          </tr>
        </thead>
        <tbody>
          {order.flatMap((name) => {
            const row = rows.find((one) => one.name === name)
            const last = row?.steps.at(-1)
            return row
              ? [
                  <tr key={name}>
                    <th scope="row">
                      <To href={`/roll/${name}`}>{nameOf(row)}</To>
                    </th>
                    <td>{t(`roll.kind.${row.kind}`)}</td>
                    <td>{participation(row)}</td>
                    <td>{last && <Instant at={last.at} />}</td>
                  </tr>,
                ]
              : []
          })}
        </tbody>
      </table>
    </div>
  )
}

function Defects({ value }: { value: RollView }) {
  const { t } = useWords()
  if (value.defects.length === 0) return null
  return (
    <section className="section">
      <h2>{t("roll.defects")}</h2>
      <ul>
        {value.defects.map((one) => (
          <li key={one.index}>
            <Instant at={one.at} /> {one.delegation}: {t(`defect.${one.defect}`)}. {one.reason}
          </li>
        ))}
      </ul>
    </section>
  )
}

function Mandate({ value }: { value: RollView }) {
  const { t } = useWords()
  const { language } = useLanguage()
  return (
    <section className="section">
      <h2>{t("roll.mandate")}</h2>
      {value.mandate && <p>{value.mandate[language]}</p>}
      <p className="hint">{t("roll.amended", { count: value.amendments })}</p>
    </section>
  )
}

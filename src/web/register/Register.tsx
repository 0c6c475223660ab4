import type { RegisterView } from "#offices/joins/screen.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Hash } from "../parts/Hash.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { EvidenceList } from "./EvidenceList.tsx"

/** The register as this desk verified it: how far it goes, who cosigned, what no witness covers yet. */
export function Register() {
  const { live, status } = useDesk()
  const { t, code } = useWords()
  const { value, failed } = useResource<RegisterView>(
    "/register",
    live,
    (event) => event.kind === "register" || event.kind === "entered" || event.kind === "evidence",
  )
  return (
    <>
      <Heading>{t("register.title")}</Heading>
      <p>{t("register.meaning")}</p>
      {!value && <p role="status">{failed === undefined ? t("desk.opening") : code("refused", failed)}</p>}
      {value && (
        <>
          <dl className="facts">
            <dt>{t("register.origin")}</dt>
            <dd>{value.origin}</dd>
            <dt>{t("register.size")}</dt>
            <dd>{value.size === null ? t("register.none") : t("register.entries", { count: value.size })}</dd>
            <dt>{t("register.root")}</dt>
            <dd>{value.root === null ? t("register.none") : <Hash of={value.root} />}</dd>
            <dt>{t("register.witnessed-at")}</dt>
            <dd>
              {value.witnessedAt === null ? t("register.none") : <FullInstant at={value.witnessedAt} />}
              {status.distrusted && <span className="mark"> {t("mark.not-certain")}</span>}
            </dd>
            <dt>{t("register.not-witnessed")}</dt>
            <dd>{t("register.envelopes", { count: value.notWitnessed })}</dd>
            <dt>{t("register.held")}</dt>
            <dd>{t("register.envelopes", { count: value.held })}</dd>
          </dl>
          <Witnesses value={value} />
        </>
      )}
      <EvidenceList />
    </>
  )
}

function Witnesses({ value }: { value: RegisterView }) {
  const { t } = useWords()
  return (
    <section className="section">
      <h2>{t("witness.title")}</h2>
      <p className="hint">{t("witness.quorum", { quorum: value.quorum })}</p>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("witness.name")}</th>
              <th scope="col">{t("witness.cosigned")}</th>
            </tr>
          </thead>
          <tbody>
            {value.witnesses.map((witness) => (
              <tr key={witness.name}>
                <td>{witness.name}</td>
                <td>{witness.cosigned === null ? t("witness.not") : <FullInstant at={witness.cosigned} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

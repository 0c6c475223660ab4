import { RUNGS, type Rung, type Step } from "#offices/joins/ladder.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { speaksForTheClock } from "#offices/lines/silence.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { alternat } from "../parts/order.ts"
import { useWords } from "../words.ts"

const COMMON: readonly string[] = ["submitted", "recorded", "witnessed"]

/** How far the message came: what holds for all, then each addressee's own rungs, each with who and when. */
export function Ladders({ message }: { message: MessageView }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const names = message.ladders.map((l) => l.addressee)
  const ordered = alternat(names, status, message.line).flatMap(
    (n) => message.ladders.find((l) => l.addressee === n) ?? [],
  )
  const common = ordered[0]?.steps.filter((s) => COMMON.includes(s.rung)) ?? []
  const clock = speaksForTheClock(message, { id: message.line, members: message.members }, status.secretariat)
  return (
    <section className="ladders">
      <h2>{t("ladder.title")}</h2>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("ladder.rung")}</th>
              <th scope="col">{t("ladder.who")}</th>
              <th scope="col">{t("ladder.when")}</th>
            </tr>
          </thead>
          <tbody>
            {common.map((step) => (
              <Row
                key={step.rung}
                step={step}
                by={step.rung === "submitted" ? message.by : step.by}
                late={step.rung === "witnessed" && isLate(message.at, step.at, status.clocks.stampBound)}
              />
            ))}
          </tbody>
          {ordered.map(({ addressee, steps }) => {
            const own = steps.filter((s) => !COMMON.includes(s.rung))
            const missing = notYet(own, message.members.length)
            return (
              <tbody key={addressee}>
                <tr>
                  <th scope="rowgroup" colSpan={3}>
                    {t("ladder.addressee", { name: nameOf(addressee) })}
                  </th>
                </tr>
                {own.map((step) => (
                  <Row key={step.rung} step={step} by={step.rung === "unanswered" ? clock : step.by} />
                ))}
                {missing.length > 0 && (
                  <tr className="not-yet">
                    <td colSpan={3}>{t("ladder.not-yet", { rungs: missing.map((r) => t(`rung.${r}`)).join(", ") })}</td>
                  </tr>
                )}
              </tbody>
            )
          })}
        </table>
      </div>
      <details>
        <summary>{t("ladder.meaning")}</summary>
        <dl className="meanings">
          {RUNGS.map((rung) => (
            <div key={rung}>
              <dt>{t(`rung.${rung}`)}</dt>
              <dd>{t(`meaning.${rung}`)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </section>
  )
}

/** Whether the quorum came later after the stamp than the charter allows, in seconds: shown, and nobody's fault. */
function isLate(stamped: string, witnessed: string, bound: number): boolean {
  return Date.parse(witnessed) - Date.parse(stamped) > bound * 1000
}

function Row({ step, by, late = false }: { step: Step; by: string; late?: boolean }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <tr>
      <td>{t(`rung.${step.rung}`)}</td>
      <td>{nameOf(by)}</td>
      <td>
        <FullInstant at={step.at} />
        {late && <p className="mark">{t("ladder.witnessed-late")}</p>}
      </td>
    </tr>
  )
}

/** Rungs still to come; an objection and a passed deadline are nothing to wait for, and many are never told of opening. */
function notYet(steps: readonly Step[], members: number): Rung[] {
  const reached = steps.map((s) => s.rung)
  const awaited: Rung[] = members > 2 ? ["delivered", "acknowledged"] : ["delivered", "opened", "acknowledged"]
  return awaited.filter((rung) => !reached.includes(rung))
}

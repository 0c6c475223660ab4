import type { Step } from "#offices/joins/ladder.ts"
import type { LegView } from "#offices/joins/relays.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { type Translate, useWords } from "../words.ts"
import { elapsed } from "./StopClock.tsx"

/** Whose call a stop is: the author of the words, whoever's envelope brought them. */
export function callerOf({ relay, by }: MessageView): string {
  return relay?.side === "passed" && relay.from !== null ? relay.from : by
}

/** The moment from which its clock runs: the caller's own, as its desk signed it or stored it. */
export function sinceOf({ relay, ladders, at }: MessageView): string {
  const submitted = ladders[0]?.steps.find(({ rung }) => rung === "submitted")?.at
  return submitted ?? relay?.release?.at ?? at
}

/** Every step of a stop that this reader may know, each with its time and how long after the call. */
export function StopSteps({ message }: { message: MessageView }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  const since = sinceOf(message)
  const { relay } = message
  const signed = relay?.side === "passed" && relay.release ? [{ what: t("stop.signed"), at: relay.release.at }] : []
  const own = stepsOf(message, t, nameOf)
  const passed = relay?.side === "asked" ? askedSteps(relay, t, nameOf) : []
  const steps = [...signed, ...own, ...passed].toSorted((a, b) => (a.at < b.at ? -1 : 1))
  const legs = relay?.side === "asked" ? relay.legs : []
  return (
    <section className="ladders">
      <h2>{t("stop.steps")}</h2>
      <div className="wide">
        <table>
          <thead>
            <tr>
              <th scope="col">{t("stop.step")}</th>
              <th scope="col">{t("stop.after")}</th>
              <th scope="col">{t("ladder.when")}</th>
            </tr>
          </thead>
          <tbody>
            {steps.map((step) => (
              <StepRow key={`${step.what}${step.at}`} {...step} since={since} />
            ))}
          </tbody>
          {legs.map((leg) => (
            <LegSteps key={leg.matter} leg={leg} since={since} />
          ))}
        </table>
      </div>
    </section>
  )
}

type Timed = { what: string; at: string }

function StepRow({ what, at, since }: Timed & { since: string }) {
  return (
    <tr>
      <td>{what}</td>
      <td>+{elapsed(since, Date.parse(at))}</td>
      <td>
        <FullInstant at={at} />
      </td>
    </tr>
  )
}

/** What the secretariat's desk knows of one second leg, which stands on another line. */
function LegSteps({ leg, since }: { leg: LegView; since: string }) {
  const { live } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const { value } = useResource<MessageView>(
    `/messages/${leg.line}/${leg.matter}`,
    live,
    (event) =>
      event.kind === "register" || (event.kind === "entered" && event.entered.some((e) => e.line === leg.line)),
  )
  const steps = value ? stepsOf(value, t, nameOf) : []
  return (
    <tbody>
      <tr>
        <th scope="rowgroup" colSpan={3}>
          {leg.state === "refused"
            ? t("stop.not-passed-to", { name: nameOf(leg.addressee) })
            : t("ladder.addressee", { name: nameOf(leg.addressee) })}
        </th>
      </tr>
      {steps.map((step) => (
        <StepRow key={`${step.what}${step.at}`} {...step} since={since} />
      ))}
    </tbody>
  )
}

const COMMON: readonly string[] = ["submitted", "recorded", "witnessed"]

function stepsOf({ ladders }: MessageView, t: Translate, nameOf: (name: string) => string): Timed[] {
  const named = (step: Step, addressee: string): Timed => {
    const rung = t(step.rung === "submitted" ? "stop.handed" : `rung.${step.rung}`)
    const isCommon = COMMON.includes(step.rung)
    return { what: isCommon ? rung : t("stop.step-of", { name: nameOf(addressee), step: rung }), at: step.at }
  }
  const [first] = ladders
  const common = (first?.steps ?? []).filter(({ rung }) => COMMON.includes(rung))
  const each = ladders.flatMap(({ addressee, steps }) =>
    steps.filter(({ rung }) => !COMMON.includes(rung)).map((step) => named(step, addressee)),
  )
  return [...common.map((step) => named(step, "")), ...each]
}

function askedSteps(
  { passedOn, heard }: Extract<NonNullable<MessageView["relay"]>, { side: "asked" }>,
  t: Translate,
  nameOf: (name: string) => string,
): Timed[] {
  return [
    ...passedOn.map(({ to, at }) => ({ what: t("stop.passed-to", { name: nameOf(to ?? "") }), at })),
    ...heard.map(({ from, answer, at }) => ({
      what: t("stop.heard-of", { name: nameOf(from ?? ""), answer: t(`relay.answer.${answer}`) }),
      at,
    })),
  ]
}

import { useState } from "react"
import { Button } from "react-aria-components"
import type { AskedRelayView, LegView } from "#offices/joins/relays.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { tell } from "../desk/ask.ts"
import { useKeys } from "../desk/keys.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { To } from "../parts/To.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { RelayReturnDialog } from "./RelayReturnDialog.tsx"

/** How far words came that somebody asked to pass on: as their author knows it, and at the desk that passes them on. */
export function RelayWay({ message, again }: { message: MessageView; again(): void }) {
  const { status } = useDesk()
  const { t } = useWords()
  const { relay } = message
  if (relay?.side !== "asked") return null
  const isMine = status.delegation === status.secretariat
  return (
    <section className="answers">
      <h2>{t("relay.way")}</h2>
      {relay.returned && (
        <Notice>
          {t("relay.returned")} <FullInstant at={relay.returned.at} />
          {relay.returned.text !== null && <q className="said">{relay.returned.text}</q>}
        </Notice>
      )}
      {isMine ? <Legs message={message} relay={relay} again={again} /> : <Left relay={relay} />}
      <Heard relay={relay} />
      {!isMine && <p className="hint">{t("relay.only-released")}</p>}
    </section>
  )
}

function Left({ relay }: { relay: AskedRelayView }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  const missing = (relay.to ?? []).filter((name) => !relay.passedOn.some(({ to }) => to === name))
  if (relay.passedOn.length === 0 && !relay.returned) return <p>{t("relay.waits")}</p>
  return (
    <ul>
      {relay.passedOn.map(({ to, at }) => (
        <li key={to ?? ""}>
          {to === null ? t("relay.left") : t("relay.left-for", { name: nameOf(to) })}: <FullInstant at={at} />
        </li>
      ))}
      {!relay.returned && missing.map((name) => <li key={name}>{t("relay.not-left-for", { name: nameOf(name) })}</li>)}
    </ul>
  )
}

function Heard({ relay }: { relay: AskedRelayView }) {
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <ul>
      {relay.heard.map(({ from, answer, said, at, text }) => (
        <li key={`${from}${answer}${at}${said}`}>
          {from === null ? t("relay.heard") : t("relay.heard-from", { name: nameOf(from) })}:{" "}
          <strong>{t(`relay.answer.${answer}`)}</strong>, {t("relay.stated")} <FullInstant at={said} />
          {text !== null && (
            <p className="body" lang="">
              {text}
            </p>
          )}
        </li>
      ))}
    </ul>
  )
}

/** At the secretariat: passing on, returning, and what became of each leg. */
function Legs({ message, relay, again }: { message: MessageView; relay: AskedRelayView; again(): void }) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [wrong, setWrong] = useState<string>()
  const [returning, setReturning] = useState(false)
  const { line, matter } = message
  const isOver = relay.returned !== null || message.recalled
  const refused = relay.legs.some(({ state }) => state === "refused")
  const mayPass = !isOver && (relay.legs.length === 0 || refused) && !silent
  async function pass(): Promise<void> {
    const answer = await tell(`/relays/${line}/${matter}/pass`)
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    again()
  }
  useKeys({ y: mayPass ? () => void pass() : undefined })
  return (
    <>
      <ul>
        {relay.legs.map((leg) => (
          <LegItem key={leg.matter} leg={leg} />
        ))}
      </ul>
      <Wrong>{wrong}</Wrong>
      {!isOver && (
        <div className="buttons">
          {(relay.legs.length === 0 || refused) && (
            <Button className="button strong" isDisabled={!mayPass} onPress={() => void pass()}>
              {t(refused ? "relay.try-again" : "relay.pass-on")}
            </Button>
          )}
          {relay.passedOn.length === 0 && relay.legs.every(({ state }) => state === "refused") && (
            <Button className="button" isDisabled={silent} onPress={() => setReturning(true)}>
              {t("relay.return")}
            </Button>
          )}
        </div>
      )}
      {returning && <RelayReturnDialog request={message} onClose={() => setReturning(false)} onReturned={again} />}
    </>
  )
}

/** One leg as the secretariat's desk knows it. */
export function LegItem({ leg }: { leg: LegView }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  return (
    <li>
      {nameOf(leg.addressee)}: {t(`relay.leg.${leg.state}`)} {leg.state === "waiting" && <FullInstant at={leg.due} />}
      {leg.refused !== null && code("refused", leg.refused)}
      {leg.at !== null && <To href={`/message/${leg.line}/${leg.matter}`}>{<FullInstant at={leg.at} />}</To>}
    </li>
  )
}

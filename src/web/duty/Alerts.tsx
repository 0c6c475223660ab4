import { useState } from "react"
import { Button } from "react-aria-components"
import type { AlertsView, ChannelView } from "#offices/joins/alert.ts"
import { tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { Instant } from "../parts/Instant.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"

/** How this desk calls an officer who is before no screen, and the test of it. */
export function Alerts({ alerts, onDone }: { alerts: AlertsView; onDone(): void }) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [busy, setBusy] = useState(false)
  const [wrong, setWrong] = useState<string>()
  async function test(): Promise<void> {
    setBusy(true)
    const answer = await tell("/duty/alerts/test")
    setBusy(false)
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    onDone()
  }
  return (
    <section className="section">
      <h2>{t("alert.title")}</h2>
      <p className="hint">{t("alert.meaning")}</p>
      {alerts.malformed && (
        <p>
          <strong>{t("alert.malformed")}</strong>
        </p>
      )}
      {!alerts.malformed && alerts.channels.length === 0 && <p>{t("alert.none")}</p>}
      {alerts.channels.length > 0 && (
        <>
          <ul>
            {alerts.channels.map((one) => (
              <ChannelItem key={one.channel} one={one} />
            ))}
          </ul>
          <div className="buttons">
            <Button className="button" isDisabled={silent || busy} onPress={() => void test()}>
              {t("alert.test")}
            </Button>
          </div>
        </>
      )}
      <Wrong>{wrong}</Wrong>
    </section>
  )
}

function ChannelItem({ one: { channel, tested, alerted } }: { one: ChannelView }) {
  const { t, code } = useWords()
  return (
    <li>
      <strong>{t(`alert.${channel}`)}</strong>
      {" · "}
      {tested === null && t("alert.untried")}
      {tested && (
        <>
          {t("alert.tested")} <Instant at={tested.at} />: {code("alert", tested.failed ?? "sent")}
        </>
      )}
      {alerted && (
        <>
          {" · "}
          {t("alert.last")} <Instant at={alerted.at} />: {code("alert", alerted.failed ?? "sent")}
        </>
      )}
    </li>
  )
}

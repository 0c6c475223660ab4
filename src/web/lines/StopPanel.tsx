import { useState } from "react"
import { Button } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import { tell } from "../desk/ask.ts"
import { useKeys } from "../desk/keys.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"
import { offers } from "./offer.ts"
import { MessageText } from "./StopAnswers.tsx"
import { StopClock } from "./StopClock.tsx"
import { StopEndDialog } from "./StopEndDialog.tsx"
import { callerOf, StopSteps, sinceOf } from "./StopSteps.tsx"

/** An emergency stop as everybody concerned sees it: whose call, how long, the five answers, one key for each answer. */
export function StopPanel({ message, again }: { message: MessageView; again(): void }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const [ending, setEnding] = useState(false)
  const isCaller = callerOf(message) === status.delegation
  return (
    <section className="stop-panel" aria-label={t("stop.by", { name: nameOf(callerOf(message)) })}>
      <p className="stop-head">
        <strong>{t("stop.by", { name: nameOf(callerOf(message)) })}</strong>{" "}
        <StopClock since={sinceOf(message)} ended={message.recall?.at ?? null} />
      </p>
      <MessageText body={message.body} form={message.form} language={message.language} />
      {!isCaller && message.by !== status.delegation && <Answers message={message} again={again} />}
      {isCaller && !message.recall && (
        <div className="buttons">
          <Button className="button strong huge" onPress={() => setEnding(true)}>
            {t("stop.end")}
          </Button>
        </div>
      )}
      <StopSteps message={message} />
      {ending && <StopEndDialog message={message} onClose={() => setEnding(false)} onEnded={again} />}
    </section>
  )
}

/** One key states receipt and takes the call on, one states that it went to the operational level: no dialog between. */
function Answers({ message, again }: { message: MessageView; again(): void }) {
  const { status, live, silent } = useDesk()
  const { t, code } = useWords()
  const [wrong, setWrong] = useState<string>()
  const [handed, setHanded] = useState<readonly string[]>([])
  const offered = offers(message, status, live.now())
  const may = (what: "acknowledge" | "cascade") => offered[what] === "permitted" && !handed.includes(what) && !silent
  const { line, matter, header: of, precedence } = message
  async function state(what: "acknowledge" | "cascade"): Promise<void> {
    // A second ago by the desk's own clock: the registry's stamp must not be earlier than what is stated.
    const since = new Date(live.now() - 1000).toISOString()
    const said =
      what === "acknowledge"
        ? { act: "message.acknowledged", fields: { matter, of } }
        : { act: "message.cascaded", fields: { matter, of, since } }
    const answer = await hand({ ...said, line, precedence })
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    if ("failed" in answer) return
    setHanded([...handed, what])
    if (what === "acknowledge") await tell(`/messages/${line}/${matter}/hold`)
    again()
  }
  useKeys({
    a: may("acknowledge") ? () => void state("acknowledge") : undefined,
    c: may("cascade") ? () => void state("cascade") : undefined,
  })
  return (
    <div className="buttons">
      {offered.acknowledge === "permitted" && (
        <Button
          className="button strong huge"
          isDisabled={!may("acknowledge")}
          onPress={() => void state("acknowledge")}
        >
          <span>
            {t("stop.answer")} <kbd>a</kbd> <small>{t("stop.answer-meaning")}</small>
          </span>
        </Button>
      )}
      {offered.cascade === "permitted" && (
        <Button className="button strong huge" isDisabled={!may("cascade")} onPress={() => void state("cascade")}>
          <span>
            {t("stop.cascade")} <kbd>c</kbd>
          </span>
        </Button>
      )}
      <Wrong>{wrong}</Wrong>
    </div>
  )
}

import { type KeyboardEvent, useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import { LONGEST_ANSWER, STOP_FIELDS, type Stop, saysAnything, stopAddressees } from "#offices/lines/stop.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Notice } from "../parts/Notice.tsx"
import { alternat } from "../parts/order.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { go } from "../router.ts"
import { useLanguage, useWords } from "../words.ts"
import { lineToSecretariat } from "./relaying.ts"
import { StopAnswers } from "./StopAnswers.tsx"
import { answered, begun, callLines, callStop, drillStop, freshCalling, keepCalling } from "./stopping.ts"

/**
 * Calling an emergency stop: five questions, large, none of them needed but one. Every stroke is kept, Enter only goes
 * on, and one question stands before the call.
 */
export function StopScreen({ drill }: { drill: boolean }) {
  const { status, silent } = useDesk()
  const { t, code } = useWords()
  const { language } = useLanguage()
  const nameOf = useNameOf()
  const { delegation } = status
  const [calling, setCalling] = useState(() =>
    drill && status.exercise ? { ...freshCalling(delegation), stop: drillStop(t) } : begun(delegation),
  )
  const [asking, setAsking] = useState(false)
  const [lacking, setLacking] = useState(false)
  const { stop } = calling
  const change = (next: Stop) => {
    const kept = { ...calling, stop: next }
    setCalling(kept)
    keepCalling(delegation, kept)
  }
  async function call(): Promise<string | undefined> {
    const answer = await callStop(calling, status, language, t)
    if ("failed" in answer) return code("refused", answer.failed)
    freshCalling(delegation)
    go(`/message/${answer.line}/${answer.matter}`, "replace")
    return undefined
  }
  const reached = delegation === status.secretariat ? [] : [status.secretariat]
  const parties = alternat(stopAddressees(status.delegations, delegation), status, calling.token.slice(0, 8))
  const names = [...parties, ...reached].map(nameOf).join(", ")
  const hasLine = callLines(status, lineToSecretariat(status)?.id).length > 0
  return (
    <>
      <Heading>{t("stop.title")}</Heading>
      {stop.drill && (
        <Notice>
          <strong>{t("stop.drill")}</strong> {t("stop.drill-meaning")}
        </Notice>
      )}
      <p>{t(reached.length > 0 ? "stop.meaning" : "stop.meaning-direct", { names })}</p>
      {!hasLine && <Notice kind="alarm">{t("stop.no-line")}</Notice>}
      <form
        className="stop-form"
        onSubmit={(event) => {
          event.preventDefault()
          setLacking(!saysAnything(stop))
          setAsking(saysAnything(stop))
        }}
      >
        <p className="hint">{t("stop.one-is-enough")}</p>
        {STOP_FIELDS.map((field, i) => (
          <TextField
            key={field}
            className="field"
            value={stop[field]}
            autoFocus={i === 0 && !drill}
            onChange={(value) => change(answered(stop, field, value))}
          >
            <Label>{t(`stop.${field}`)}</Label>
            <Input lang={language} maxLength={LONGEST_ANSWER[field]} autoComplete="off" onKeyDown={onwards} />
          </TextField>
        ))}
        {lacking && <Wrong>{t("stop.needs-one")}</Wrong>}
        <div className="buttons">
          <Button className="button strong huge" type="submit" isDisabled={silent || !hasLine} autoFocus={drill}>
            {t("stop.call")}
          </Button>
          <Button className="button" onPress={() => setCalling(freshCalling(delegation))}>
            {t("stop.clear")}
          </Button>
        </div>
      </form>
      {asking && (
        <AskDialog
          huge
          title={t("stop.ask")}
          confirm={t("stop.confirm")}
          onConfirm={call}
          onClose={() => setAsking(false)}
        >
          <StopAnswers stop={stop} language={language} />
        </AskDialog>
      )}
    </>
  )
}

/** Enter goes to the next answer and from the last one to the button; it never calls. */
function onwards(event: KeyboardEvent<HTMLInputElement>): void {
  if (event.key !== "Enter") return
  event.preventDefault()
  const targets = [...(event.currentTarget.form?.querySelectorAll<HTMLElement>("input, button[type=submit]") ?? [])]
  targets[targets.indexOf(event.currentTarget) + 1]?.focus()
}

import { type FormEvent, useEffect, useRef, useState } from "react"
import { Button, Input, Label, TextArea, TextField } from "react-aria-components"
import { READ_BACKS } from "#offices/lines/call.ts"
import { tell } from "../desk/ask.ts"
import { randomWord } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"

const NO_CALL = { direction: "to", with: "", readBack: "DONE", readBackText: "" }
type Call = typeof NO_CALL

/** Writes a line into the watch log, or one that corrects another. */
export function LogForm({ correcting, onDone }: { correcting: number | undefined; onDone(): void }) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [text, setText] = useState("")
  const [call, setCall] = useState<Call>()
  const [token, setToken] = useState(randomWord)
  const [wrong, setWrong] = useState<string>()
  const words = useRef<HTMLTextAreaElement>(null)
  useEffect(() => {
    if (correcting !== undefined) words.current?.focus()
  }, [correcting])
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const readBackText = call?.readBack === "DONE" ? call.readBackText : null
    const line = { text, corrects: correcting ?? null, call: call ? { ...call, readBackText } : null, token }
    const answer = await tell("/duty/log", line)
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    setText("")
    setCall(undefined)
    setWrong(undefined)
    setToken(randomWord())
    onDone()
  }
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <TextField className="field" value={text} onChange={setText}>
        <Label>{correcting === undefined ? t("duty.line") : t("duty.correct", { number: correcting })}</Label>
        <TextArea ref={words} rows={2} maxLength={4000} />
      </TextField>
      <label className="check">
        <input
          type="checkbox"
          checked={call !== undefined}
          onChange={({ target }) => setCall(target.checked ? NO_CALL : undefined)}
        />
        {t("duty.is-call")}
      </label>
      {call && <CallFields call={call} change={(part) => setCall({ ...call, ...part })} />}
      <Wrong>{wrong}</Wrong>
      <div className="buttons">
        <Button className="button strong" type="submit" isDisabled={silent}>
          {t("duty.write")}
        </Button>
        {correcting !== undefined && (
          <Button className="button" onPress={onDone}>
            {t("duty.not-correct")}
          </Button>
        )}
      </div>
    </form>
  )
}

function CallFields({ call, change }: { call: Call; change(part: Partial<Call>): void }) {
  const { t, code } = useWords()
  return (
    <>
      <p className="hint">{t("duty.call-hint")}</p>
      <label className="field">
        <span>{t("call.direction")}</span>
        <select value={call.direction} onChange={({ target }) => change({ direction: target.value })}>
          <option value="to">{t("call.we-called")}</option>
          <option value="from">{t("call.they-called")}</option>
        </select>
      </label>
      <TextField className="field" value={call.with} onChange={(whom) => change({ with: whom })}>
        <Label>{t("duty.call-with")}</Label>
        <Input maxLength={200} autoComplete="off" />
      </TextField>
      <label className="field">
        <span>{t("call.read-back")}</span>
        <select value={call.readBack} onChange={({ target }) => change({ readBack: target.value })}>
          {READ_BACKS.map((one) => (
            <option key={one} value={one}>
              {code("read-back", one)}
            </option>
          ))}
        </select>
      </label>
      {call.readBack === "DONE" && (
        <TextField className="field" value={call.readBackText} onChange={(said) => change({ readBackText: said })}>
          <Label>{t("call.read-back-text")}</Label>
          <TextArea rows={2} maxLength={2000} />
        </TextField>
      )}
    </>
  )
}

import { useState } from "react"
import { Button, Label, TextArea, TextField } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import { RELEASED, type Released } from "#offices/lines/relay-form.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"

/** What an addressee of relayed words lets their author know: single answers, or words. Nothing goes back by itself. */
export function RelayRelease({ message, again }: { message: MessageView; again(): void }) {
  const { status, silent } = useDesk()
  const { t, code } = useWords()
  const [writing, setWriting] = useState(false)
  const [handed, setHanded] = useState<readonly Released[]>([])
  const [wrong, setWrong] = useState<string>()
  const { relay } = message
  if (relay?.side !== "passed" || message.by === status.delegation) return null
  const stated = message.ladders.find(({ addressee }) => addressee === status.delegation)?.steps ?? []
  const done = [...relay.released.map(({ answer }) => answer), ...handed]
  const open = RELEASED.filter((one) => stated.some(({ rung }) => rung === one) && !done.includes(one))
  async function release(answer: Released, text = ""): Promise<string | undefined> {
    const { line, matter, header: of, precedence } = message
    const act = { act: "relay.answer-released", line, precedence, fields: { matter, of, answer }, texts: { text } }
    const said = await hand(act)
    const failed = "failed" in said ? code("refused", said.failed) : undefined
    if (failed === undefined && answer !== "words") setHanded([...handed, answer])
    again()
    return failed
  }
  return (
    <section className="answers">
      <h2>{t("relay.release")}</h2>
      <p className="hint">{t("relay.release-meaning")}</p>
      {relay.released.length > 0 && (
        <ul>
          {relay.released.map(({ answer, at, text }) => (
            <li key={`${answer}${at}${text}`}>
              {t("relay.released")}: {t(`relay.answer.${answer}`)}, <FullInstant at={at} />
              {text !== null && <p className="body">{text}</p>}
            </li>
          ))}
        </ul>
      )}
      <div className="buttons">
        {open.map((answer) => (
          <Button
            key={answer}
            className="button"
            isDisabled={silent}
            onPress={() => void release(answer).then(setWrong)}
          >
            {t("relay.release-one", { answer: t(`relay.answer.${answer}`) })}
          </Button>
        ))}
        <Button className="button" isDisabled={silent} onPress={() => setWriting(true)}>
          {t("relay.release-words")}
        </Button>
      </div>
      <div role="status">
        {handed
          .filter((answer) => !relay.released.some((one) => one.answer === answer))
          .map((answer) => (
            <p key={answer}>{t("actions.handed", { what: t(`relay.answer.${answer}`) })}</p>
          ))}
        {wrong !== undefined && <p className="wrong">{wrong}</p>}
      </div>
      {writing && <WordsDialog onRelease={(text) => release("words", text)} onClose={() => setWriting(false)} />}
    </section>
  )
}

function WordsDialog(props: { onRelease(text: string): Promise<string | undefined>; onClose(): void }) {
  const { t } = useWords()
  const [text, setText] = useState("")
  return (
    <AskDialog
      title={t("relay.release-words")}
      confirm={t("relay.release")}
      disabled={text.trim() === ""}
      onConfirm={() => props.onRelease(text)}
      onClose={props.onClose}
    >
      <p>{t("relay.release-meaning")}</p>
      <TextField className="field" value={text} onChange={setText} isRequired>
        <Label>{t("relay.release-words")}</Label>
        <TextArea rows={6} lang="" />
      </TextField>
    </AskDialog>
  )
}

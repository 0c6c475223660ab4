import { useState } from "react"
import { Label, TextArea, TextField } from "react-aria-components"
import { OBJECTIONS } from "#offices/lines/receipts.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import type { AnswerDialogProps } from "./Actions.tsx"
import { hand } from "./hand.ts"

/** An objection with its reason from the fixed list, and words where the officer wants to add any. */
export function ObjectDialog({ message, onClose, onHanded }: AnswerDialogProps) {
  const { t, code } = useWords()
  const [reason, setReason] = useState<string>()
  const [text, setText] = useState("")
  const isComplete = reason !== undefined && (reason !== "OTHER" || text.trim() !== "")
  async function object(): Promise<string | undefined> {
    if (reason === undefined) return undefined
    const { line, matter, header: of, precedence } = message
    const act = { act: "message.objected", line, precedence, fields: { matter, of, reason }, texts: { text } }
    const answer = await hand(act)
    if ("failed" in answer) return code("refused", answer.failed)
    onHanded("object")
    return undefined
  }
  return (
    <AskDialog
      title={t("actions.object")}
      confirm={t("actions.object")}
      disabled={!isComplete}
      onConfirm={object}
      onClose={onClose}
    >
      <p>{t("object.meaning")}</p>
      <fieldset>
        <legend>{t("object.reason")}</legend>
        {OBJECTIONS.map((one) => (
          <label key={one} className="check">
            <input type="radio" name="reason" checked={reason === one} onChange={() => setReason(one)} />
            {t(`objection.${one}`)}
          </label>
        ))}
      </fieldset>
      <TextField className="field" value={text} onChange={setText} isRequired={reason === "OTHER"}>
        <Label>{t(reason === "OTHER" ? "object.text-needed" : "object.text")}</Label>
        <TextArea rows={4} />
      </TextField>
    </AskDialog>
  )
}

import { useState } from "react"
import { Label, TextArea, TextField } from "react-aria-components"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import type { AnswerDialogProps } from "./Actions.tsx"
import { hand } from "./hand.ts"

/** Recalling is one more act: the message stays where it is, with the recall beside it. */
export function RecallDialog({ message, onClose, onHanded }: AnswerDialogProps) {
  const { t, code } = useWords()
  const [text, setText] = useState("")
  async function recall(): Promise<string | undefined> {
    const { line, matter, header: of, precedence } = message
    const answer = await hand({ act: "message.recalled", line, precedence, fields: { matter, of }, texts: { text } })
    if ("failed" in answer) return code("refused", answer.failed)
    onHanded("recall")
    return undefined
  }
  return (
    <AskDialog title={t("actions.recall")} confirm={t("actions.recall")} onConfirm={recall} onClose={onClose}>
      <p>{t("recall.meaning")}</p>
      <TextField className="field" value={text} onChange={setText}>
        <Label>{t("recall.text")}</Label>
        <TextArea rows={4} />
      </TextField>
    </AskDialog>
  )
}

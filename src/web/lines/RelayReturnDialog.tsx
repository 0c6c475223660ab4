import { useState } from "react"
import { Label, TextArea, TextField } from "react-aria-components"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"

/** Giving words back unsent: only a defect of form stands in their way, and it is named. */
export function RelayReturnDialog(props: {
  request: { line: string; matter: string; header: string; precedence: string }
  onClose(): void
  onReturned(): void
}) {
  const { t, code } = useWords()
  const [text, setText] = useState("")
  const { line, matter, header: of, precedence } = props.request
  async function give(): Promise<string | undefined> {
    const answer = await hand({ act: "relay.returned", line, precedence, fields: { matter, of }, texts: { text } })
    if ("failed" in answer) return code("refused", answer.failed)
    props.onReturned()
    return undefined
  }
  return (
    <AskDialog
      title={t("relay.return")}
      confirm={t("relay.return")}
      disabled={text.trim() === ""}
      onConfirm={give}
      onClose={props.onClose}
    >
      <p>{t("relay.return-meaning")}</p>
      <TextField className="field" value={text} onChange={setText} isRequired>
        <Label>{t("relay.return-reason")}</Label>
        <TextArea rows={4} />
      </TextField>
    </AskDialog>
  )
}

import { useState } from "react"
import { Label, TextArea, TextField } from "react-aria-components"
import type { StopRow } from "#offices/joins/relays.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { ask } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import { hand } from "./hand.ts"

/** Ending a stop: its caller takes the call back, on every line that it reached. */
export function StopEndDialog(props: { message: MessageView; onClose(): void; onEnded(): void }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const [text, setText] = useState("")
  async function end(): Promise<string | undefined> {
    const calls = await sameCall(props.message, status.delegation)
    for (const { line, matter, header: of } of calls) {
      const act = { act: "message.recalled", line, precedence: "FLASH", fields: { matter, of }, texts: { text } }
      const answer = await hand(act)
      if ("failed" in answer) return code("refused", answer.failed)
    }
    props.onEnded()
    return undefined
  }
  return (
    <AskDialog title={t("stop.end")} confirm={t("stop.end")} onConfirm={end} onClose={props.onClose}>
      <p>{t("stop.end-meaning")}</p>
      <TextField className="field" value={text} onChange={setText}>
        <Label>{t("stop.end-reason")}</Label>
        <TextArea rows={3} lang="" />
      </TextField>
    </AskDialog>
  )
}

/** The messages of one call: the secretariat's own goes to each party directly and is ended for all of them at once. */
async function sameCall(message: MessageView, caller: string): Promise<MessageView[]> {
  const running = await ask<StopRow[]>("/stops")
  if ("failed" in running) return [message]
  const others = running.value.filter((row) => row.caller === caller && row.matter !== message.matter)
  const views = await Promise.all(
    others.map((row) => (row.matter === null ? undefined : ask<MessageView>(`/messages/${row.line}/${row.matter}`))),
  )
  const same = views.flatMap((view) =>
    view && "value" in view && view.value.body === message.body ? [view.value] : [],
  )
  return [message, ...same]
}

import { useState } from "react"
import type { MessageView } from "#offices/joins/screen.ts"
import { askText } from "../desk/ask.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { useLanguage, useWords } from "../words.ts"

/** A proof sheet with the texts that the officer chooses to disclose; everything else stays a hash in it. */
export function SheetDialog({ message, onClose }: { message: MessageView; onClose(): void }) {
  const { t, code } = useWords()
  const { language } = useLanguage()
  const nameOf = useNameOf()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [whole, setWhole] = useState(false)
  const said = message.objections.some((o) => o.text !== null) || message.recall?.text != null
  const choices = [
    { id: "message", words: t("sheet.message", { name: nameOf(message.by), serial: message.serial }) },
    ...(said ? [{ id: "said", words: t("sheet.said") }] : []),
  ]
  // A header's hash discloses every text of its own envelope; what others said is named text by text.
  const disclose = [
    ...(chosen.includes("message") ? [message.header] : []),
    ...(chosen.includes("said") ? message.textHashes : []),
  ]
  async function fetchSheet(): Promise<string | undefined> {
    const path = `/messages/${message.line}/${message.matter}/sheet`
    const answer = await askText(path, { language, disclose, whole })
    if ("failed" in answer) return code("refused", answer.failed)
    save(answer.value, `iod-${message.by}-${message.serial}-${message.header.slice(0, 8)}.txt`)
    return undefined
  }
  return (
    <AskDialog title={t("sheet.title")} confirm={t("sheet.save")} onConfirm={fetchSheet} onClose={onClose}>
      <p>{t("sheet.meaning")}</p>
      <fieldset>
        <legend>{t("sheet.disclose")}</legend>
        {choices.map(({ id, words }) => (
          <label key={id} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(id)}
              onChange={(event) => setChosen(event.target.checked ? [...chosen, id] : chosen.filter((c) => c !== id))}
            />
            {words}
          </label>
        ))}
      </fieldset>
      <label className="check">
        <input type="checkbox" checked={whole} onChange={(event) => setWhole(event.target.checked)} />
        {t("sheet.whole")}
      </label>
      <p className="hint">{t("sheet.warning")}</p>
    </AskDialog>
  )
}

function save(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }))
  const link = document.createElement("a")
  link.href = url
  link.download = name
  link.click()
  URL.revokeObjectURL(url)
}

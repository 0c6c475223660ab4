import { useState } from "react"
import type { MessageView } from "#offices/joins/screen.ts"
import { saveFile } from "../desk/ask.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { useLanguage, useWords } from "../words.ts"
import { FileChoice } from "./FileChoice.tsx"

/** A proof sheet with the texts that the officer chooses to disclose; everything else stays a hash in it. */
export function SheetDialog({ message, onClose }: { message: MessageView; onClose(): void }) {
  const { t, code } = useWords()
  const spoken = useLanguage().language
  const nameOf = useNameOf()
  const [chosen, setChosen] = useState<readonly string[]>([])
  const [whole, setWhole] = useState(false)
  const [form, setForm] = useState<"pdf" | "text">("pdf")
  const [language, setLanguage] = useState(spoken)
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
    const name = `iod-${message.by}-${message.serial}-${message.header.slice(0, 8)}.${form === "pdf" ? "pdf" : "txt"}`
    const answer = await saveFile(path, { language, disclose, whole, form }, name)
    return "failed" in answer ? code("refused", answer.failed) : undefined
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
      <FileChoice forms={["pdf", "text"]} form={form} language={language} onForm={setForm} onLanguage={setLanguage} />
      <p className="hint">{t("sheet.warning")}</p>
    </AskDialog>
  )
}

import { useState } from "react"
import { saveFile } from "../desk/ask.ts"
import { FileChoice } from "../lines/FileChoice.tsx"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useLanguage, useWords } from "../words.ts"

/** Saves the watch log of a period as a PDF, in a language that is chosen. */
export function PrintDialog({ from, until, onClose }: { from: string; until: string; onClose(): void }) {
  const { t, code } = useWords()
  const chosen = useLanguage().language
  const [language, setLanguage] = useState(chosen)
  async function save(): Promise<string | undefined> {
    const name = `iod-watch-log-${from.slice(0, 16).replaceAll(":", "")}.pdf`
    const answer = await saveFile("/duty/log/paper", { from, until, language }, name)
    return "failed" in answer ? code("refused", answer.failed) : undefined
  }
  return (
    <AskDialog title={t("duty.print")} confirm={t("duty.print-save")} onConfirm={save} onClose={onClose}>
      <p>{t("duty.paper-meaning")}</p>
      <FileChoice forms={[]} language={language} onLanguage={setLanguage} />
    </AskDialog>
  )
}

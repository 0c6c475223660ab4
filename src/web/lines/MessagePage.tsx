import { useState } from "react"
import { Button } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import { saveFile } from "../desk/ask.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useLanguage, useWords } from "../words.ts"
import { FileChoice } from "./FileChoice.tsx"

/** Taking a message as a page for fax, file or hand, in any of the languages. */
export function MessagePage({ message }: { message: MessageView }) {
  const { t, code } = useWords()
  const spoken = useLanguage().language
  const [asking, setAsking] = useState(false)
  const [language, setLanguage] = useState(spoken)
  async function take(): Promise<string | undefined> {
    const name = `iod-${message.by}-${message.serial}-${message.header.slice(0, 8)}-page.pdf`
    const answer = await saveFile(`/messages/${message.line}/${message.matter}/page`, { language }, name)
    return "failed" in answer ? code("refused", answer.failed) : undefined
  }
  return (
    <>
      <Button className="button" onPress={() => setAsking(true)}>
        {t("page.take")}
      </Button>
      {asking && (
        <AskDialog title={t("page.take")} confirm={t("sheet.save")} onConfirm={take} onClose={() => setAsking(false)}>
          <p>{t("page.meaning")}</p>
          <FileChoice forms={[]} language={language} onLanguage={setLanguage} />
        </AskDialog>
      )}
    </>
  )
}

import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { Notice } from "../parts/Notice.tsx"
import { useWords } from "../words.ts"
import type { AnswerDialogProps } from "./Actions.tsx"
import { hand } from "./hand.ts"

/** Stating receipt has a form of its own: it repeats what is acknowledged and says what it does not mean. */
export function AcknowledgeDialog({ message, onClose, onHanded }: AnswerDialogProps) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  async function acknowledge(): Promise<string | undefined> {
    const { line, matter, header: of } = message
    const precedence = message.precedence
    const answer = await hand({ act: "message.acknowledged", line, precedence, fields: { matter, of } })
    if ("failed" in answer) return code("refused", answer.failed)
    onHanded("acknowledge")
    return undefined
  }
  return (
    <AskDialog
      title={t("actions.acknowledge")}
      confirm={t("actions.acknowledge")}
      onConfirm={acknowledge}
      onClose={onClose}
    >
      <p>
        {t("acknowledge.of", { name: nameOf(message.by), serial: message.serial })}{" "}
        <q lang={message.language}>{message.subject ?? t("text.gone")}</q>
      </p>
      <Notice>{t("acknowledge.meaning")}</Notice>
      {message.members.length > 2 && <p>{t("acknowledge.open-word")}</p>}
    </AskDialog>
  )
}

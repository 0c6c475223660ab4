import type { Draft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useLineName } from "../parts/Delegation.tsx"
import { useWords } from "../words.ts"

/** A FLASH wakes people: it is asked about once more, with whom it goes to and what it says. */
export function FlashDialog(props: { draft: Draft; onConfirm(): Promise<string | undefined>; onClose(): void }) {
  const { draft, onConfirm, onClose } = props
  const { status } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  const line = status.lines.find((l) => l.id === draft.line)
  return (
    <AskDialog title={t("flash.title")} confirm={t("flash.confirm")} onConfirm={onConfirm} onClose={onClose}>
      <p>{t("flash.meaning")}</p>
      <p>
        {line && lineName(line)}: <q lang={draft.language}>{draft.subject}</q>
      </p>
    </AskDialog>
  )
}

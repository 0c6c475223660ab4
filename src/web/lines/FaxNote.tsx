import { isNoteVerbale } from "#offices/joins/note-verbale.ts"
import type { MessageView } from "#offices/joins/screen.ts"
import { useWords } from "../words.ts"
import { NOTE_TITLES } from "./templates.ts"

/** Room on paper for the initials and the seal of a note verbale; nothing that is printed stands for either. */
export function FaxNote({ message }: { message: MessageView }) {
  const { t } = useWords()
  if (!isNoteVerbale(message.subject, NOTE_TITLES)) return null
  return (
    <div className="fax-note">
      <p>{t("note.initials")}</p>
      <p>{t("note.seal")}</p>
      <p>{t("note.meaning")}</p>
    </div>
  )
}

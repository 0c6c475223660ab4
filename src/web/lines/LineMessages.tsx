import type { LineView } from "#offices/joins/screen.ts"
import { useInbox } from "../desk/inbox.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { MessageList } from "./MessageList.tsx"

/** The messages of one line, newest first. */
export function LineMessages({ line }: { line: LineView }) {
  const { status, live } = useDesk()
  const { t } = useWords()
  const { rows, loaded, more, older } = useInbox(status, live, line.id)
  if (loaded && rows.length === 0) return <p>{t("line.empty")}</p>
  return <MessageList title={t("line.messages")} rows={rows} more={more} onOlder={older} withoutLine />
}

import { useId, useState } from "react"
import { Button } from "react-aria-components"
import type { MessageRow } from "#offices/joins/screen.ts"
import { useWords } from "../words.ts"
import { MessageItem } from "./MessageItem.tsx"

// As many as a tall window shows: a line is on the screen at once, however long it is.
const PAGE = 50

/** A section of messages, a page at a time; where the page ends, older ones can be asked for. */
export function MessageList(props: {
  title: string
  rows: readonly MessageRow[]
  more?: boolean
  onOlder?(): void
  /** On the screen of one line its name would only repeat itself. */
  withoutLine?: boolean
}) {
  const { t } = useWords()
  const [shown, setShown] = useState(PAGE)
  const id = useId()
  const { title, rows, more = false, onOlder, withoutLine = false } = props
  if (rows.length === 0) return null
  function older(): void {
    setShown(shown + PAGE)
    if (rows.length < shown + PAGE) onOlder?.()
  }
  return (
    <section aria-labelledby={id} className="section">
      <h2 id={id}>
        {title} <span className="count">{rows.length}</span>
      </h2>
      <ul className="messages">
        {rows.slice(0, shown).map((row) => (
          <MessageItem key={`${row.line}/${row.matter}`} row={row} withoutLine={withoutLine} />
        ))}
      </ul>
      {(rows.length > shown || more) && (
        <Button className="button" onPress={older}>
          {t("list.older")}
        </Button>
      )}
    </section>
  )
}

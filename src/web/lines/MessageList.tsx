import { useId } from "react"
import type { MessageRow } from "#offices/joins/screen.ts"
import { LongList, More } from "../parts/LongList.tsx"
import { useWords } from "../words.ts"
import { MessageItem } from "./MessageItem.tsx"

/** A section of messages; where older ones are at the desk still, they come as its end comes near. */
export function MessageList(props: {
  title: string
  rows: readonly MessageRow[]
  more?: boolean
  onOlder?(): void
  /** On the screen of one line its name would only repeat itself. */
  withoutLine?: boolean
}) {
  const { t } = useWords()
  const id = useId()
  const { title, rows, more = false, onOlder, withoutLine = false } = props
  if (rows.length === 0) return null
  return (
    <section aria-labelledby={id} className="section">
      <h2 id={id}>
        {title} <span className="count">{rows.length}</span>
      </h2>
      <LongList labelledBy={id} rows={rows} keyOf={keyOf}>
        {(row) => <MessageItem row={row} withoutLine={withoutLine} />}
      </LongList>
      {more && onOlder && <More shown={rows.length} word={t("list.older")} onMore={onOlder} />}
    </section>
  )
}

function keyOf({ line, matter }: MessageRow): string {
  return `${line}/${matter}`
}

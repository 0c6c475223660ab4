import type { MessageRow } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** One message in a list: precedence, who and which serial, subject, when, and what is particular about it. */
export function MessageItem({ row, withoutLine }: { row: MessageRow; withoutLine: boolean }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const lineName = useLineName()
  const line = status.lines.find((l) => l.id === row.line)
  const isOwn = row.by === status.delegation
  return (
    <div className="message-item" data-unread={row.unread}>
      <PrecedenceMark of={row.precedence} />
      <span className="from">
        {row.unread && <span className="unread-mark">{t("mark.unread")}</span>}
        {nameOf(row.by)} <span className="serial">· {row.serial}</span>
        {!withoutLine && line && (isOwn || line.members.length > 2) && (
          <small>
            {" "}
            {t("item.to", {
              name: line.members.length > 2 ? t("line.of-count", { count: line.members.length }) : lineName(line),
            })}
          </small>
        )}
      </span>
      <To data-row href={`/message/${row.line}/${row.matter}`} lang={row.subject === null ? undefined : row.language}>
        {row.subject ?? t("text.gone")}
      </To>
      <span className="marks">
        <Marks row={row} isOwn={isOwn} />
      </span>
      <Instant at={row.at} />
    </div>
  )
}

function Marks({ row, isOwn }: { row: MessageRow; isOwn: boolean }) {
  const { status, live } = useDesk()
  const { t } = useWords()
  const isOverdue = row.awaits && !isOwn && Date.parse(row.deadline) < live.now()
  return (
    <>
      {row.fileCount > 0 && <span>{t("files.count", { count: row.fileCount })}</span>}
      {row.replyTo !== null && <span>{t("mark.reply")}</span>}
      {row.recalled && <span className="mark">{t("mark.recalled")}</span>}
      {row.late && <span className="mark">{t("mark.late")}</span>}
      {row.awaits && !row.late && (
        <span className={isOverdue ? "mark" : undefined}>
          {t(isOverdue ? "mark.overdue" : "mark.due")} <Instant at={row.deadline} />
        </span>
      )}
      {row.heldBy !== null && <span className="mark">{t("mark.held", { name: row.heldBy })}</span>}
      {row.witnessed === null && <span>{t("mark.not-witnessed")}</span>}
      {row.witnessed !== null && status.distrusted && <span>{t("mark.not-certain")}</span>}
    </>
  )
}

import type { MessageView } from "#offices/joins/screen.ts"
import { useDesk } from "../desk/state.ts"
import { Delegation, Delegations, useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"

/** Who, to whom, when, how urgent; and what a reader must know before anything else. */
export function MessageHead({ message }: { message: MessageView }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const isReported = status.reportsOpening && message.members.length === 2 && message.by !== status.delegation
  return (
    <header className="head">
      <Heading lang={message.subject === null ? undefined : message.language}>
        {message.subject ?? t("text.gone")}
      </Heading>
      {message.recall && (
        <Notice>
          {t("message.recalled-at")} <FullInstant at={message.recall.at} />
          {message.recall.text !== null && <q className="said">{message.recall.text}</q>}
        </Notice>
      )}
      <dl className="facts">
        <dt>{t("precedence.label")}</dt>
        <dd>
          <PrecedenceMark of={message.precedence} />
        </dd>
        <dt>{t("message.from")}</dt>
        <dd>
          <Delegation name={message.by} /> <span className="serial">· {message.serial}</span>
        </dd>
        <dt>{t("message.to")}</dt>
        <dd>
          <Delegations names={message.members.filter((m) => m !== message.by)} document={message.line} />{" "}
          <To href={`/line/${message.line}`}>{t("message.line", { place: message.place })}</To>
        </dd>
        <dt>{t("rung.recorded")}</dt>
        <dd>
          <FullInstant at={message.at} />
        </dd>
        <dt>{t("message.reply-by")}</dt>
        <dd>
          <FullInstant at={message.deadline} />{" "}
          <small>{t(message.replyBy === null ? "message.by-clock" : "message.by-author")}</small>
        </dd>
        <dt>{t("rung.witnessed")}</dt>
        <dd>
          {message.witnessed === null ? t("message.not-witnessed") : <FullInstant at={message.witnessed} />}
          {status.distrusted && <span className="mark"> {t("mark.not-certain")}</span>}
        </dd>
        {message.replyTo !== null && (
          <>
            <dt>{t("message.reply-to")}</dt>
            <dd>
              <To href={`/message/${message.line}/${message.replyTo}`}>{t("message.original")}</To>
            </dd>
          </>
        )}
        {message.heldBy !== null && (
          <>
            <dt>{t("message.held-by")}</dt>
            <dd>
              {message.heldBy} {message.heldAt !== null && <FullInstant at={message.heldAt} />}
            </dd>
          </>
        )}
      </dl>
      {isReported && <p className="hint">{t("opening.reported", { name: nameOf(message.by) })}</p>}
      {message.members.length > 2 && <p className="hint">{t("opening.not-on-many")}</p>}
    </header>
  )
}

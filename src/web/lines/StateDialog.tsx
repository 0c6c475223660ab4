import { useState } from "react"
import { Input, Label, TextField } from "react-aria-components"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { useWords } from "../words.ts"
import type { AnswerDialogProps } from "./Actions.tsx"
import { hand } from "./hand.ts"
import { readReplyBy, writeReplyBy } from "./reply-by.ts"

const ACTS = {
  cascade: "message.cascaded",
  account: "message.taken-into-account",
  confirm: "message.confirmed",
} as const
type Statement = keyof typeof ACTS

/** Whether this is one of the statements above an acknowledgement. */
export function isStatement(what: string | undefined): what is Statement {
  return what !== undefined && what in ACTS
}

/** A statement above the acknowledgement: each says in its own words what it means and what it must not be read as. */
export function StateDialog({ message, what, onClose, onHanded }: AnswerDialogProps & { what: Statement }) {
  const { live } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const [time, setTime] = useState(() => writeReplyBy(live.now()))
  const since = readReplyBy(time)
  async function state(): Promise<string | undefined> {
    const { line, matter, header: of, precedence } = message
    const fields = { matter, of, ...(what === "cascade" && { since: since ?? "" }) }
    const answer = await hand({ act: ACTS[what], line, precedence, fields })
    if ("failed" in answer) return code("refused", answer.failed)
    onHanded(what)
    return undefined
  }
  return (
    <AskDialog
      title={t(`actions.${what}`)}
      confirm={t(`actions.${what}`)}
      disabled={what === "cascade" && since === undefined}
      onConfirm={state}
      onClose={onClose}
    >
      <p>
        {t("state.of", { name: nameOf(message.by), serial: message.serial })}{" "}
        <q lang={message.language}>{message.subject ?? t("text.gone")}</q>
      </p>
      {what === "cascade" && (
        <>
          <TextField className="field" value={time} onChange={setTime}>
            <Label>{t("state.since")}</Label>
            <Input inputMode="numeric" autoComplete="off" />
          </TextField>
          <p className="hint">{since === undefined ? t("compose.reply-by-malformed") : <FullInstant at={since} />}</p>
        </>
      )}
      <Notice>{t(`state.${what}`)}</Notice>
      {message.members.length > 2 && <p>{t("state.open-word")}</p>}
    </AskDialog>
  )
}

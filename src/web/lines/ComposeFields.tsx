import { Input, Label, TextArea, TextField } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import type { Draft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { LANGUAGES, useWords } from "../words.ts"
import { ReplyBy } from "./ReplyBy.tsx"
import { TemplateChoice } from "./TemplateChoice.tsx"

/** Line, language, subject, text and reply-by of a message. A reply stays on the line of its original. */
export function ComposeFields(props: {
  draft: Draft
  change(part: Partial<Draft>): void
  original: MessageView | undefined
}) {
  const { draft, change } = props
  const { status } = useDesk()
  const { t } = useWords()
  const lineName = useLineName()
  return (
    <>
      <label className="field">
        <span>{t("compose.line")}</span>
        <select
          value={draft.line}
          disabled={draft.replyTo !== null}
          // biome-ignore lint/a11y/noAutofocus: a screen for writing begins where writing begins
          autoFocus={draft.replyTo === null && draft.line === ""}
          onChange={(event) => change({ line: event.target.value })}
        >
          <option value="">{t("compose.choose-line")}</option>
          {status.lines.map((line) => (
            <option key={line.id} value={line.id} disabled={!line.open}>
              {lineName(line)}
              {line.open ? "" : ` (${t("line.not-open")})`}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t("compose.language")}</span>
        <select
          value={draft.language}
          onChange={(event) => change({ language: LANGUAGES.find((l) => l === event.target.value) ?? draft.language })}
        >
          {LANGUAGES.map((language) => (
            <option key={language} value={language} lang={language}>
              {t(`language.${language}`)}
            </option>
          ))}
        </select>
      </label>
      <TemplateChoice draft={draft} change={change} />
      <TextField
        className="field"
        value={draft.subject}
        onChange={(subject) => change({ subject })}
        autoFocus={draft.line !== ""}
      >
        <Label>{t("compose.subject")}</Label>
        <Input lang={draft.language} maxLength={200} />
      </TextField>
      <TextField className="field" value={draft.body} onChange={(body) => change({ body })}>
        <Label>{t("compose.body")}</Label>
        <TextArea lang={draft.language} rows={12} />
      </TextField>
      <ReplyBy value={draft.replyBy} onChange={(replyBy) => change({ replyBy })} />
    </>
  )
}

import type { Draft } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { fillTemplate, TEMPLATES } from "./templates.ts"

/** Templates for recurring notes, in the language of the text. One never overwrites what somebody has written. */
export function TemplateChoice({ draft, change }: { draft: Draft; change(part: Partial<Draft>): void }) {
  const { status } = useDesk()
  const { t } = useWords()
  const line = status.lines.find(({ id }) => id === draft.line)
  const nameIn = (name: string) => status.delegations.find((d) => d.name === name)?.names[draft.language] ?? name
  const others = line?.members.filter((member) => member !== status.delegation) ?? []
  const names = { from: nameIn(status.delegation), to: others.map(nameIn).join(", ") }
  return (
    <label className="field">
      <span>{t("compose.template")}</span>
      <select
        value=""
        disabled={draft.body.trim() !== ""}
        onChange={({ target }) => {
          const template = TEMPLATES.find((one) => one === target.value)
          if (template) change(fillTemplate(template, draft.language, names))
        }}
      >
        <option value="">{t("compose.template-none")}</option>
        {TEMPLATES.map((one) => (
          <option key={one} value={one}>
            {t(`template.${one}`)}
          </option>
        ))}
      </select>
      <small className="hint">{t("compose.template-hint")}</small>
    </label>
  )
}

import { useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import { EXPERTISE, type RosterRow } from "#offices/joins/duty.ts"
import { put } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { LANGUAGES, useWords } from "../words.ts"

/** Who is called out, in which order, for what and in which language. */
export function Roster({ rows, onDone }: { rows: readonly RosterRow[]; onDone(): void }) {
  const { silent } = useDesk()
  const { t } = useWords()
  const [edited, edit] = useState<RosterRow>()
  return (
    <section className="section">
      <h2>{t("roster.title")}</h2>
      <p className="hint">{t("roster.meaning")}</p>
      <ol className="messages roster">
        {rows.map((row) => (
          <li key={row.officer} className="log-row">
            <span>{row.order === null ? t("roster.not-called") : t("roster.called", { order: row.order })}</span>
            <span className="from">
              {row.name}
              {row.onDuty && <strong> · {t("roster.on-duty")}</strong>}
            </span>
            <div>
              <p>{[row.function, ...row.expertise.map((one) => t(`expertise.${one}`))].filter(Boolean).join(" · ")}</p>
              <p>{[...row.languages.map((one) => t(`language.${one}`)), row.reach].filter(Boolean).join(" · ")}</p>
            </div>
            <Button className="button small" isDisabled={silent} onPress={() => edit(row)}>
              {t("roster.edit", { name: row.name })}
            </Button>
          </li>
        ))}
      </ol>
      {edited && <RosterDialog row={edited} onDone={onDone} onClose={() => edit(undefined)} />}
    </section>
  )
}

function RosterDialog({ row, onDone, onClose }: { row: RosterRow; onDone(): void; onClose(): void }) {
  const { t, code } = useWords()
  const [expertise, setExpertise] = useState(row.expertise)
  const [languages, setLanguages] = useState(row.languages)
  const [order, setOrder] = useState(row.order === null ? "" : String(row.order))
  const [reach, setReach] = useState(row.reach)
  async function save(): Promise<string | undefined> {
    const place = order.trim() === "" ? null : Number(order)
    const answer = await put("/duty/roster", { officer: row.officer, expertise, languages, order: place, reach })
    if ("failed" in answer) return code("refused", answer.failed)
    onDone()
    return undefined
  }
  return (
    <AskDialog title={row.name} confirm={t("roster.save")} onConfirm={save} onClose={onClose}>
      <TextField className="field" value={order} onChange={setOrder}>
        <Label>{t("roster.order")}</Label>
        <Input inputMode="numeric" maxLength={2} autoComplete="off" />
      </TextField>
      <Choices legend={t("roster.expertise")} all={EXPERTISE} held={expertise} change={setExpertise}>
        {(one) => t(`expertise.${one}`)}
      </Choices>
      <Choices legend={t("roster.languages")} all={LANGUAGES} held={languages} change={setLanguages}>
        {(one) => t(`language.${one}`)}
      </Choices>
      <TextField className="field" value={reach} onChange={setReach}>
        <Label>{t("roster.reach")}</Label>
        <Input maxLength={200} autoComplete="off" />
      </TextField>
    </AskDialog>
  )
}

type ChoicesProps<T extends string> = {
  legend: string
  all: readonly T[]
  held: readonly T[]
  change(held: T[]): void
  children(one: T): string
}

function Choices<T extends string>({ legend, all, held, change, children }: ChoicesProps<T>) {
  return (
    <fieldset>
      <legend>{legend}</legend>
      {all.map((one) => (
        <label key={one} className="check">
          <input
            type="checkbox"
            checked={held.includes(one)}
            onChange={({ target }) =>
              change(all.filter((each) => (each === one ? target.checked : held.includes(each))))
            }
          />
          {children(one)}
        </label>
      ))}
    </fieldset>
  )
}

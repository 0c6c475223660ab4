import { useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import type { LineView } from "#offices/joins/screen.ts"
import { saveFile } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useLanguage, useWords } from "../words.ts"
import { FileChoice } from "./FileChoice.tsx"

const DAY_MS = 86_400_000
const PERIODS = [1, 7, 30] as const

/** Taking a line's log for a period as a file. */
export function LineLog({ line }: { line: LineView }) {
  const { t } = useWords()
  const [asking, setAsking] = useState(false)
  return (
    <>
      <Button className="button" onPress={() => setAsking(true)}>
        {t("line.log")}
      </Button>
      {asking && <LogDialog line={line} onClose={() => setAsking(false)} />}
    </>
  )
}

function LogDialog({ line, onClose }: { line: LineView; onClose(): void }) {
  const { live } = useDesk()
  const { t, code } = useWords()
  const chosen = useLanguage().language
  const dayOf = (ago: number) => new Date(live.now() - ago * DAY_MS).toISOString().slice(0, 10)
  const [from, setFrom] = useState(() => dayOf(6))
  const [until, setUntil] = useState(() => dayOf(0))
  const [language, setLanguage] = useState(chosen)
  const [form, setForm] = useState<"pdf" | "csv">("pdf")
  const [checks, setChecks] = useState(false)
  async function take(): Promise<string | undefined> {
    const body = { from: from.trim(), until: until.trim(), language, form, checks }
    const name = `iod-line-${line.id.slice(0, 8)}-${body.from}-${body.until}.${form}`
    const answer = await saveFile(`/lines/${line.id}/log`, body, name)
    return "failed" in answer ? code("refused", answer.failed) : undefined
  }
  return (
    <AskDialog title={t("line.log")} confirm={t("sheet.save")} onConfirm={take} onClose={onClose}>
      <p>{t("log.choice-meaning")}</p>
      <Day label={t("log.from")} value={from} onChange={setFrom} />
      <Day label={t("log.until")} value={until} onChange={setUntil} />
      <p className="hint">{t("log.day-hint")}</p>
      <div className="buttons">
        {PERIODS.map((count) => (
          <Button
            key={count}
            className="button small"
            onPress={() => {
              setFrom(dayOf(count - 1))
              setUntil(dayOf(0))
            }}
          >
            {t("log.days-back", { count })}
          </Button>
        ))}
      </div>
      <label className="check">
        <input type="checkbox" checked={checks} onChange={(event) => setChecks(event.target.checked)} />
        {t("log.checks")}
      </label>
      <FileChoice forms={["pdf", "csv"]} form={form} language={language} onForm={setForm} onLanguage={setLanguage} />
    </AskDialog>
  )
}

/** A day as digits, the same in every language: a browser's own calendar would write it as its country does. */
function Day({ label, value, onChange }: { label: string; value: string; onChange(value: string): void }) {
  return (
    <TextField className="field" value={value} onChange={onChange}>
      <Label>{label}</Label>
      <Input placeholder="2026-12-31" inputMode="numeric" autoComplete="off" maxLength={10} />
    </TextField>
  )
}

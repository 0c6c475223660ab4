import { type FormEvent, useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import { useDesk } from "../desk/state.ts"
import { writeReplyBy } from "../lines/reply-by.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"

/** What is asked of the log, as the form holds it: an empty end is now. */
export type Period = { from: string; until: string; q: string }

const SPANS = [8, 24, 168] as const
const HOUR_MS = 3_600_000

/** Which part of the log is shown, and the words that are looked for in it. */
export function LogPeriod(props: { period: Period; choose(period: Period): void; wrong: string | undefined }) {
  const { choose, wrong } = props
  const { live } = useDesk()
  const { t } = useWords()
  const [period, change] = useState(props.period)
  function submit(event: FormEvent): void {
    event.preventDefault()
    choose(period)
  }
  function last(hours: number): void {
    const next = { ...period, from: writeReplyBy(live.now() - hours * HOUR_MS), until: "" }
    change(next)
    choose(next)
  }
  return (
    <form className="narrowing" onSubmit={submit}>
      <Field label={t("duty.from")} value={period.from} onChange={(from) => change({ ...period, from })} />
      <Field label={t("duty.until")} value={period.until} onChange={(until) => change({ ...period, until })} />
      <Field label={t("duty.find")} value={period.q} onChange={(q) => change({ ...period, q })} plain />
      <div className="buttons">
        <Button className="button" type="submit">
          {t("duty.show")}
        </Button>
        {SPANS.map((hours) => (
          <Button key={hours} className="button small" onPress={() => last(hours)}>
            {t("duty.hours-back", { count: hours })}
          </Button>
        ))}
      </div>
      <Wrong>{wrong}</Wrong>
    </form>
  )
}

type FieldProps = { label: string; value: string; onChange(value: string): void; plain?: boolean }

function Field({ label, value, onChange, plain }: FieldProps) {
  return (
    <TextField className="field" value={value} onChange={onChange}>
      <Label>{label}</Label>
      <Input placeholder={plain ? "" : "2026-12-31 06:00"} autoComplete="off" maxLength={plain ? 200 : 16} />
    </TextField>
  )
}

import { Input, Label, TextArea, TextField } from "react-aria-components"
import { PURPOSES, READ_BACKS } from "#offices/lines/call.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { LANGUAGES, useWords } from "../words.ts"

const ROLES = ["officer", "supervisor", "head", "interpreter", "other"] as const
const DIRECTIONS = ["to", "from"] as const

/** A telephone call as the fields of the form hold it; instants as somebody writes them. */
export type CallDraft = {
  with: string
  direction: string
  started: string
  ended: string
  answered: boolean
  role: string
  interpreter: boolean
  language: string
  purpose: string
  gist: string
  readBack: string
  readBackText: string
}
type Part = { call: CallDraft; change(part: Partial<CallDraft>): void }

/** Whom one spoke with, who called, what for, and when. */
export function CallWhom({ call, change, others }: Part & { others: readonly string[] }) {
  const { t, code } = useWords()
  const nameOf = useNameOf()
  return (
    <>
      <Choice label={t("call.with")} value={call.with} of={others} say={nameOf} onChoose={(v) => change({ with: v })} />
      <Choice
        label={t("call.direction")}
        value={call.direction}
        of={DIRECTIONS}
        say={(one) => t(one === "to" ? "call.we-called" : "call.they-called")}
        onChoose={(direction) => change({ direction })}
      />
      <Choice
        label={t("call.purpose")}
        value={call.purpose}
        of={PURPOSES}
        say={(one) => code("purpose", one)}
        onChoose={(purpose) => change({ purpose })}
      />
      <Field label={t("call.started")} value={call.started} onChange={(started) => change({ started })} />
      <Check label={t("call.was-answered")} value={call.answered} onChange={(answered) => change({ answered })} />
    </>
  )
}

/** What there is to say only where somebody answered: until when, who, and whether an interpreter was there. */
export function CallAnswered({ call, change }: Part) {
  const { t, code } = useWords()
  if (!call.answered) return null
  return (
    <>
      <Field label={t("call.ended")} value={call.ended} onChange={(ended) => change({ ended })} />
      <Choice
        label={t("call.role")}
        value={call.role}
        of={ROLES}
        say={(one) => code("call-role", one)}
        onChoose={(role) => change({ role })}
      />
      <Check label={t("call.interpreter")} value={call.interpreter} onChange={(v) => change({ interpreter: v })} />
    </>
  )
}

/** What was said, and what was read back of it. */
export function CallWords({ call, change }: Part) {
  const { t, code } = useWords()
  return (
    <>
      <Choice
        label={t("compose.language")}
        value={call.language}
        of={LANGUAGES}
        say={(one) => t(`language.${one}`)}
        onChoose={(language) => change({ language })}
      />
      <TextField className="field" value={call.gist} onChange={(gist) => change({ gist })}>
        <Label>{t("call.gist")}</Label>
        <TextArea rows={5} lang={call.language} />
      </TextField>
      {call.answered && (
        <Choice
          label={t("call.read-back")}
          value={call.readBack}
          of={READ_BACKS}
          say={(one) => code("read-back", one)}
          onChoose={(readBack) => change({ readBack })}
        />
      )}
      {call.answered && call.readBack === "DONE" && (
        <TextField className="field" value={call.readBackText} onChange={(readBackText) => change({ readBackText })}>
          <Label>{t("call.read-back-text")}</Label>
          <TextArea rows={3} lang={call.language} />
        </TextField>
      )}
    </>
  )
}

function Choice<T extends string>(props: {
  label: string
  value: string
  of: readonly T[]
  say(one: T): string
  onChoose(one: T): void
}) {
  return (
    <label className="field">
      <span>{props.label}</span>
      <select
        value={props.value}
        onChange={({ target }) => {
          const one = props.of.find((known) => known === target.value)
          if (one !== undefined) props.onChoose(one)
        }}
      >
        {props.of.map((one) => (
          <option key={one} value={one}>
            {props.say(one)}
          </option>
        ))}
      </select>
    </label>
  )
}

function Field(props: { label: string; value: string; onChange(value: string): void }) {
  return (
    <TextField className="field" value={props.value} onChange={props.onChange}>
      <Label>{props.label}</Label>
      <Input inputMode="numeric" autoComplete="off" />
    </TextField>
  )
}

function Check(props: { label: string; value: boolean; onChange(value: boolean): void }) {
  return (
    <label className="check">
      <input type="checkbox" checked={props.value} onChange={({ target }) => props.onChange(target.checked)} />
      {props.label}
    </label>
  )
}

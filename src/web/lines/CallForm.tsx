import { type FormEvent, useState } from "react"
import { Button, Input, Label, TextArea, TextField } from "react-aria-components"
import { PURPOSES, READ_BACKS } from "#offices/lines/call.ts"
import { randomWord } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Notice } from "../parts/Notice.tsx"
import { alternat } from "../parts/order.ts"
import { go } from "../router.ts"
import { LANGUAGES, useLanguage, useWords } from "../words.ts"
import { hand } from "./hand.ts"
import { readReplyBy, writeReplyBy } from "./reply-by.ts"

const ROLES = ["officer", "supervisor", "head", "interpreter", "other"] as const
const DIRECTIONS = ["to", "from"] as const

/** Entering a telephone call on the line of whom one spoke with: what was said in gist, and what was read back. */
export function CallForm({ query }: { query: URLSearchParams }) {
  const { status, live, silent } = useDesk()
  const { t, code } = useWords()
  const { language: own } = useLanguage()
  const nameOf = useNameOf()
  const line = status.lines.find(({ id }) => id === query.get("line"))
  const others = alternat(line?.members.filter((m) => m !== status.delegation) ?? [], status, line?.id ?? "")
  const about = query.get("about")
  const [call, setCall] = useState({
    ...{
      with: others.find((one) => one === query.get("with")) ?? others[0] ?? "",
      direction: "to",
      started: writeReplyBy(live.now()),
      ended: writeReplyBy(live.now()),
    },
    ...{ answered: true, role: "officer", interpreter: false, language: own as string, purpose: "NOTIFY", gist: "" },
    ...{ readBack: "DONE", readBackText: "" },
  })
  const [wrong, setWrong] = useState<string>()
  const [token] = useState(randomWord)
  const change = (part: Partial<typeof call>) => setCall({ ...call, ...part })
  if (!line) return <Heading>{t("line.unknown")}</Heading>

  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const [started, ended] = [readReplyBy(call.started), readReplyBy(call.ended)]
    if (started === undefined || (call.answered && ended === undefined))
      return setWrong(t("compose.reply-by-malformed"))
    if (call.gist.trim() === "") return setWrong(t("call.needs-gist"))
    const readBack = call.answered ? call.readBack : "NOT_APPLICABLE"
    const { direction, answered, interpreter, language, purpose } = call
    const fields = {
      ...{ with: call.with, direction, started, answered, interpreter, language, purpose, readBack },
      ...(answered && ended !== undefined && { ended, role: call.role }),
      ...(about !== null && { about }),
    }
    const texts = { gist: call.gist, ...(readBack === "DONE" && { readBackText: call.readBackText }) }
    const answer = await hand({ act: "call.entered", line: line?.id ?? "", fields, texts, token })
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    go(`/line/${line?.id}?view=calls`, "replace")
  }
  return (
    <>
      <Heading>{t("call.enter")}</Heading>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <Notice>{t("call.meaning")}</Notice>
        <Choice
          label={t("call.with")}
          value={call.with}
          of={others}
          say={nameOf}
          onChoose={(v) => change({ with: v })}
        />
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
        {call.answered && (
          <>
            <Field label={t("call.ended")} value={call.ended} onChange={(ended) => change({ ended })} />
            <Choice
              label={t("call.role")}
              value={call.role}
              of={ROLES}
              say={(one) => code("call-role", one)}
              onChoose={(role) => change({ role })}
            />
            <Check
              label={t("call.interpreter")}
              value={call.interpreter}
              onChange={(v) => change({ interpreter: v })}
            />
          </>
        )}
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
        {wrong !== undefined && (
          <p role="alert" className="wrong">
            {wrong}
          </p>
        )}
        <Button className="button strong" type="submit" isDisabled={silent}>
          {t("compose.send")}
        </Button>
      </form>
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

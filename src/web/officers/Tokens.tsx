import { type FormEvent, useId, useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import type { TokensView } from "#offices/joins/officers.ts"
import { tell } from "../desk/ask.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Instant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { dayOf } from "./Invite.tsx"

const NOTHING = { name: "", until: "", acts: [] as readonly string[], paths: [] as readonly string[] }

/** Tokens for scripts: what each may do and until when; making one, whose word is shown this once, and ending one. */
export function Tokens() {
  const { live } = useDesk()
  const { t, code } = useWords()
  const title = useId()
  const { value, again } = useResource<TokensView>("/tokens", live, (event) => event.kind === "officers")
  const [said, say] = useState(NOTHING)
  const [made, setMade] = useState<string>()
  const [wrong, setWrong] = useState<string>()
  async function make(event: FormEvent): Promise<void> {
    event.preventDefault()
    const answer = await tell<{ token: string }>("/tokens", { ...said, until: dayOf(said.until) })
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    if ("failed" in answer) return
    setMade(answer.value.token)
    say(NOTHING)
    again()
  }
  return (
    <section className="section" aria-labelledby={title}>
      <h2 id={title}>{t("token.title")}</h2>
      <p>{t("token.meaning")}</p>
      <ul className="plain-rows">
        {value?.tokens.map((one) => (
          <li key={one.id}>
            <strong>{one.name}</strong>
            <span>{[...one.acts.map((kind) => code("act", kind)), ...one.paths].join(", ")}</span>
            <span>
              {t(one.ended ? "term.ended" : "term.until")} <Instant at={one.ended ?? one.until} />
            </span>
            {one.ended === null && (
              <Button className="button small" onPress={() => void tell(`/tokens/${one.id}/end`).then(again)}>
                {t("token.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {made !== undefined && (
        <Notice live>
          <p>{t("token.shown")}</p>
          <p className="link-word">
            <code>{made}</code>
          </p>
        </Notice>
      )}
      <form className="form" onSubmit={(event) => void make(event)}>
        <TextField className="field" value={said.name} onChange={(name) => say({ ...said, name })} isRequired>
          <Label>{t("token.name")}</Label>
          <Input maxLength={120} />
        </TextField>
        <TextField className="field" value={said.until} onChange={(until) => say({ ...said, until })} isRequired>
          <Label>{t("invite.until")}</Label>
          <Input type="date" />
        </TextField>
        <Several
          title={t("token.acts")}
          all={value?.kinds ?? []}
          of={said.acts}
          choose={(acts) => say({ ...said, acts })}
          word={(kind) => code("act", kind)}
        />
        <Several
          title={t("token.paths")}
          all={value?.paths ?? []}
          of={said.paths}
          choose={(paths) => say({ ...said, paths })}
          word={(path) => path}
        />
        <Wrong>{wrong}</Wrong>
        <div className="buttons">
          <Button className="button" type="submit">
            {t("token.make")}
          </Button>
        </div>
      </form>
    </section>
  )
}

type SeveralProps = {
  title: string
  all: readonly string[]
  of: readonly string[]
  choose(all: readonly string[]): void
  word(one: string): string
}

function Several({ title, all, of, choose, word }: SeveralProps) {
  return (
    <details>
      <summary>{title}</summary>
      <fieldset>
        <legend>{title}</legend>
        {all.map((one) => (
          <label key={one} className="check">
            <input
              type="checkbox"
              checked={of.includes(one)}
              onChange={(event) => choose(event.target.checked ? [...of, one] : of.filter((each) => each !== one))}
            />
            {word(one)}
          </label>
        ))}
      </fieldset>
    </details>
  )
}

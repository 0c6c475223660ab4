import { type FormEvent, useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import { tell } from "../desk/ask.ts"
import { randomWord } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { alternat } from "../parts/order.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { go } from "../router.ts"
import { useWords, type WordId } from "../words.ts"

/** Proposing a line to other delegations, or the successor of a line: who is on it never changes afterwards. */
export function NewLine({ query }: { query: URLSearchParams }) {
  const { status, silent, again } = useDesk()
  const { t, code } = useWords()
  const lineName = useLineName()
  const before = status.lines.find((line) => line.id === query.get("follows"))
  const [chosen, choose] = useState<readonly string[]>(before?.members.filter((m) => m !== status.delegation) ?? [])
  const [purpose, setPurpose] = useState(before?.purpose ?? "")
  const [wrong, setWrong] = useState<string>()
  // One word for this proposal: handed in twice, it is one line.
  const [token] = useState(randomWord)

  async function propose(event: FormEvent): Promise<void> {
    event.preventDefault()
    const lack: WordId | undefined =
      chosen.length === 0 ? "line.new-nobody" : purpose.trim() === "" ? "line.new-needs-purpose" : undefined
    if (lack) return setWrong(t(lack))
    const follows = before && { follows: before.id }
    const answer = await tell<{ matters: string[] }>("/lines", { members: chosen, purpose, token, ...follows })
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    again()
    go("/")
  }
  return (
    <>
      <Heading>{t(before ? "line.successor" : "line.new")}</Heading>
      <form className="form" onSubmit={(event) => void propose(event)}>
        <p>{t("line.new-meaning")}</p>
        {before && (
          <p>
            {t("line.successor-of")} <strong>{lineName(before)}</strong>. {t("line.successor-meaning")}
          </p>
        )}
        <Members chosen={chosen} choose={choose} />
        {chosen.length > 0 && ![...chosen, status.delegation].includes(status.secretariat) && (
          <p className="hint" role="status">
            {t("line.new-without-secretariat")}
          </p>
        )}
        <TextField className="field" value={purpose} onChange={setPurpose} maxLength={200}>
          <Label>{t("line.new-purpose")}</Label>
          <Input />
        </TextField>
        <p className="hint">{t("line.new-purpose-hint")}</p>
        <Wrong>{wrong}</Wrong>
        <div className="buttons">
          <Button className="button strong" type="submit" isDisabled={silent}>
            {t("line.new-propose")}
          </Button>
        </div>
      </form>
    </>
  )
}

/** Every other delegation of the charter in the alternat; one that does not take part cannot be chosen. */
function Members(props: { chosen: readonly string[]; choose(names: readonly string[]): void }) {
  const { status } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const others = status.delegations.filter((d) => d.name !== status.delegation)
  const named = (those: typeof others) =>
    alternat(
      those.map((d) => d.name),
      status,
      status.office,
    )
  const away = named(others.filter((d) => d.state !== "active"))
  return (
    <fieldset>
      <legend>{t("line.new-with")}</legend>
      {named(others.filter((d) => d.state === "active")).map((name) => (
        <label key={name} className="check">
          <input
            type="checkbox"
            checked={props.chosen.includes(name)}
            onChange={(event) =>
              props.choose(event.target.checked ? [...props.chosen, name] : props.chosen.filter((one) => one !== name))
            }
          />
          {nameOf(name)}
        </label>
      ))}
      {away.length > 0 && <p className="hint">{t("line.new-not-active", { names: away.map(nameOf).join(", ") })}</p>}
    </fieldset>
  )
}

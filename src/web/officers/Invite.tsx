import { type FormEvent, useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import { ROLES, type Role } from "#offices/roles.ts"
import { tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import type { NewLink } from "./OfficersScreen.tsx"

/** Inviting an officer: name, role, function and term. What comes back is a link, good once and for a day. */
export function Invite({ onMade }: { onMade(link: NewLink): void }) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [said, say] = useState({ name: "", role: "officer" as Role, function: "", from: "", until: "" })
  const [wrong, setWrong] = useState<string>()
  async function invite(event: FormEvent): Promise<void> {
    event.preventDefault()
    const { from, until, ...rest } = said
    const answer = await tell<{ link: string }>("/officers", { ...rest, begins: dayOf(from), until: dayOf(until) })
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    onMade({ name: said.name, link: answer.value.link })
    setWrong(undefined)
    say({ ...said, name: "", function: "" })
  }
  const field = (key: "name" | "function" | "from" | "until", type = "text") => (
    <TextField
      className="field"
      value={said[key]}
      onChange={(value) => say({ ...said, [key]: value })}
      maxLength={120}
      isRequired={key === "name"}
    >
      <Label>{t(`invite.${key}`)}</Label>
      <Input type={type} />
    </TextField>
  )
  return (
    <section className="section">
      <h2>{t("invite.title")}</h2>
      <form className="form" onSubmit={(event) => void invite(event)}>
        {field("name")}
        {field("function")}
        <RoleChoice role={said.role} choose={(role) => say({ ...said, role })} />
        {field("from", "date")}
        {field("until", "date")}
        <p className="hint">{t("invite.term-hint")}</p>
        {wrong !== undefined && (
          <p role="alert" className="wrong">
            {wrong}
          </p>
        )}
        <div className="buttons">
          <Button className="button strong" type="submit" isDisabled={silent}>
            {t("invite.make")}
          </Button>
        </div>
      </form>
    </section>
  )
}

/** One of the roles, and what it lets do. */
export function RoleChoice({ role, choose }: { role: Role; choose(role: Role): void }) {
  const { t } = useWords()
  return (
    <>
      <label className="field">
        <span>{t("invite.role")}</span>
        <select value={role} onChange={(event) => choose(ROLES.find((one) => one === event.target.value) ?? role)}>
          {ROLES.map((one) => (
            <option key={one} value={one}>
              {t(`role.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <p className="hint">{t(`role-means.${role}`)}</p>
    </>
  )
}

/** A day as the instant at which it begins, UTC; nothing where none was chosen. */
export function dayOf(day: string): string | null {
  return day === "" ? null : `${day}T00:00:00.000Z`
}

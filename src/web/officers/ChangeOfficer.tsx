import { useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import type { OfficerView } from "#offices/joins/officers.ts"
import { put, tell } from "../desk/ask.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import { dayOf, RoleChoice } from "./Invite.tsx"

/** Another role, function or term for an officer, and ending access: at once, for good, and nothing else moves. */
export function ChangeOfficer({ officer, onClose, again }: { officer: OfficerView; onClose(): void; again(): void }) {
  const { t, code } = useWords()
  const [said, say] = useState({
    role: officer.role,
    function: officer.function,
    until: officer.until?.slice(0, 10) ?? "",
  })
  const [ending, setEnding] = useState(false)
  const { name } = officer
  async function change(): Promise<string | undefined> {
    const to = { role: said.role, function: said.function, begins: officer.begins, until: dayOf(said.until) }
    const answer = ending ? await tell(`/officers/${officer.id}/end`) : await put(`/officers/${officer.id}`, to)
    if ("failed" in answer) return code("refused", answer.failed)
    again()
    return undefined
  }
  return (
    <AskDialog
      title={t(ending ? "officers.end-name" : "officers.change-name", { name })}
      confirm={t(ending ? "officers.end" : "officers.change")}
      onConfirm={change}
      onClose={onClose}
    >
      {ending ? (
        <p>{t("officers.end-meaning")}</p>
      ) : (
        <>
          <RoleChoice role={said.role} choose={(role) => say({ ...said, role })} />
          <TextField className="field" value={said.function} onChange={(held) => say({ ...said, function: held })}>
            <Label>{t("invite.function")}</Label>
            <Input maxLength={120} />
          </TextField>
          <TextField className="field" value={said.until} onChange={(until) => say({ ...said, until })}>
            <Label>{t("invite.until")}</Label>
            <Input type="date" />
          </TextField>
          <Button className="button small" onPress={() => setEnding(true)}>
            {t("officers.end")}
          </Button>
        </>
      )}
    </AskDialog>
  )
}

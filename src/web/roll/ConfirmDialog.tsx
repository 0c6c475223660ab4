import { useState } from "react"
import { Label, TextArea, TextField } from "react-aria-components"
import type { RollRow } from "#offices/joins/roll.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import { say, useRowName } from "./roll.ts"

/** A council member states the fingerprint from its paper; it is compared here, not chosen from a list. */
export function ConfirmDialog({ row, onClose }: { row: RollRow; onClose(): void }) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const nameOf = useRowName()
  const [typed, setTyped] = useState("")
  const root = typed.toLowerCase().replaceAll(/[^0-9a-f]/g, "")
  async function confirm(): Promise<string | undefined> {
    if (!row.claims.some((claim) => claim.fingerprint === root)) return t("roll.confirm-differs")
    const refused = await say(status.office, { act: "delegation.key-confirmed", delegation: row.name, root })
    return refused === undefined ? undefined : code("refused", refused)
  }
  return (
    <AskDialog
      title={`${t("roll.confirm")}: ${nameOf(row)}`}
      confirm={t("roll.confirm")}
      disabled={root.length !== 64}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{t("roll.confirm-meaning")}</p>
      <TextField className="field" value={typed} onChange={setTyped} autoComplete="off">
        <Label>{t("roll.confirm-paper")}</Label>
        <TextArea rows={3} spellCheck={false} className="hash" />
      </TextField>
    </AskDialog>
  )
}

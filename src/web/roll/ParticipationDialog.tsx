import { useState } from "react"
import { Label, TextArea, TextField } from "react-aria-components"
import type { RollRow } from "#offices/joins/roll.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import { say, useRowName } from "./roll.ts"

/** What is said of participation by a press of a button, with a reason that stands on record as stated. */
export type Participating = "invited" | "suspended" | "withdrawn" | "returned"

type ParticipationDialogProps = { what: Participating; row: RollRow; k: number; onClose(): void }

/** Asks before a public act on participation leaves: it is on record for ever. */
export function ParticipationDialog({ what, row, k, onClose }: ParticipationDialogProps) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const nameOf = useRowName()
  const [reason, setReason] = useState("")
  const isOwn = row.name === status.delegation
  const titles = {
    invited: t("roll.invite"),
    suspended: t("roll.suspend"),
    withdrawn: t("roll.withdraw"),
    returned: t(isOwn ? "roll.return" : "roll.return-other"),
  }
  const meanings = {
    invited: t("roll.invite-meaning"),
    suspended: isOwn ? t("roll.suspend-own") : t("roll.suspend-other", { k }),
    withdrawn: t("roll.withdraw-meaning"),
    returned: t("roll.return-meaning"),
  }
  async function act(): Promise<string | undefined> {
    const stated = reason.trim() === "" ? {} : { reason: reason.trim() }
    const delegation = row.name
    const refused =
      what === "invited"
        ? await say(status.office, { act: "delegation.invited", delegation })
        : what === "suspended"
          ? await say(status.office, { act: "delegation.suspended", delegation, reason: reason.trim() })
          : await say(status.office, { act: `delegation.${what}`, delegation, ...stated })
    return refused === undefined ? undefined : code("refused", refused)
  }
  return (
    <AskDialog
      title={`${titles[what]}: ${nameOf(row)}`}
      confirm={titles[what]}
      disabled={what === "suspended" && reason.trim() === ""}
      onConfirm={act}
      onClose={onClose}
    >
      <p>{meanings[what]}</p>
      {what !== "invited" && (
        <TextField
          className="field"
          value={reason}
          onChange={setReason}
          isRequired={what === "suspended"}
          maxLength={2000}
        >
          <Label>{t("roll.reason")}</Label>
          <TextArea rows={4} />
        </TextField>
      )}
    </AskDialog>
  )
}

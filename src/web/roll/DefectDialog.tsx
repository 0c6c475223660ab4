import { useState } from "react"
import { Input, Label, TextArea, TextField } from "react-aria-components"
import { DEFECTS } from "#offices/roll/acts.ts"
import { hex } from "#register/bytes.ts"
import { useDesk } from "../desk/state.ts"
import { AskDialog } from "../parts/AskDialog.tsx"
import { useWords } from "../words.ts"
import { say } from "./roll.ts"

type DefectDialogProps = { file: File; delegation: string; onClose(): void }

/** Why an acceptance is not registered: which defect of form, in public, with the file's hash. */
export function DefectDialog({ file, delegation, onClose }: DefectDialogProps) {
  const { status } = useDesk()
  const { t, code } = useWords()
  const [name, setName] = useState(delegation)
  const [defect, setDefect] = useState<(typeof DEFECTS)[number]>("unreadable")
  const [reason, setReason] = useState("")
  async function state(): Promise<string | undefined> {
    const acceptance = hex(new Uint8Array(await crypto.subtle.digest("SHA-256", await file.arrayBuffer())))
    const act = { act: "mandate.defective", delegation: name, acceptance, defect, reason: reason.trim() } as const
    const refused = await say(status.office, act)
    return refused === undefined ? undefined : code("refused", refused)
  }
  return (
    <AskDialog
      title={t("roll.defect")}
      confirm={t("roll.defect")}
      disabled={reason.trim() === "" || !/^[a-z][a-z0-9-]{1,31}$/.test(name)}
      onConfirm={state}
      onClose={onClose}
    >
      <p>{t("roll.register-meaning")}</p>
      <TextField className="field" value={name} onChange={setName} isRequired>
        <Label>{t("roll.defect-name")}</Label>
        <Input autoComplete="off" />
      </TextField>
      <fieldset>
        <legend>{t("roll.defect-which")}</legend>
        {DEFECTS.map((one) => (
          <label key={one} className="check">
            <input type="radio" name="defect" checked={defect === one} onChange={() => setDefect(one)} />
            {t(`defect.${one}`)}
          </label>
        ))}
      </fieldset>
      <TextField className="field" value={reason} onChange={setReason} isRequired maxLength={2000}>
        <Label>{t("roll.reason")}</Label>
        <TextArea rows={3} />
      </TextField>
    </AskDialog>
  )
}

import { type FormEvent, useState } from "react"
import { Button, Input, Label, TextField } from "react-aria-components"
import { useWords } from "../words.ts"
import { addPasskey } from "./passkey.ts"

/** Registering a passkey of one's own: its name first, then the browser asks for the key or the device. */
export function AddPasskey({ count, onAdded }: { count: number; onAdded(): void }) {
  const { t, code } = useWords()
  const [name, setName] = useState("")
  const [wrong, setWrong] = useState<string>()
  const [second, setSecond] = useState(false)
  const [busy, setBusy] = useState(false)
  async function add(event: FormEvent): Promise<void> {
    event.preventDefault()
    setBusy(true)
    const answer = await addPasskey(
      name.trim() === "" ? t("passkey.nameless", { number: count + 1 }) : name.trim(),
      second,
    )
    setBusy(false)
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    if ("failed" in answer) return
    setName("")
    setSecond(false)
    onAdded()
  }
  return (
    <form className="form" onSubmit={(event) => void add(event)}>
      <TextField className="field" value={name} onChange={setName} maxLength={80}>
        <Label>{t("passkey.name")}</Label>
        <Input placeholder={t("passkey.nameless", { number: count + 1 })} />
      </TextField>
      <p className="hint">{t("passkey.hint")}</p>
      <label className="check">
        <input type="checkbox" checked={second} onChange={(event) => setSecond(event.target.checked)} />
        <span>{t("passkey.second")}</span>
      </label>
      <p className="hint">{t("passkey.second-hint")}</p>
      {wrong !== undefined && (
        <p role="alert" className="wrong">
          {wrong}
        </p>
      )}
      <div className="buttons">
        <Button className="button" type="submit" isDisabled={busy}>
          {t("passkey.add")}
        </Button>
      </div>
    </form>
  )
}

import { type FormEvent, useState } from "react"
import { Button, Label, TextArea, TextField } from "react-aria-components"
import { tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"

/** The outgoing officer signs the watch off; where he cannot, another does in his place and says why. */
export function OfferHandover({ inPlace, onDone }: { inPlace: boolean; onDone(): void }) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [notes, setNotes] = useState("")
  const [because, setBecause] = useState("")
  const [wrong, setWrong] = useState<string>()
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    const why = inPlace && because.trim() !== "" ? because : null
    const answer = await tell("/duty/handover", { notes, because: why })
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    setNotes("")
    setBecause("")
    setWrong(undefined)
    onDone()
    document.querySelector<HTMLElement>("main h1")?.focus()
  }
  return (
    <section className="section">
      <h2>{t("handover.sign-off")}</h2>
      <p className="hint">{t("handover.meaning")}</p>
      <form className="form" onSubmit={(event) => void submit(event)}>
        <TextField className="field" value={notes} onChange={setNotes}>
          <Label>{t("handover.notes")}</Label>
          <TextArea rows={4} maxLength={8000} />
        </TextField>
        {inPlace && (
          <TextField className="field" value={because} onChange={setBecause}>
            <Label>{t("handover.because")}</Label>
            <TextArea rows={2} maxLength={1000} />
          </TextField>
        )}
        <Wrong>{wrong}</Wrong>
        <div className="buttons">
          <Button className="button strong" type="submit" isDisabled={silent}>
            {t("handover.sign-off")}
          </Button>
        </div>
      </form>
    </section>
  )
}

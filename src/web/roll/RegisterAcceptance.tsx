import { useState } from "react"
import { Button } from "react-aria-components"
import type { PublicAct } from "#offices/roll/acts.ts"
import { sendFile, tell } from "../desk/ask.ts"
import { randomWord } from "../desk/drafts.ts"
import { useDesk } from "../desk/state.ts"
import { Hash } from "../parts/Hash.tsx"
import { useWords } from "../words.ts"
import { DefectDialog } from "./DefectDialog.tsx"

/** What the desk read from a file that reached the secretariat. */
type Read = {
  delegation: string
  fingerprint: string
  names: { en: string; uk: string; ru: string } | null
  act: PublicAct
}

/** The clerk's part of an entry: read the file, see whose it is, register it or state the defect of its form. */
export function RegisterAcceptance() {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [file, setFile] = useState<File>()
  const [read, setRead] = useState<Read>()
  const [said, setSaid] = useState<string>()
  const [isDefect, setDefect] = useState(false)

  async function choose(chosen: File | undefined): Promise<void> {
    setFile(chosen)
    setRead(undefined)
    setSaid(undefined)
    if (!chosen) return
    const answer = await sendFile<Read>("/roll/accession", chosen)
    if ("failed" in answer) setSaid(code("refused", answer.failed))
    else setRead(answer.value)
  }
  async function register(): Promise<void> {
    const answer = await tell("/roll", { act: read?.act, token: randomWord() })
    setSaid("failed" in answer ? code("refused", answer.failed) : t("roll.register-done"))
    if (!("failed" in answer)) setRead(undefined)
  }
  return (
    <section className="section">
      <h2>{t("roll.register")}</h2>
      <p>{t("roll.register-meaning")}</p>
      <label className="field">
        <span>{t("roll.register-file")}</span>
        <input type="file" accept=".json,application/json" onChange={({ target }) => void choose(target.files?.[0])} />
      </label>
      {read && (
        <p>
          {t("roll.register-read", { name: read.names ? `${read.names.en} (${read.delegation})` : read.delegation })}{" "}
          <Hash of={read.fingerprint} />
        </p>
      )}
      {said !== undefined && <p role="status">{said}</p>}
      <div className="buttons">
        {read && (
          <Button className="button strong" isDisabled={silent} onPress={() => void register()}>
            {t("roll.register-do")}
          </Button>
        )}
        {file && (
          <Button className="button" isDisabled={silent} onPress={() => setDefect(true)}>
            {t("roll.defect")}
          </Button>
        )}
      </div>
      {isDefect && file && (
        <DefectDialog file={file} delegation={read?.delegation ?? ""} onClose={() => setDefect(false)} />
      )}
    </section>
  )
}

import { type FormEvent, useState } from "react"
import { Button, Input, Label, TextArea, TextField } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import { put } from "../desk/ask.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { hand } from "../lines/hand.ts"
import { Original } from "../lines/Original.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Notice } from "../parts/Notice.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { go } from "../router.ts"
import { isLanguage, LANGUAGES, type Language, useWords } from "../words.ts"
import { GlossaryHint } from "./GlossaryHint.tsx"

/** Writing a translation, with the original and the glossary beside it. */
export function Translate({ line, matter, into }: { line: string; matter: string; into: string | null }) {
  const { live } = useDesk()
  const { t } = useWords()
  const { value } = useResource<MessageView>(`/messages/${line}/${matter}`, live, () => false)
  return (
    <>
      <Heading>{t("translation.write")}</Heading>
      {value && (
        <div className="compose" data-reply>
          <TranslateForm message={value} into={into} />
          <div>
            <Original message={value} />
            {isLanguage(value.language) && (
              <GlossaryHint text={`${value.subject ?? ""} ${value.body ?? ""}`} language={value.language} />
            )}
          </div>
        </div>
      )}
    </>
  )
}

const KINDS = ["AUTHENTIC", "OFFICIAL", "WORKING", "MACHINE"] as const
type Kind = (typeof KINDS)[number]

/** What this delegation may call its translation: the rules' own answer (offices/lines/translation.ts). */
function kindsFor(message: MessageView, delegation: string, secretariat: string): readonly Kind[] {
  if (message.by === delegation) return KINDS
  return delegation === secretariat ? ["WORKING", "MACHINE"] : ["OFFICIAL", "WORKING", "MACHINE"]
}

function TranslateForm({ message, into }: { message: MessageView; into: string | null }) {
  const { status, silent } = useDesk()
  const { t, code } = useWords()
  const languages = LANGUAGES.filter((one) => one !== message.language)
  const kinds = kindsFor(message, status.delegation, status.secretariat)
  const [language, setLanguage] = useState<Language>(languages.find((one) => one === into) ?? languages[0] ?? "en")
  const [kind, setKind] = useState<Kind>(kinds.includes("WORKING") ? "WORKING" : "OFFICIAL")
  const [subject, setSubject] = useState("")
  const [body, setBody] = useState("")
  const [wrong, setWrong] = useState<string>()
  const { line, matter, header: of, precedence } = message
  async function submit(event: FormEvent): Promise<void> {
    event.preventDefault()
    if (subject.trim() === "" || body.trim() === "") return setWrong(t("translation.needs-both"))
    const answer =
      kind === "MACHINE"
        ? await put(`/messages/${line}/${matter}/aids`, { language, subject, body })
        : await hand({
            ...{ act: "message.translated", line, precedence },
            ...{ fields: { matter, of, language, kind }, texts: { subject, body } },
          })
    if ("failed" in answer) return setWrong(code("refused", answer.failed))
    go(`/message/${line}/${matter}`, "replace")
  }
  return (
    <form className="form" onSubmit={(event) => void submit(event)}>
      <label className="field">
        <span>{t("translation.language")}</span>
        <select
          value={language}
          onChange={({ target }) => setLanguage(isLanguage(target.value) ? target.value : language)}
        >
          {languages.map((one) => (
            <option key={one} value={one} lang={one}>
              {t(`language.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="field">
        <span>{t("translation.kind")}</span>
        <select value={kind} onChange={({ target }) => setKind(KINDS.find((one) => one === target.value) ?? kind)}>
          {kinds.map((one) => (
            <option key={one} value={one}>
              {t(`translation-kind.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <Notice>{t(`translation-means.${kind}`)}</Notice>
      <TextField className="field" value={subject} onChange={setSubject}>
        <Label>{t("compose.subject")}</Label>
        <Input lang={language} maxLength={2000} />
      </TextField>
      <TextField className="field" value={body} onChange={setBody}>
        <Label>{t("compose.body")}</Label>
        <TextArea lang={language} rows={12} />
      </TextField>
      <Wrong>{wrong}</Wrong>
      <div className="buttons">
        <Button className="button strong" type="submit" isDisabled={silent}>
          {t(kind === "MACHINE" ? "translation.keep" : "compose.send")}
        </Button>
      </div>
    </form>
  )
}

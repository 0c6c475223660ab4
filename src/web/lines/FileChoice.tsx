import { LANGUAGES, type Language, useWords } from "../words.ts"

export type FileForm = "pdf" | "text" | "csv"

type FileChoiceProps<Form extends FileForm> = {
  forms: readonly Form[]
  form?: Form
  language: Language
  onForm?(form: NoInfer<Form>): void
  onLanguage(language: Language): void
}

/** In which form, where there are several, and in which language a file is made: languages by their own names. */
export function FileChoice<Form extends FileForm>({ forms, form, language, ...on }: FileChoiceProps<Form>) {
  const { t } = useWords()
  return (
    <>
      {forms.length > 0 && (
        <fieldset>
          <legend>{t("file.form")}</legend>
          {forms.map((one) => (
            <label key={one} className="check">
              <input type="radio" name="file-form" checked={form === one} onChange={() => on.onForm?.(one)} />
              {t(`file.${one}`)}
            </label>
          ))}
        </fieldset>
      )}
      <label className="field">
        <span>{t("file.language")}</span>
        <select
          value={language}
          onChange={(event) => on.onLanguage(LANGUAGES.find((one) => one === event.target.value) ?? language)}
        >
          {LANGUAGES.map((one) => (
            <option key={one} value={one} lang={one}>
              {t(`language.${one}`)}
            </option>
          ))}
        </select>
      </label>
    </>
  )
}

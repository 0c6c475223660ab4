import { LANGUAGES, useLanguage, useWords } from "../words.ts"

/** Languages by their own names; no flag stands for any of them. */
export function LanguageChoice() {
  const { t } = useWords()
  const { language, choose } = useLanguage()
  return (
    <select
      aria-label={t("language.label")}
      value={language}
      onChange={(event) => choose(LANGUAGES.find((l) => l === event.target.value) ?? language)}
    >
      {LANGUAGES.map((one) => (
        <option key={one} value={one} lang={one}>
          {t(`language.${one}`)}
        </option>
      ))}
    </select>
  )
}

import { useDesk } from "../desk/state.ts"
import { type Language, useWords } from "../words.ts"
import { others, termsIn } from "./glossary.ts"

/** Terms of the charter's glossary in what is being written, with what they are called in the other languages. */
export function GlossaryHint({ text, language }: { text: string; language: Language }) {
  const { status } = useDesk()
  const { t } = useWords()
  const terms = termsIn(text, language, status.glossary)
  if (terms.length === 0) return null
  return (
    <details className="glossary" open>
      <summary>{t("glossary.title")}</summary>
      <dl>
        {terms.map((term) => (
          <div key={term.en}>
            <dt lang={language}>{term[language]}</dt>
            {others(language).map((other) => (
              <dd key={other} lang={other}>
                {term[other]}
              </dd>
            ))}
          </div>
        ))}
      </dl>
    </details>
  )
}

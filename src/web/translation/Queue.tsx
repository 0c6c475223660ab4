import type { Untranslated } from "#offices/joins/watch.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { isLanguage, useWords } from "../words.ts"

/** The translator's queue: messages of the last fortnight that lack a language of the office, most urgent first. */
export function TranslationQueue() {
  const { status, live } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const lineName = useLineName()
  const { value } = useResource<Untranslated[]>("/translations", live, (event) => event.kind === "entered")
  return (
    <>
      <Heading>{t("translation.queue")}</Heading>
      <p className="hint">{t("translation.queue-meaning")}</p>
      {value?.length === 0 && <p>{t("translation.queue-empty")}</p>}
      <ul className="messages">
        {value?.map((one) => {
          const line = status.lines.find(({ id }) => id === one.line)
          return (
            <li key={`${one.line}/${one.matter}`} className="message-item">
              <PrecedenceMark of={one.precedence} />
              <span className="from">
                {nameOf(one.by)} <small>{line && lineName(line)}</small>
              </span>
              <To
                data-row
                href={`/translate/${one.line}/${one.matter}?into=${one.missing[0] ?? ""}`}
                lang={one.language}
              >
                {one.subject ?? t("text.gone")}
              </To>
              <span className="marks">
                {t("translation.missing")}{" "}
                {one.missing
                  .map((language) => (isLanguage(language) ? t(`language.${language}`) : language))
                  .join(", ")}
              </span>
              <Instant at={one.at} />
            </li>
          )
        })}
      </ul>
    </>
  )
}

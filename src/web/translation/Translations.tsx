import { Tab, TabList, TabPanel, Tabs } from "react-aria-components"
import type { MessageView } from "#offices/joins/screen.ts"
import type { Aid } from "#offices/joins/watch.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { To } from "../parts/To.tsx"
import { isLanguage, LANGUAGES, type Language, useWords } from "../words.ts"

type Shown = { kind: string; by: string; at: string; subject: string | null; body: string | null }

/**
 * The original and everything that is said to be its translation: the original is always the first tab. Several
 * translations into one language stand side by side in equal type; none of them is preferred.
 */
export function Translations({ message }: { message: MessageView }) {
  const { live } = useDesk()
  const { t } = useWords()
  const { line, matter } = message
  const aids = useResource<Aid[]>(
    `/messages/${line}/${matter}/aids`,
    live,
    (event) => event.kind === "mark" && event.matter === matter,
  )
  const nameOf = useNameOf()
  const of = (language: Language): Shown[] => [
    ...message.translations.filter((one) => one.language === language).map((one) => ({ ...one, by: nameOf(one.by) })),
    ...(aids.value ?? []).filter((one) => one.language === language).map((one) => ({ ...one, kind: "MACHINE" })),
  ]
  const languages = LANGUAGES.filter((language) => of(language).length > 0)
  const missing = LANGUAGES.filter((one) => one !== message.language && !languages.includes(one))
  return (
    <section aria-label={t("translation.title")}>
      {languages.length === 0 ? (
        <Words text={message.body} language={message.language} />
      ) : (
        <Tabs className="tabs">
          <TabList aria-label={t("translation.title")}>
            <Tab id="original">{t("translation.original", { language: name(t, message.language) })}</Tab>
            {languages.map((language) => (
              <Tab key={language} id={language}>
                {t(`language.${language}`)}
              </Tab>
            ))}
          </TabList>
          <TabPanel id="original">
            <Words text={message.body} language={message.language} />
          </TabPanel>
          {languages.map((language) => (
            <TabPanel key={language} id={language}>
              {of(language).length > 1 && <Notice>{t("translation.divergent")}</Notice>}
              <div className="beside">
                {of(language).map((one) => (
                  <Translation key={`${one.kind}${one.by}${one.at}`} one={one} language={language} />
                ))}
              </div>
            </TabPanel>
          ))}
        </Tabs>
      )}
      <p className="links hint">
        {missing.map((language) => (
          <To key={language} href={`/translate/${line}/${matter}?into=${language}`}>
            {t("translation.into", { language: t(`language.${language}`) })}
          </To>
        ))}
        {languages.length > 0 && <To href={`/translate/${line}/${matter}`}>{t("translation.another")}</To>}
      </p>
    </section>
  )
}

function Translation({ one, language }: { one: Shown; language: Language }) {
  const { t, code } = useWords()
  return (
    <article>
      <p className="hint">
        <strong>{code("translation-kind", one.kind)}</strong> · {one.by} · <FullInstant at={one.at} />
      </p>
      <h2 lang={language}>{one.subject ?? t("text.gone")}</h2>
      <Words text={one.body} language={language} />
    </article>
  )
}

function Words({ text, language }: { text: string | null; language: string }) {
  const { t } = useWords()
  return (
    <p className="body" lang={text === null ? undefined : language}>
      {text ?? t("text.gone")}
    </p>
  )
}

function name(t: ReturnType<typeof useWords>["t"], language: string): string {
  return isLanguage(language) ? t(`language.${language}`) : language
}

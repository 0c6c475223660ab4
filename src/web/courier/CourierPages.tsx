import { Button } from "react-aria-components"
import { useDesk } from "../desk/state.ts"
import { useNameOf } from "../parts/Delegation.tsx"
import { Qr } from "../parts/Qr.tsx"
import { useLanguage, useWords } from "../words.ts"

/** Numbered pages for paper, two on a sheet: each says of which whole it is, so that a lost one can be named. */
export function CourierPages({ pages }: { pages: readonly string[] }) {
  const { status } = useDesk()
  const { t } = useWords()
  const { language } = useLanguage()
  const nameOf = useNameOf()
  const whole = pages[0]?.split(":")[1]?.slice(0, 16).toLowerCase() ?? ""
  return (
    <>
      <div className="buttons">
        <Button className="button strong" onPress={() => window.print()}>
          {t("courier.print")}
        </Button>
      </div>
      <div className="fax courier-pages">
        {pages.map((page, i) => (
          <div key={page} className="courier-page">
            {status.exercise && <p className="fax-exercise">{t("exercise.all-words")}</p>}
            <p className="fax-office">{status.officeName[language]}</p>
            <p>
              <strong>{t("courier.page", { number: i + 1, of: pages.length })}</strong> · {nameOf(status.delegation)} ·{" "}
              <span className="fax-groups">{whole}</span>
            </p>
            <Qr text={page} label={t("courier.page", { number: i + 1, of: pages.length })} />
          </div>
        ))}
      </div>
    </>
  )
}

import { Button } from "react-aria-components"
import { tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { Instant } from "../parts/Instant.tsx"
import { Notice } from "../parts/Notice.tsx"
import { useWords } from "../words.ts"

/** For supervisor and head alone: an officer may have been forced. It makes no sound and rings nowhere. */
export function CareBanner() {
  const { status, again } = useDesk()
  const { t } = useWords()
  return status.care.map(({ seq, name, at }) => (
    <Notice key={seq}>
      <p>
        {t("care.told", { name })} <Instant at={at} />
      </p>
      <p className="hint">{t("care.meaning")}</p>
      <Button className="button small" onPress={() => void tell(`/care/${seq}/see`).then(again)}>
        {t("care.seen")}
      </Button>
    </Notice>
  ))
}

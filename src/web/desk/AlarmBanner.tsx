import { useState } from "react"
import { Button } from "react-aria-components"
import { AskDialog } from "../parts/AskDialog.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { tell } from "./ask.ts"
import { useDesk } from "./state.ts"

/** Stands on every screen while the registry is convicted of something: what it means, and how officers go on. */
export function AlarmBanner() {
  const { status, silent, again } = useDesk()
  const { t, code } = useWords()
  const [asking, setAsking] = useState(false)
  const alarm = status.distrusted
  if (!alarm) return null
  async function resume(): Promise<string | undefined> {
    const answer = await tell<{ resumed: boolean }>("/resume")
    again()
    if ("failed" in answer) return code("refused", answer.failed)
    return answer.value.resumed ? undefined : t("alarm.second-officer")
  }
  return (
    <section className="alarm" aria-label={t("alarm.title")}>
      <h2>{t("alarm.title")}</h2>
      <p>
        {code("fault", alarm.code)} <FullInstant at={alarm.at} />
      </p>
      <p>{t("alarm.meaning")}</p>
      <div className="buttons">
        <To className="button" href="/register">
          {t("alarm.evidence")}
        </To>
        <Button className="button" isDisabled={silent} onPress={() => setAsking(true)}>
          {t("alarm.resume")}
        </Button>
      </div>
      {asking && (
        <AskDialog
          title={t("alarm.resume")}
          confirm={t("alarm.resume-confirm")}
          onConfirm={resume}
          onClose={() => setAsking(false)}
        >
          <p>{t("alarm.resume-meaning")}</p>
        </AskDialog>
      )}
    </section>
  )
}

import { Button } from "react-aria-components"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { tell } from "./ask.ts"
import { useDesk } from "./state.ts"

/** Stands on every screen of a desk that came back from a backup until nothing of it is left to look at. */
export function RestoredBanner() {
  const { status, silent, again } = useDesk()
  const { t, code } = useWords()
  const { restored } = status
  if (!restored) return null
  const { foreign, refused, caughtUp, held } = restored
  if (caughtUp && held === 0 && !foreign) return null
  async function goOn(): Promise<void> {
    await tell("/restored-foreign")
    again()
  }
  return (
    <section className="alarm" role="alert" aria-label={t("restored.title")}>
      <h2>{foreign ? t("restored.foreign") : t("restored.title")}</h2>
      {foreign && (
        <p>
          {t("restored.foreign-meaning", { index: foreign.index })} <FullInstant at={foreign.at} />
        </p>
      )}
      {refused !== null && (
        <p>
          {t("restored.refused")} {code("refused", refused)}
        </p>
      )}
      {!caughtUp && <p>{t("restored.catching-up")}</p>}
      {held > 0 && <p>{t("restored.held", { count: held })}</p>}
      <div className="buttons">
        <To className="button" href="/restored">
          {t("restored.look")}
        </To>
        {foreign && (
          <Button className="button" isDisabled={silent} onPress={() => void goOn()}>
            {t("restored.go-on")}
          </Button>
        )}
      </div>
    </section>
  )
}

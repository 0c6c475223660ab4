import { Button } from "react-aria-components"
import { useNameOf } from "../parts/Delegation.tsx"
import { FullInstant } from "../parts/Instant.tsx"
import { To } from "../parts/To.tsx"
import { useWords } from "../words.ts"
import { tell } from "./ask.ts"
import { useDesk } from "./state.ts"

/** Stands on every screen until an officer has looked: somebody acted in this delegation's name, and not its desk. */
export function KeyEventBanner() {
  const { status, silent, again } = useDesk()
  const { t, code } = useWords()
  const nameOf = useNameOf()
  const event = status.keyEvent
  if (!event) return null
  async function see(): Promise<void> {
    await tell(`/roll/events/${event?.index}/see`)
    again()
  }
  return (
    <section className="alarm" role="alert" aria-label={t("key-event.title")}>
      <h2>{t("key-event.title")}</h2>
      <p>
        <strong>{code("roll-act", event.act)}</strong>, {t("key-event.by", { name: nameOf(event.by) })}{" "}
        <FullInstant at={event.at} />
      </p>
      <p>{t("key-event.meaning")}</p>
      <div className="buttons">
        <To className="button" href={`/roll/${status.delegation}`}>
          {t("roll.keys")}
        </To>
        <Button className="button" isDisabled={silent} onPress={() => void see()}>
          {t("key-event.seen")}
        </Button>
      </div>
    </section>
  )
}

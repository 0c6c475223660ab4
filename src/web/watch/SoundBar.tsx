import { useState } from "react"
import { Button } from "react-aria-components"
import { SEATS } from "#offices/joins/notices.ts"
import { store } from "../desk/preferences.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { chosenSeat, useRinging, useSilence } from "./ringing.ts"
import { allowSound, canSound, sound } from "./sounds.ts"

/** Whose seat this is, whether it sounds, and trying how it sounds: what cannot be heard is said in words. */
export function SoundBar() {
  const desk = useDesk()
  const { t } = useWords()
  const heard = useRinging(desk)
  const [silence, setSilence] = useSilence()
  const [seat, setSeat] = useState(chosenSeat)
  const [tried, setTried] = useState<"no" | "heard" | "blocked">(() => (canSound() ? "heard" : "no"))
  async function listen(): Promise<void> {
    const allowed = await allowSound()
    setTried(allowed ? "heard" : "blocked")
    if (!allowed) return
    sound("IMMEDIATE")
    setTimeout(() => sound("FLASH"), 1600)
  }
  const blocked = heard === "blocked" || tried === "blocked"
  return (
    <section className="sounds" aria-label={t("sounds.title")}>
      <label>
        {t("seat.label")}{" "}
        <select
          value={seat}
          onChange={({ target }) => {
            store("seat", target.value)
            setSeat(chosenSeat())
          }}
        >
          {SEATS.map((one) => (
            <option key={one} value={one}>
              {t(`seat.${one}`)}
            </option>
          ))}
        </select>
      </label>
      <label className="check">
        <input type="checkbox" checked={silence} onChange={({ target }) => setSilence(target.checked)} />
        {t("sounds.silence")}
      </label>
      {!silence && (
        <Button className="button small" onPress={() => void listen()}>
          {t("sounds.try")}
        </Button>
      )}
      <span role="status">
        {silence && <strong>{t("sounds.silent")}</strong>}
        {!silence && blocked && <strong>{t("sounds.blocked")}</strong>}
        {!silence && !blocked && tried === "no" && t("sounds.untried")}
        {!silence && !blocked && tried === "heard" && t("sounds.on")}
      </span>
    </section>
  )
}

import { useState } from "react"
import { Button } from "react-aria-components"
import { SEATS } from "#offices/joins/notices.ts"
import { store } from "../desk/preferences.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { chosenSeat, useRinging, useSilence } from "./ringing.ts"
import { allowSound, canSound, sound } from "./sounds.ts"

const TRIED = { no: "untried", heard: "on", blocked: "blocked" } as const

/** Whose seat this is, whether it sounds, and trying how it sounds: what cannot be heard is said in words. */
export function SoundBar() {
  const desk = useDesk()
  const { t } = useWords()
  const heard = useRinging(desk)
  const [silence, setSilence] = useSilence()
  const [seat, setSeat] = useState(chosenSeat)
  const [tried, setTried] = useState<keyof typeof TRIED>(() => (canSound() ? "heard" : "no"))
  async function listen(): Promise<void> {
    const allowed = await allowSound()
    setTried(allowed ? "heard" : "blocked")
    if (!allowed) return
    sound("IMMEDIATE")
    setTimeout(() => sound("FLASH"), 1600)
  }
  const state = silence ? "silent" : heard === "blocked" ? "blocked" : TRIED[tried]
  const trying = !silence && (
    <Button className="button small" onPress={() => void listen()}>
      {t("sounds.try")}
    </Button>
  )
  return (
    <section className="sounds" aria-label={t("sounds.title")}>
      <span role="status">{state === "on" ? t("sounds.on") : <strong>{t(`sounds.${state}`)}</strong>}</span>
      {state !== "on" && trying}
      <details>
        <summary>{t("sounds.settings")}</summary>
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
        {state === "on" && trying}
        <p className="hint">{t("sounds.order")}</p>
      </details>
    </section>
  )
}

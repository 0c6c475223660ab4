import { useState } from "react"
import { Button } from "react-aria-components"
import { useWords } from "../words.ts"
import { tell } from "./ask.ts"
import { LanguageChoice } from "./LanguageChoice.tsx"
import { chosenTheme, showTheme, store, THEMES } from "./preferences.ts"
import { useDesk } from "./state.ts"

/** Language by its own name, light or dark, the keys, and leaving. */
export function Preferences({ onKeys }: { onKeys(): void }) {
  const { t } = useWords()
  const { status, again } = useDesk()
  const [theme, setTheme] = useState(chosenTheme)
  function paint(next: string): void {
    store("theme", next)
    showTheme()
    setTheme(chosenTheme())
  }
  return (
    <div className="preferences">
      <LanguageChoice />
      <select aria-label={t("theme.label")} value={theme} onChange={(event) => paint(event.target.value)}>
        {THEMES.map((one) => (
          <option key={one} value={one}>
            {t(`theme.${one}`)}
          </option>
        ))}
      </select>
      <Button className="button small" onPress={onKeys}>
        {t("keys.title")}
      </Button>
      {status.me.canLock && (
        <Button className="button small" onPress={() => void tell("/me/lock").then(again)}>
          {t("lock.lock")}
        </Button>
      )}
      <Button className="button small" onPress={() => void tell("/sign-out").then(again)}>
        {t("sign-out")}
      </Button>
    </div>
  )
}

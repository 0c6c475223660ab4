import { type ReactNode, useState } from "react"
import { StopBar } from "../lines/StopBar.tsx"
import { CareBanner } from "../officers/CareBanner.tsx"
import { go } from "../router.ts"
import { goToSearch } from "../search/asked.ts"
import { SoundBar } from "../watch/SoundBar.tsx"
import { TelephoneBar } from "../watch/TelephoneBar.tsx"
import { useWords } from "../words.ts"
import { AlarmBanner } from "./AlarmBanner.tsx"
import { ExerciseBanner } from "./ExerciseBanner.tsx"
import { KeyEventBanner } from "./KeyEventBanner.tsx"
import { KeysDialog } from "./KeysDialog.tsx"
import { isOnRow, stepRow, useKeys } from "./keys.ts"
import { Lines } from "./Lines.tsx"
import { NeedsBanner } from "./NeedsBanner.tsx"
import { RecordsPolicy } from "./RecordsPolicy.tsx"
import { RestoredBanner } from "./RestoredBanner.tsx"
import { SilenceBanner } from "./SilenceBanner.tsx"
import { StatusBar } from "./StatusBar.tsx"
import { useDesk } from "./state.ts"
import { UrgentBar } from "./UrgentBar.tsx"

/** What stands around every screen: exercise, whose desk, the clocks, the connection, the lines, the keys. */
export function Shell({ children }: { children: ReactNode }) {
  const { status } = useDesk()
  const { t } = useWords()
  const [keysShown, showKeys] = useState(false)
  useKeys({
    "g i": () => go("/"),
    "g w": () => go("/watch"),
    "g l": () => go("/log"),
    "g h": () => go("/handover"),
    "g o": () => go("/overdue"),
    "g c": () => go("/changes"),
    "g b": () => go("/board"),
    "g t": () => go("/translations"),
    "g r": () => go("/register"),
    n: () => go("/compose"),
    "/": goToSearch,
    j: () => stepRow(1),
    k: () => stepRow(-1),
    "?": () => showKeys(true),
    "!": () => go("/stop"),
    d: status.exercise ? () => go("/stop?drill=1") : undefined,
  })
  return (
    <div className="shell">
      <a className="skip" href="#main">
        {t("skip")}
      </a>
      {status.exercise && <ExerciseBanner />}
      <StatusBar onKeys={() => showKeys(true)} />
      <AlarmBanner />
      <CareBanner />
      <NeedsBanner />
      <KeyEventBanner />
      <RestoredBanner />
      <SilenceBanner />
      <StopBar />
      <UrgentBar />
      <TelephoneBar />
      <SoundBar />
      <div className="columns">
        <Lines />
        <main id="main" tabIndex={-1} onKeyDown={arrows}>
          {children}
        </main>
      </div>
      <footer className="foot">
        <p>{t("foot.transmits")}</p>
        <details>
          <summary>{t("policy.title")}</summary>
          <RecordsPolicy />
        </details>
      </footer>
      {keysShown && <KeysDialog onClose={() => showKeys(false)} />}
    </div>
  )
}

/** Arrows move among rows once the focus is on one; elsewhere they scroll. */
function arrows(event: { key: string; preventDefault(): void }): void {
  const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : undefined
  if (step === undefined || !isOnRow()) return
  event.preventDefault()
  stepRow(step)
}

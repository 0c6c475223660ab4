import { useState } from "react"
import { Button } from "react-aria-components"
import { tell } from "../desk/ask.ts"
import { ExerciseBanner } from "../desk/ExerciseBanner.tsx"
import { isExercise } from "../desk/exercise.ts"
import { Heading } from "../parts/Heading.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { showPasskey } from "./passkey.ts"

/** A locked screen: nothing of the desk stands on it until whoever locked it shows a passkey, or it is left for good. */
export function Locked({ onOpened }: { onOpened(): void }) {
  const { t, code } = useWords()
  const [wrong, setWrong] = useState<string>()
  async function open(): Promise<void> {
    const answer = await showPasskey("/me/unlock/options", "/me/unlock")
    if ("failed" in answer) setWrong(code("refused", answer.failed))
    else onOpened()
  }
  return (
    <>
      {isExercise() && <ExerciseBanner />}
      <main className="alone" id="main">
        <Heading>{t("lock.title")}</Heading>
        <p>{t("lock.meaning")}</p>
        <Wrong>{wrong}</Wrong>
        <div className="buttons">
          <Button className="button strong" onPress={() => void open()}>
            {t("lock.open")}
          </Button>
          <Button className="button" onPress={() => void tell("/sign-out").then(onOpened)}>
            {t("sign-out")}
          </Button>
        </div>
      </main>
    </>
  )
}

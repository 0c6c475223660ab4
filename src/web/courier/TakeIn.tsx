import { type ChangeEvent, useState } from "react"
import { Button } from "react-aria-components"
import type { CourierOutcome, CourierPages } from "#offices/joins/courier.ts"
import { sendFile, tell } from "../desk/ask.ts"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { Outcome } from "./Outcome.tsx"
import { textsIn } from "./photographs.ts"

/** Taking in what a courier brings: a file, or photographs and scans of pages, in any order. */
export function TakeIn() {
  const { t, code } = useWords()
  // Here until the whole is there: a page that was photographed badly is photographed again.
  const [texts, setTexts] = useState<readonly string[]>([])
  const [missing, setMissing] = useState<CourierPages>()
  const [reading, setReading] = useState<{ done: number; of: number }>()
  const [unread, setUnread] = useState<readonly string[]>([])
  const [failed, setFailed] = useState<string>()
  const [outcome, setOutcome] = useState<CourierOutcome>()

  function begin(): void {
    setFailed(undefined)
    setOutcome(undefined)
  }

  async function takeFile({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const file = target.files?.[0]
    if (!file) return
    begin()
    const answer = await sendFile<CourierOutcome>("/courier/in", file)
    target.value = ""
    if ("failed" in answer) setFailed(answer.failed)
    else setOutcome(answer.value)
  }

  async function takePictures({ target }: ChangeEvent<HTMLInputElement>): Promise<void> {
    const files = [...(target.files ?? [])]
    begin()
    const found = new Set(texts)
    const without: string[] = []
    for (const [i, file] of files.entries()) {
      setReading({ done: i, of: files.length })
      const read = await textsIn(file)
      if (read.length === 0) without.push(file.name)
      for (const text of read) found.add(text)
    }
    target.value = ""
    setReading(undefined)
    setUnread(without)
    setTexts([...found])
    if (found.size > 0) await put([...found])
  }

  async function put(pages: readonly string[]): Promise<void> {
    const answer = await tell<CourierOutcome | CourierPages>("/courier/in-pages", { pages })
    if ("failed" in answer) return setFailed(answer.failed)
    if ("missing" in answer.value) return setMissing(answer.value)
    setMissing(undefined)
    setTexts([])
    setOutcome(answer.value)
  }

  return (
    <section className="section" aria-labelledby="courier-take">
      <h2 id="courier-take">{t("courier.take")}</h2>
      <div className="form">
        <label className="field">
          <span>{t("courier.take-file")}</span>
          <input type="file" onChange={(event) => void takeFile(event)} />
        </label>
        <label className="field">
          <span>{t("courier.take-pictures")}</span>
          <input type="file" accept="image/*" multiple onChange={(event) => void takePictures(event)} />
        </label>
      </div>
      <div role="status">
        {reading && <p>{t("courier.reading", { done: reading.done + 1, of: reading.of })}</p>}
        {missing && (
          <p>
            {t("courier.missing", {
              held: missing.of - missing.missing.length,
              of: missing.of,
              pages: missing.missing.join(", "),
            })}
          </p>
        )}
        {missing && missing.others > 0 && <p>{t("courier.others")}</p>}
        {unread.length > 0 && <p>{t("courier.unread", { names: unread.join(", ") })}</p>}
        {outcome && <Outcome of={outcome} />}
      </div>
      {missing && (
        <Button className="button" onPress={() => [setTexts([]), setMissing(undefined), setUnread([])]}>
          {t("courier.begin-again")}
        </Button>
      )}
      {failed !== undefined && <Wrong>{code("refused", failed)}</Wrong>}
    </section>
  )
}

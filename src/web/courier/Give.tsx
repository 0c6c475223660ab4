import { useState } from "react"
import { Button } from "react-aria-components"
import type { WaitingRow } from "#offices/joins/screen.ts"
import { saveFile, tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { useLineName, useNameOf } from "../parts/Delegation.tsx"
import { useWords } from "../words.ts"

const LONGEST_WAY = 13

/** What waits on each line, and giving it to a courier as a file or on paper. */
export function Give({
  waiting,
  onPages,
}: {
  waiting: readonly WaitingRow[]
  onPages(pages: readonly string[]): void
}) {
  const { status, silent } = useDesk()
  const { t, code } = useWords()
  const lineName = useLineName()
  const nameOf = useNameOf()
  const [lines, setLines] = useState<readonly string[]>([])
  const [days, setDays] = useState(0)
  const [to, setTo] = useState("")
  const [said, setSaid] = useState<{ failed: boolean; words: string }>()
  const choice = { lines, days, ...(to === "" ? {} : { for: to }) }
  const others = status.delegations.filter(({ name }) => name !== status.delegation)
  const count = (line: string) => waiting.filter((row) => row.line === line && row.state !== "refused").length

  async function save(): Promise<void> {
    onPages([])
    const day = new Date().toISOString().slice(0, 10)
    const answer = await saveFile("/courier/out", choice, `iod-courier-${status.delegation}-${day}.iod`)
    if ("failed" in answer) setSaid({ failed: true, words: code("refused", answer.failed) })
    else setSaid({ failed: false, words: t("courier.given") })
  }

  async function write(): Promise<void> {
    const answer = await tell<{ pages: string[] }>("/courier/out-pages", choice)
    if ("failed" in answer) return setSaid({ failed: true, words: code("refused", answer.failed) })
    onPages(answer.value.pages)
    setSaid({ failed: false, words: t("courier.pages-ready", { count: answer.value.pages.length }) })
  }

  return (
    <section className="section" aria-labelledby="courier-give">
      <h2 id="courier-give">{t("courier.give")}</h2>
      <fieldset>
        <legend>{t("courier.lines")}</legend>
        {status.lines.map((line) => (
          <label key={line.id} className="check">
            <input
              type="checkbox"
              checked={lines.includes(line.id)}
              onChange={({ target }) =>
                setLines(target.checked ? [...lines, line.id] : lines.filter((one) => one !== line.id))
              }
            />
            <span>
              {lineName(line)} <small>{t("courier.waits", { count: count(line.id) })}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <p className="hint">{t("courier.lines-hint")}</p>
      <div className="narrowing">
        <label className="field">
          <span>{t("courier.days")}</span>
          <select value={days} onChange={({ target }) => setDays(Number(target.value))}>
            {Array.from({ length: LONGEST_WAY + 1 }, (_, i) => i).map((day) => (
              <option key={day} value={day}>
                {t("courier.in-days", { count: day })}
              </option>
            ))}
          </select>
        </label>
        <label className="field">
          <span>{t("courier.for")}</span>
          <select value={to} onChange={({ target }) => setTo(target.value)}>
            <option value="">{t("courier.for-registry")}</option>
            {others.map(({ name }) => (
              <option key={name} value={name}>
                {nameOf(name)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <p className="hint">{t("courier.seen")}</p>
      <div className="buttons">
        <Button className="button strong" isDisabled={silent} onPress={() => void save()}>
          {t("courier.save")}
        </Button>
        <Button className="button" isDisabled={silent} onPress={() => void write()}>
          {t("courier.paper")}
        </Button>
      </div>
      {said && (
        <p className={said.failed ? "wrong" : undefined} role={said.failed ? "alert" : "status"}>
          {said.words}
        </p>
      )}
    </section>
  )
}

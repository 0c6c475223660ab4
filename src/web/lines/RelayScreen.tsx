import { useState } from "react"
import { Button } from "react-aria-components"
import type { RelayAnswerRow, RelayQueue, RelayRequestRow } from "#offices/joins/relays.ts"
import { tell } from "../desk/ask.ts"
import { useKeys } from "../desk/keys.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { FileName } from "../files/FileName.tsx"
import { useNameOf } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant, Instant } from "../parts/Instant.tsx"
import { alternat } from "../parts/order.ts"
import { PRECEDENCES, PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { To } from "../parts/To.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { useWords } from "../words.ts"
import { LegItem } from "./RelayWay.tsx"
import { MessageText } from "./StopAnswers.tsx"

/** What waits at the secretariat: words to be passed on, the most urgent first, and answers to be carried back. */
export function RelayScreen() {
  const { live } = useDesk()
  const { t, code } = useWords()
  const queue = useResource<RelayQueue>("/relays", live, ({ kind }) => kind === "entered" || kind === "outbox")
  const requests = queue.value?.requests.toSorted(urgentFirst) ?? []
  const answers = queue.value?.answers ?? []
  const [wrong, setWrong] = useState<string>()
  async function act(path: string): Promise<void> {
    const answer = await tell(path)
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    queue.again()
  }
  // The key of the row that has the focus: passing on is what this screen is for.
  useKeys({ y: () => pressFocused() })
  return (
    <>
      <Heading>{t("relay.title")}</Heading>
      <Wrong>{wrong}</Wrong>
      {queue.value && requests.length + answers.length === 0 && <p>{t("relay.none")}</p>}
      {requests.length > 0 && (
        <section className="section">
          <h2>
            {t("relay.requests")} <span className="count">{requests.length}</span>
          </h2>
          {requests.map((row) => (
            <Request key={row.matter} row={row} act={act} />
          ))}
        </section>
      )}
      {answers.length > 0 && (
        <section className="section">
          <h2>
            {t("relay.answers")} <span className="count">{answers.length}</span>
          </h2>
          {answers.map((row) => (
            <Released key={`${row.index}.${row.number}`} row={row} act={act} />
          ))}
        </section>
      )}
    </>
  )
}

function pressFocused(): void {
  document.activeElement?.closest("article")?.querySelector<HTMLButtonElement>("button.strong")?.click()
}

type RowProps<T> = { row: T; act(path: string): Promise<void> }

function Request({ row, act }: RowProps<RelayRequestRow>) {
  const { status, silent } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  const to = alternat(row.to, status, row.matter).map(nameOf).join(" · ")
  const waits = row.legs.length === 0 || row.legs.some(({ state }) => state === "refused")
  return (
    <article className="relay-row">
      <p>
        <PrecedenceMark of={row.precedence} /> {t("relay.from-to", { from: nameOf(row.by), to })}
      </p>
      <p className="hint">
        {t(`relay.is-${row.attribution}`)} · {t("relay.waiting-since")} <Instant at={row.at} />
      </p>
      <h3>
        <To data-row href={`/message/${row.line}/${row.matter}`} lang={row.language}>
          {row.subject ?? t("text.gone")}
        </To>
      </h3>
      <MessageText body={row.body} form={row.form} language={row.language} />
      {row.files.length > 0 && (
        <ul aria-label={t("files.title")}>
          {row.files.map(({ file, name }) => (
            <li key={file}>
              <FileName name={name} />
            </li>
          ))}
        </ul>
      )}
      {row.legs.length > 0 && (
        <ul>
          {row.legs.map((leg) => (
            <LegItem key={leg.matter} leg={leg} />
          ))}
        </ul>
      )}
      {waits && (
        <div className="buttons">
          <Button
            className="button strong"
            isDisabled={silent}
            onPress={() => void act(`/relays/${row.line}/${row.matter}/pass`)}
          >
            {t(row.legs.length === 0 ? "relay.pass-on" : "relay.try-again")}
          </Button>
        </div>
      )}
    </article>
  )
}

function Released({ row, act }: RowProps<RelayAnswerRow>) {
  const { silent } = useDesk()
  const { t } = useWords()
  const nameOf = useNameOf()
  return (
    <article className="relay-row">
      <p>{t("relay.from-to", { from: nameOf(row.from), to: nameOf(row.to) })}</p>
      <h3>
        <To data-row href={`/message/${row.line}/${row.matter}`} lang={row.language}>
          {row.subject ?? t("text.gone")}
        </To>
      </h3>
      <p>
        <strong>{t(`relay.answer.${row.answer}`)}</strong>, <FullInstant at={row.at} />
      </p>
      {row.text !== null && (
        <p className="body" lang="">
          {row.text}
        </p>
      )}
      <div className="buttons">
        <Button
          className="button strong"
          isDisabled={silent}
          onPress={() => void act(`/relays/answers/${row.index}/${row.number}/carry`)}
        >
          {t("relay.carry")}
        </Button>
      </div>
    </article>
  )
}

const RANK: readonly string[] = PRECEDENCES

function urgentFirst(a: RelayRequestRow, b: RelayRequestRow): number {
  const rank = (row: RelayRequestRow) => RANK.indexOf(row.precedence)
  return rank(a) - rank(b) || (a.at < b.at ? -1 : 1)
}

import { Button } from "react-aria-components"
import type { HeldRow } from "#offices/joins/restored.ts"
import { useLineName } from "../parts/Delegation.tsx"
import { Heading } from "../parts/Heading.tsx"
import { FullInstant, Instant } from "../parts/Instant.tsx"
import { PrecedenceMark } from "../parts/PrecedenceMark.tsx"
import { useWords } from "../words.ts"
import { tell } from "./ask.ts"
import { useResource } from "./resource.ts"
import { useDesk } from "./state.ts"

/** How this desk came back from a backup, and what was queued in it: each leaves, or is dropped, on an officer's word. */
export function RestoredScreen() {
  const { status, live } = useDesk()
  const { t } = useWords()
  const { value, again } = useResource<HeldRow[]>("/restored", live, ({ kind }) => kind === "restored")
  const { restored } = status
  if (!restored) return <p>{t("restored.never")}</p>
  return (
    <>
      <Heading>{t("restored.title")}</Heading>
      <p>
        {t("restored.made")} <FullInstant at={restored.made} />
        {". "}
        {t("restored.key", { key: restored.key, before: restored.before })}
      </p>
      <p>
        {t("restored.lacked", { count: restored.own.lacked })}{" "}
        {restored.own.last !== null && <FullInstant at={restored.own.last} />}
      </p>
      {restored.unread > 0 && <p>{t("restored.unread", { count: restored.unread })}</p>}
      <section className="section" aria-labelledby="restored-held">
        <h2 id="restored-held">
          {t("restored.queued")} <span className="count">{value?.length ?? 0}</span>
        </h2>
        <p>{t("restored.queued-meaning")}</p>
        <ul className="messages">
          {(value ?? []).map((row) => (
            <Held key={row.id} row={row} done={again} />
          ))}
        </ul>
      </section>
    </>
  )
}

function Held({ row, done }: { row: HeldRow; done(): void }) {
  const { status, silent, again } = useDesk()
  const { t, code } = useWords()
  const lineName = useLineName()
  const line = status.lines.find((one) => one.id === row.line)
  async function say(word: "send" | "drop"): Promise<void> {
    await tell(`/restored/${row.id}`, { word })
    done()
    again()
  }
  const what = row.subject ?? code("act", row.act)
  return (
    <li className="message-item">
      <PrecedenceMark of={row.precedence} />
      <span className="from">{line ? lineName(line) : t("line.unknown")}</span>
      <span>
        {code("act", row.act)}
        {row.subject !== null && `: ${row.subject}`}
      </span>
      <Instant at={row.submitted} />
      <span className="buttons">
        <Button
          className="button"
          isDisabled={silent}
          onPress={() => void say("send")}
          aria-label={`${t("restored.send")}: ${what}`}
        >
          {t("restored.send")}
        </Button>
        <Button
          className="button"
          isDisabled={silent}
          onPress={() => void say("drop")}
          aria-label={`${t("restored.drop")}: ${what}`}
        >
          {t("restored.drop")}
        </Button>
      </span>
    </li>
  )
}

import { useId, useState } from "react"
import { Button } from "react-aria-components"
import type { DutyLog, DutyRow } from "#offices/joins/duty.ts"
import { useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { readReplyBy, writeReplyBy } from "../lines/reply-by.ts"
import { Heading } from "../parts/Heading.tsx"
import { LongList } from "../parts/LongList.tsx"
import { useWords } from "../words.ts"
import { LogForm } from "./LogForm.tsx"
import { LogPeriod, type Period } from "./LogPeriod.tsx"
import { LogRow } from "./LogRow.tsx"
import { PrintDialog } from "./PrintDialog.tsx"

const HOUR_MS = 3_600_000
/** A watch of eight hours. */
const WATCH_HOURS = 8

/** The watch log: what happened by itself and what officers write down, the latest first. */
export function LogScreen() {
  const { live, silent } = useDesk()
  const { t, code } = useWords()
  const title = useId()
  const [correcting, correct] = useState<number>()
  const [asking, setAsking] = useState(false)
  const [period, choose] = useState<Period>(() => ({
    from: writeReplyBy(live.now() - WATCH_HOURS * HOUR_MS),
    until: "",
    q: "",
  }))
  const asked = askedOf(period, live.now())
  const path = `/duty/log?${new URLSearchParams({ ...asked, q: period.q })}`
  const { value, failed, again } = useResource<DutyLog>(path, live, ({ kind }) => RELEVANT.includes(kind))
  return (
    <>
      <Heading id={title}>{t("duty.log")}</Heading>
      <p className="hint">{t("duty.log-meaning")}</p>
      <LogForm
        key={correcting ?? "new"}
        correcting={correcting}
        onDone={() => {
          correct(undefined)
          again()
        }}
      />
      <LogPeriod period={period} choose={choose} wrong={failed === undefined ? undefined : code("refused", failed)} />
      <div className="buttons">
        <Button className="button" isDisabled={silent} onPress={() => setAsking(true)}>
          {t("duty.print")}
        </Button>
      </div>
      {value?.cut && <p className="hint">{t("duty.log-cut")}</p>}
      {value?.rows.length === 0 && <p>{t("duty.log-empty")}</p>}
      {value && (
        <LongList labelledBy={title} rows={value.rows} keyOf={keyOf}>
          {(row) => <LogRow row={row} onCorrect={correct} />}
        </LongList>
      )}
      {asking && <PrintDialog from={asked.from} until={asked.until} onClose={() => setAsking(false)} />}
    </>
  )
}

const RELEVANT = ["entered", "duty", "evidence", "key-event"]

function keyOf({ key }: DutyRow): string {
  return key
}

/** The instants of a period; what is no time of a calendar goes as it was typed, and the desk says what is wrong. */
function askedOf({ from, until }: Period, now: number): { from: string; until: string } {
  // To the next full hour, so that the same question is asked as long as nobody asks another.
  const open = new Date((Math.floor(now / HOUR_MS) + 1) * HOUR_MS).toISOString()
  return { from: readReplyBy(from) ?? from, until: until.trim() === "" ? open : (readReplyBy(until) ?? until) }
}

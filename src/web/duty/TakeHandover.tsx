import { useId, useState } from "react"
import { Button } from "react-aria-components"
import type { PendingHandover } from "#offices/joins/duty.ts"
import type { WatchItem } from "#offices/joins/watch-items.ts"
import { tell } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { FullInstant } from "../parts/Instant.tsx"
import { LongList } from "../parts/LongList.tsx"
import { Wrong } from "../parts/Wrong.tsx"
import { RowClock, WatchRow } from "../watch/WatchRow.tsx"
import { useWords } from "../words.ts"

type TakeProps = { pending: PendingHandover; mayTake: boolean; onDone(): void }

/** A watch that was signed off: what is open, the notes, and the second officer's word. */
export function TakeHandover({ pending, mayTake, onDone }: TakeProps) {
  const { silent } = useDesk()
  const { t, code } = useWords()
  const [wrong, setWrong] = useState<string>()
  const { name, at, notes, because, items, since, done } = pending
  async function take(): Promise<void> {
    const answer = await tell(`/duty/handover/${pending.id}/take`)
    setWrong("failed" in answer ? code("refused", answer.failed) : undefined)
    onDone()
    document.querySelector<HTMLElement>("main h1")?.focus()
  }
  return (
    <section className="section pending" aria-label={t("handover.pending")}>
      <h2>{t("handover.pending")}</h2>
      <p>
        {t("handover.signed-off", { name })} <FullInstant at={at} />
      </p>
      <blockquote lang="">{notes}</blockquote>
      {because !== null && (
        <p>
          {t("handover.in-place")} <q lang="">{because}</q>
        </p>
      )}
      <RowClock>
        <Items title={t("handover.items", { count: items.length })} items={items} />
        {since.length > 0 && <Items title={t("handover.since", { count: since.length })} items={since} />}
      </RowClock>
      {done > 0 && <p className="hint">{t("handover.dealt-with", { count: done })}</p>}
      <Wrong>{wrong}</Wrong>
      {mayTake ? (
        <div className="buttons">
          <Button className="button strong" isDisabled={silent} onPress={() => void take()}>
            {t("handover.take")}
          </Button>
        </div>
      ) : (
        <p>
          <strong>{t("handover.second")}</strong>
        </p>
      )}
    </section>
  )
}

function Items({ title, items }: { title: string; items: readonly WatchItem[] }) {
  const id = useId()
  return (
    <>
      <h3 id={id}>{title}</h3>
      <LongList labelledBy={id} rows={items} keyOf={(one) => one.key}>
        {drawItem}
      </LongList>
    </>
  )
}

function drawItem(item: WatchItem) {
  return <WatchRow item={item} number={null} />
}

import { useEffect, useId, useMemo, useState } from "react"
import { Button } from "react-aria-components"
import type { LiveEvent } from "#offices/joins/screen.ts"
import { WATCH_KINDS, type WatchItem, type WatchKind, type WatchView } from "#offices/joins/watch-items.ts"
import { useKeys } from "../desk/keys.ts"
import { type Resource, useResource } from "../desk/resource.ts"
import { useDesk } from "../desk/state.ts"
import { Heading } from "../parts/Heading.tsx"
import { LongList } from "../parts/LongList.tsx"
import { go } from "../router.ts"
import { useWords } from "../words.ts"
import { RowClock, WatchRow } from "./WatchRow.tsx"
import { placeOf } from "./watch-place.ts"

// What becomes late by itself makes no event.
const AGAIN_MS = 10_000
/** Events that change nothing of what is open. */
const BESIDE: readonly LiveEvent["kind"][] = ["beat", "file", "register"]
/** As many rows as there are number keys. */
const NUMBERED = 9

/** Everything that is open at this desk, what dies first at the top; each row is one key away from what there is to do. */
export function WatchScreen() {
  const { t } = useWords()
  const title = useId()
  const { value } = useWatch()
  const [kind, choose] = useState<WatchKind>()
  const items = useMemo(() => (value?.items ?? []).filter((one) => (kind ?? one.kind) === one.kind), [value, kind])
  const rows = useMemo(() => items.map((item, i) => ({ item, number: i < NUMBERED ? i + 1 : null })), [items])
  useKeys({
    ...Object.fromEntries(
      items.slice(0, NUMBERED).map((item, i): [string, () => void] => [String(i + 1), () => go(placeOf(item))]),
    ),
    f: () => choose(nextKind(value?.items ?? [], kind)),
  })
  return (
    <>
      <Heading id={title}>{t("watch.title")}</Heading>
      {value && <Kinds items={value.items} chosen={kind} choose={choose} />}
      {value && rows.length === 0 && <p>{t("watch.none")}</p>}
      <RowClock>
        <LongList labelledBy={title} rows={rows} keyOf={keyOf}>
          {drawRow}
        </LongList>
      </RowClock>
      {value && value.more > 0 && <p className="hint">{t("watch.more", { count: value.more })}</p>}
      <p className="hint">{t("watch.meaning")}</p>
    </>
  )
}

type Row = { item: WatchItem; number: number | null }

function keyOf({ item }: Row): string {
  return item.key
}

function drawRow({ item, number }: Row) {
  return <WatchRow item={item} number={number} />
}

function useWatch(): Resource<WatchView> {
  const { live } = useDesk()
  const watch = useResource<WatchView>("/watch", live, ({ kind }) => !BESIDE.includes(kind))
  const { again } = watch
  useEffect(() => {
    const timer = setInterval(again, AGAIN_MS)
    return () => clearInterval(timer)
  }, [again])
  return watch
}

/** Kinds of which something is open, in their order. */
function kindsOf(items: readonly WatchItem[]): readonly WatchKind[] {
  const held = new Set(items.map(({ kind }) => kind))
  return WATCH_KINDS.filter((kind) => held.has(kind))
}

/** The next kind of which something is open; after the last, all of them. */
function nextKind(items: readonly WatchItem[], chosen: WatchKind | undefined): WatchKind | undefined {
  const kinds = kindsOf(items)
  return chosen === undefined ? kinds[0] : kinds[kinds.indexOf(chosen) + 1]
}

type KindsProps = {
  items: readonly WatchItem[]
  chosen: WatchKind | undefined
  choose(kind: WatchKind | undefined): void
}

/** How many are open of each kind; pressing one shows these alone. The chosen one stays even when it is worked off. */
function Kinds({ items, chosen, choose }: KindsProps) {
  const { t } = useWords()
  const kinds = WATCH_KINDS.filter((kind) => kind === chosen || kindsOf(items).includes(kind))
  return (
    <fieldset className="kinds">
      <legend className="visually-hidden">{t("watch.filter")}</legend>
      <Button className="button small" aria-pressed={chosen === undefined} onPress={() => choose(undefined)}>
        {t("watch.all")} <span className="count">{items.length}</span>
      </Button>
      {kinds.map((kind) => (
        <Button key={kind} className="button small" aria-pressed={chosen === kind} onPress={() => choose(kind)}>
          {t(`watch-kind.${kind}`)} <span className="count">{items.filter((one) => one.kind === kind).length}</span>
        </Button>
      ))}
    </fieldset>
  )
}

import { useEffect, useEffectEvent, useId, useMemo, useState } from "react"
import type { EnvelopeRow, LineView } from "#offices/joins/screen.ts"
import { ask } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { LongList, More } from "../parts/LongList.tsx"
import { useWords } from "../words.ts"
import { EnvelopeItem } from "./EnvelopeItem.tsx"
import { type Checks, type Folded, foldChecks } from "./fold-checks.ts"
import { LineChecks } from "./LineChecks.tsx"

const PAGE = 100

/** Every envelope of a line with its place and serial, newest first: a gap in either would show. */
export function Envelopes({ line }: { line: LineView }) {
  const { t } = useWords()
  const title = useId()
  const { rows, load } = useEnvelopes(line.id)
  const [unfolded, setUnfolded] = useState<ReadonlySet<number>>(new Set())
  const folded = useMemo(() => foldChecks(rows, unfolded), [rows, unfolded])
  const last = rows.at(-1)
  function unfold({ open, oldest, newest }: Checks): void {
    setUnfolded((old) => new Set(open ? [...old].filter((p) => p < oldest || p > newest) : [...old, oldest]))
  }
  return (
    <section aria-labelledby={title}>
      <h2 className="visually-hidden" id={title}>
        {t("line.envelopes")}
      </h2>
      <div className="envelope-item titles" aria-hidden="true">
        <span>{t("envelope.place")}</span>
        <span>{t("envelope.serial")}</span>
        <span>{t("envelope.time")}</span>
        <span>{t("precedence.label")}</span>
        <span>{t("envelope.what")}</span>
      </div>
      <LongList labelledBy={title} rows={folded} keyOf={keyOf}>
        {(one) =>
          "checks" in one ? (
            <LineChecks of={one} onUnfold={() => unfold(one)} />
          ) : (
            <EnvelopeItem row={one.row} line={line.id} />
          )
        }
      </LongList>
      {last && last.place > 1 && (
        <More shown={rows.length} word={t("list.older")} onMore={() => void load(last.place)} />
      )}
    </section>
  )
}

function useEnvelopes(line: string) {
  const { live } = useDesk()
  const [rows, setRows] = useState<readonly EnvelopeRow[]>([])
  async function load(before?: number): Promise<void> {
    const from = before === undefined ? "" : `&before=${before}`
    const answer = await ask<EnvelopeRow[]>(`/lines/${line}?limit=${PAGE}${from}`)
    if ("value" in answer) setRows((old) => joined(old, answer.value))
  }
  const refresh = useEffectEvent(() => void load())
  useEffect(() => {
    refresh()
    return live.watch((event) => {
      if (event.kind === "hello" || (event.kind === "entered" && event.entered.some((e) => e.line === line))) refresh()
    })
  }, [live, line])
  return { rows, load }
}

function joined(old: readonly EnvelopeRow[], fresh: readonly EnvelopeRow[]): EnvelopeRow[] {
  const places = new Map([...old, ...fresh].map((row) => [row.place, row]))
  return [...places.values()].sort((a, b) => b.place - a.place)
}

function keyOf(one: Folded): string {
  return "checks" in one ? `checks ${one.oldest}` : String(one.row.place)
}

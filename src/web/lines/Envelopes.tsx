import { useEffect, useEffectEvent, useState } from "react"
import { Button } from "react-aria-components"
import type { EnvelopeRow, LineView } from "#offices/joins/screen.ts"
import { ask } from "../desk/ask.ts"
import { useDesk } from "../desk/state.ts"
import { useWords } from "../words.ts"
import { EnvelopeItem } from "./EnvelopeItem.tsx"
import { LineChecks } from "./LineChecks.tsx"

const PAGE = 100

/** Every envelope of a line with its place and serial, newest first: a gap in either would show. */
export function Envelopes({ line }: { line: LineView }) {
  const { live } = useDesk()
  const { t } = useWords()
  const [rows, setRows] = useState<readonly EnvelopeRow[]>([])
  async function load(before?: number): Promise<void> {
    const from = before === undefined ? "" : `&before=${before}`
    const answer = await ask<EnvelopeRow[]>(`/lines/${line.id}?limit=${PAGE}${from}`)
    if ("value" in answer) setRows((old) => joined(old, answer.value))
  }
  const refresh = useEffectEvent(() => void load())
  useEffect(() => {
    refresh()
    return live.watch((event) => {
      if (event.kind === "hello" || (event.kind === "entered" && event.entered.some((e) => e.line === line.id)))
        refresh()
    })
  }, [live, line.id])
  const last = rows.at(-1)
  return (
    <>
      <div className="wide">
        <table className="envelopes">
          <thead>
            <tr>
              <th scope="col">{t("envelope.place")}</th>
              <th scope="col">{t("envelope.serial")}</th>
              <th scope="col">{t("envelope.time")}</th>
              <th scope="col">{t("precedence.label")}</th>
              <th scope="col">{t("envelope.what")}</th>
            </tr>
          </thead>
          <tbody>
            {grouped(rows).map((group) =>
              group.length > 1 ? (
                <LineChecks key={group[0]?.place} rows={group} />
              ) : (
                group.map((row) => <EnvelopeItem key={row.place} row={row} line={line.id} />)
              ),
            )}
          </tbody>
        </table>
      </div>
      {last && last.place > 1 && (
        <Button className="button" onPress={() => void load(last.place)}>
          {t("list.older")}
        </Button>
      )}
    </>
  )
}

function joined(old: readonly EnvelopeRow[], fresh: readonly EnvelopeRow[]): EnvelopeRow[] {
  const places = new Map([...old, ...fresh].map((row) => [row.place, row]))
  return [...places.values()].sort((a, b) => b.place - a.place)
}

/** Line checks that follow each other stand as one row that can be opened. */
function grouped(rows: readonly EnvelopeRow[]): EnvelopeRow[][] {
  const groups: EnvelopeRow[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last && isCheck(row) && last.every(isCheck)) last.push(row)
    else groups.push([row])
  }
  return groups
}

function isCheck(row: EnvelopeRow): boolean {
  const isMarked = row.fault !== null || row.gap !== null || row.unopenable.length > 0
  return !isMarked && row.records.every((r) => r.kind === "line.checked" && r.refused === null)
}

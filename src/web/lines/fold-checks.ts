import type { EnvelopeRow } from "#offices/joins/screen.ts"

/** Line checks that follow each other, from their oldest place to their newest. */
export type Checks = { checks: number; oldest: number; newest: number; at: string; open: boolean }
export type Folded = { row: EnvelopeRow } | Checks

/**
 * Envelopes, newest first, in which line checks that follow each other stand as one row. One of which a place was
 * unfolded is open: its envelopes stand below it.
 */
export function foldChecks(rows: readonly EnvelopeRow[], unfolded: ReadonlySet<number>): Folded[] {
  return grouped(rows).flatMap((group): Folded[] => {
    const [newest, oldest] = [group[0], group.at(-1)]
    const alone = group.map((row) => ({ row }))
    if (!newest || !oldest || group.length === 1) return alone
    const open = group.some(({ place }) => unfolded.has(place))
    const checks = { checks: group.length, oldest: oldest.place, newest: newest.place, at: newest.at, open }
    return open ? [checks, ...alone] : [checks]
  })
}

function grouped(rows: readonly EnvelopeRow[]): EnvelopeRow[][] {
  const groups: EnvelopeRow[][] = []
  for (const row of rows) {
    const last = groups.at(-1)
    if (last?.[0] && isCheck(row) && isCheck(last[0])) last.push(row)
    else groups.push([row])
  }
  return groups
}

function isCheck(row: EnvelopeRow): boolean {
  const isMarked = row.fault !== null || row.gap !== null || row.unopenable.length > 0
  return !isMarked && row.records.every((r) => r.kind === "line.checked" && r.refused === null)
}

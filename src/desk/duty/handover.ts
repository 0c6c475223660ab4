import {
  handoverOffer,
  mayOffer,
  mayTake,
  type OnDuty,
  type PastHandover,
  type PendingHandover,
  WATCH_HOURS,
} from "#offices/joins/duty.ts"
import type { WatchItem } from "#offices/joins/watch-items.ts"
import { instantOf } from "../../clock.ts"
import { type Archive, number, text } from "../archive.ts"
import type { Officers } from "../officers.ts"
import type { Desk } from "../open.ts"

type Row = Record<string, unknown>
type Refused = {
  refused:
    | "duty.notes-missing"
    | "duty.not-on-duty"
    | "duty.second-officer"
    | "duty.nothing-to-take"
    | "duty.alerts-untried"
}
type Kept = Pick<WatchItem, "key" | "kind" | "what" | "of" | "dies" | "line" | "matter">

const SHOWN = 50
/** The alerts were tried within the hour before a hand-over, whatever came of it. */
const TRIED_MS = 3_600_000

/** Who has the watch: whoever took it last. It passes in no other way. */
export function onDuty({ archive, officers }: Pick<Desk, "archive" | "officers">): OnDuty | null {
  const row = archive.sql
    .get`SELECT taken_by, taken FROM duty_handover WHERE taken IS NOT NULL ORDER BY id DESC LIMIT 1`
  if (!row) return null
  const [officer, since] = [text(row.taken_by) ?? "", text(row.taken) ?? ""]
  const due = new Date(Date.parse(since) + WATCH_HOURS * 3_600_000).toISOString()
  return { officer, name: officers.name(officer) ?? officer, since, due }
}

/** An officer signs the watch off, with what is open at this instant; a second one has still to take it. */
export function offerHandover(desk: Desk, officer: string, input: unknown, items: readonly WatchItem[]) {
  const parsed = handoverOffer.safeParse(input)
  if (!parsed.success) return { refused: "duty.notes-missing" } satisfies Refused
  const { notes, because } = parsed.data
  const verdict = mayOffer(onDuty(desk)?.officer ?? null, officer, because)
  if (verdict !== "permitted") return verdict
  const { archive, clock } = desk
  if (!desk.alerts.triedSince(new Date(clock.now() - TRIED_MS).toISOString()))
    return { refused: "duty.alerts-untried" } satisfies Refused
  const { lastInsertRowid } = archive.sql.run`INSERT INTO duty_handover (officer, at, notes, because, items)
    VALUES (${officer}, ${instantOf(clock)}, ${notes}, ${because}, ${kept(items)})`
  desk.live.tell({ kind: "duty" })
  return { handover: Number(lastInsertRowid) }
}

/** A second officer takes the watch that was signed off: from here it is his. */
export function takeHandover(desk: Desk, officer: string, handover: number, items: readonly WatchItem[]) {
  const { archive, clock } = desk
  const taken = archive.transact(() => {
    const row = pendingRow(desk)
    if (!row || row.id !== handover) return { refused: "duty.nothing-to-take" } satisfies Refused
    const verdict = mayTake(onDuty(desk)?.officer ?? null, text(row.officer) ?? "", officer)
    if (verdict !== "permitted") return verdict
    archive.sql.run`UPDATE duty_handover SET taken_by = ${officer}, taken = ${instantOf(clock)},
      taken_items = ${kept(items)} WHERE id = ${handover}`
    return {}
  })
  if (!("refused" in taken)) desk.live.tell({ kind: "duty" })
  return taken
}

/** What is open, without the words of anybody: a text that is erased must not live on in a hand-over. */
function kept(items: readonly WatchItem[]): string {
  return JSON.stringify(
    items.map(({ key, kind, what, of, dies, line, matter }): Kept => ({ key, kind, what, of, dies, line, matter })),
  )
}

function keysOf(items: unknown): string[] {
  return (JSON.parse(text(items) ?? "[]") as Kept[]).map(({ key }) => key)
}

/** Only the latest can be taken: what was signed off before it is no longer so. */
function pendingRow({ archive }: Pick<Desk, "archive">): Row | undefined {
  const row = archive.sql.get`SELECT * FROM duty_handover ORDER BY id DESC LIMIT 1`
  return row?.taken === null ? row : undefined
}

/** The hand-over that waits for a second officer, beside what is open now. */
export function pendingHandover(desk: Desk, open: readonly WatchItem[]): PendingHandover | null {
  const row = pendingRow(desk)
  if (!row) return null
  const then = new Set(keysOf(row.items))
  const officer = text(row.officer) ?? ""
  const items = open.filter(({ key }) => then.has(key))
  return {
    ...{ id: number(row.id), officer, name: desk.officers.name(officer) ?? officer, at: text(row.at) ?? "" },
    ...{ notes: text(row.notes) ?? "", because: text(row.because) ?? null },
    ...{ items, since: open.filter(({ key }) => !then.has(key)), done: then.size - items.length },
  }
}

/** Hand-overs that were taken, the latest first, between two instants where they are given. */
export function pastHandovers(
  { archive, officers }: { archive: Archive; officers: Pick<Officers, "name"> },
  { from, until }: { from: string; until: string } = { from: "", until: "9" },
): PastHandover[] {
  const name = (officer: unknown) => officers.name(text(officer) ?? "") ?? text(officer) ?? ""
  const rows = archive.sql.all`SELECT * FROM duty_handover WHERE taken >= ${from} AND taken < ${until}
    ORDER BY id DESC LIMIT ${SHOWN}`
  return rows.map((row) => ({
    ...{ id: number(row.id), from: name(row.officer), offered: text(row.at) ?? "" },
    ...{ to: name(row.taken_by), taken: text(row.taken) ?? "", notes: text(row.notes) ?? "" },
    ...{ because: text(row.because) ?? null, open: keysOf(row.taken_items).length },
  }))
}

import type { Crypto } from "#register/crypto.ts"
import { nextHead, publicLine } from "#seal/stamp.ts"
import { type Archive, number, text } from "./archive.ts"
import { type Arrival, RegistryFault } from "./arrival.ts"
import { hidesSerials, isMissing } from "./gaps.ts"

/** Where a line ends in this archive, and who its members are. */
export type LineEnd = { place: number; head: string; members: readonly string[] }

/** The end of a line as this desk holds it; undefined for one that it does not hold. */
export function lineEnd({ sql }: Archive, line: string): LineEnd | undefined {
  const row = sql.get`SELECT place, head, members FROM line WHERE id = ${line}`
  if (!row) return undefined
  return { place: number(row.place), head: text(row.head) ?? "", members: (text(row.members) ?? "").split(" ") }
}

/** A line before its first envelope arrived: its members are those to whom that one is addressed. */
export function beforeFirst({ signed: { header } }: Arrival): LineEnd {
  return { place: 0, head: header.line, members: membersOf(header.to) }
}

/** The names that a header addresses; one of a public line addresses everybody. */
export function membersOf(to: Arrival["signed"]["header"]["to"]): readonly string[] {
  return to === "*" ? ["*"] : to.map((a) => a.name)
}

/** What of a stamp does not follow from `end` of its line, in a code; undefined where it follows. */
export function lineMisfit(
  crypto: Crypto,
  { signed: { header, hash }, stamp }: Arrival,
  end: LineEnd,
): "place" | "head" | "members" | undefined {
  if (stamp.place !== end.place + 1) return "place"
  if (stamp.head !== nextHead(crypto, end.head, hash)) return "head"
  return end.members.join(" ") === membersOf(header.to).join(" ") ? undefined : "members"
}

/**
 * That place, head, roll, members, chain and time of a stamp follow from what this desk holds. Each of them is the
 * registry's word alone, so whatever does not fit throws RegistryFault with its name.
 */
export function checkOrder(archive: Archive, crypto: Crypto, arrival: Arrival): LineEnd {
  const { sql } = archive
  const { signed, stamp } = arrival
  const { header, hash } = signed
  const end = lineEnd(archive, header.line) ?? beforeFirst(arrival)
  const roll = lineEnd(archive, publicLine(0)) ?? { place: 0, head: publicLine(0) }
  const misfit = lineMisfit(crypto, arrival, end)
  const chain = chainMisfit(archive, arrival)
  const fits: [boolean, string][] = [
    [Number(stamp.index) >= Number(archive.meta("next") ?? 0), "index"],
    [misfit !== "place", "place"],
    [misfit !== "head", "head"],
    [stamp.roll.place === roll.place && stamp.roll.head === roll.head, "roll"],
    [misfit !== "members", "members"],
    [chain !== "serial", "serial"],
    [chain !== "prev", "prev"],
    [stamp.at >= (archive.meta("at") ?? ""), "at"],
    [!sql.get`SELECT 1 AS refused FROM refusal WHERE hash = ${hash}`, "stamp-and-refusal"],
  ]
  const wrong = fits.find(([good]) => !good)
  if (wrong) throw new RegistryFault(wrong[1])
  return end
}

/** Whether a serial and its predecessor continue their author's chain; behind a gap, what it hides is not held against it. */
export function chainMisfit(archive: Archive, { signed: { header } }: Arrival): "serial" | "prev" | undefined {
  const chain = archive.sql.get`SELECT serial, hash, place FROM envelope WHERE line = ${header.line}
    AND sender = ${header.from} ORDER BY place DESC LIMIT 1`
  const last = Number(chain?.serial ?? 0)
  if (header.serial === last + 1) return header.prev === (text(chain?.hash) ?? null) ? undefined : "prev"
  return header.serial > last && hidesSerials(archive, header.line, Number(chain?.place ?? 0)) ? undefined : "serial"
}

/**
 * How far the sender says that it holds the line, where its head there is the one this desk has; undefined where it is
 * not: either its author lies, or the registry shows the line in two orders, and the signed header is the evidence.
 * A place that is missing here can be held against nobody and counts as nothing.
 */
export function seenPlace(
  archive: Archive,
  { signed: { header } }: Arrival,
  end: Pick<LineEnd, "place">,
): number | undefined {
  const { line, seen } = header
  if (isMissing(archive, line, seen.place)) return 0
  if (seen.place > end.place) return undefined
  const row = archive.sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${seen.place}`
  const head = seen.place === 0 ? line : text(row?.head)
  return head === seen.head ? seen.place : undefined
}

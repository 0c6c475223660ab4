import type { Crypto } from "#register/crypto.ts"
import { nextHead, publicLine } from "#seal/stamp.ts"
import { type Archive, number, text } from "./archive.ts"
import { type Arrival, RegistryFault } from "./arrival.ts"

/** Where a line ends in this archive, and who its members are. */
export type LineEnd = { place: number; head: string; members: readonly string[] }

/** The end of a line as this desk holds it; undefined for one that it does not hold. */
export function lineEnd({ sql }: Archive, line: string): LineEnd | undefined {
  const row = sql.get`SELECT place, head, members FROM line WHERE id = ${line}`
  if (!row) return undefined
  return { place: number(row.place), head: text(row.head) ?? "", members: (text(row.members) ?? "").split(" ") }
}

/**
 * That place, head, roll, members, chain and time of a stamp follow from what this desk holds. Each of them is the
 * registry's word alone, so whatever does not fit throws RegistryFault with its name.
 */
export function checkOrder(archive: Archive, crypto: Crypto, { signed: { header, hash }, stamp }: Arrival): LineEnd {
  const { sql } = archive
  const members = header.to === "*" ? ["*"] : header.to.map((a) => a.name)
  const end = lineEnd(archive, header.line) ?? { place: 0, head: header.line, members }
  const roll = lineEnd(archive, publicLine(0)) ?? { place: 0, head: publicLine(0) }
  const chain = sql.get`SELECT serial, hash FROM envelope WHERE line = ${header.line} AND sender = ${header.from}
    ORDER BY place DESC LIMIT 1`
  const fits: [boolean, string][] = [
    [Number(stamp.index) >= Number(archive.meta("next") ?? 0), "index"],
    [stamp.place === end.place + 1, "place"],
    [stamp.head === nextHead(crypto, end.head, hash), "head"],
    [stamp.roll.place === roll.place && stamp.roll.head === roll.head, "roll"],
    [end.members.join(" ") === members.join(" "), "members"],
    [header.serial === Number(chain?.serial ?? 0) + 1, "serial"],
    [header.prev === (text(chain?.hash) ?? null), "prev"],
    [stamp.at >= (archive.meta("at") ?? ""), "at"],
    [!sql.get`SELECT 1 AS refused FROM refusal WHERE hash = ${hash}`, "stamp-and-refusal"],
  ]
  const wrong = fits.find(([good]) => !good)
  if (wrong) throw new RegistryFault(wrong[1])
  return { ...end, members }
}

/**
 * How far the sender says that it holds the line, where its head there is the one this desk has; undefined where it is
 * not: either its author lies, or the registry shows the line in two orders, and the signed header is the evidence.
 */
export function seenPlace({ sql }: Archive, { signed: { header } }: Arrival, end: LineEnd): number | undefined {
  const { line, seen } = header
  if (seen.place > end.place) return undefined
  const row = sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${seen.place}`
  const head = seen.place === 0 ? line : text(row?.head)
  return head === seen.head ? seen.place : undefined
}

import { deflateRawSync } from "node:zlib"
import { z } from "zod"
import { id, name } from "#offices/act.ts"
import type { Roll } from "#offices/roll/roll.ts"
import { formatDeskFile, LONGEST_FILE, MOST_PARTS } from "#seal/courier.ts"
import { formatPages } from "#seal/courier-pages.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import type { Posted } from "#seal/wire.ts"
import { instantOf } from "../../clock.ts"
import { bytes, number, text } from "../archive.ts"
import { type Sealed, type SealingParts, sealedRow, sealNext } from "../sealing.ts"

/** What an officer gives a courier. */
export const courierChoice = z.strictObject({
  /** Lines whose envelopes go along; all of them where none is named. */
  lines: z.array(id).max(500).default([]),
  /** In how many days the file will be handed in: what is sealed for it has the keys of that day and of the next. */
  days: z.int().min(0).max(13).default(0),
  /** A member to whom the file goes directly: what it may still lack of those lines goes along with its stamps. */
  for: name.optional(),
})
export type CourierChoice = z.output<typeof courierChoice>

export type WritingRefusal = { refused: "courier.nothing" | "courier.too-long-for-paper" }
export type WritingParts = SealingParts & { office: string; roll(): Roll }

const DAY = 86_400_000
/** What is left of a file for its text: signatures, and a line for each part. */
const MOST_BYTES = LONGEST_FILE - (1 << 20)

/**
 * Writes a courier's file: every envelope that is sealed and unanswered, in the order of its serials, and behind it the
 * acts of officers that wait, sealed now. Durable before it is answered: from here no other bytes have those serials.
 */
export function writeFile(parts: WritingParts, choice: CourierChoice): Uint8Array | WritingRefusal {
  return parts.archive.transact(() => {
    const written = compose(parts, choice)
    if ("refused" in written) return written
    written.given()
    return written.file
  })
}

/** The same as the texts of numbered QR pages, in order. */
export function writePages(parts: WritingParts, choice: CourierChoice): string[] | WritingRefusal {
  return parts.archive.transact(() => {
    const written = compose(parts, choice)
    if ("refused" in written) return written
    const pages = formatPages(nodeCrypto, deflateRawSync(written.file))
    if (!pages) return { refused: "courier.too-long-for-paper" }
    written.given()
    return pages
  })
}

/** A file, and what to call once a courier gets it. */
type Written = { file: Uint8Array; given(): void }

function compose(parts: WritingParts, choice: CourierChoice): Written | WritingRefusal {
  const { archive, clock, delegation, office, vault } = parts
  const { sql } = archive
  const made = instantOf(clock)
  const lacked = choice.for === undefined ? NOTHING : stillLacked(parts, choice, choice.for)
  const waiting = underWay(parts, choice, made, sizeOf(lacked.posted))
  const posted = [...lacked.posted, ...waiting]
  if (posted.length === 0) return { refused: "courier.nothing" }
  const next = BigInt(archive.meta("next") ?? 0)
  const file = formatDeskFile(
    nodeCrypto,
    { office, from: delegation, made, next, posted, stamps: lacked.stamps },
    vault.desk,
  )
  return {
    file,
    given() {
      for (const { id } of waiting) sql.run`UPDATE outbox SET carried = ${made} WHERE id = ${id}`
    },
  }
}

const NOTHING = { posted: [] as Posted[], stamps: [] as string[] }

function sizeOf(posted: readonly Posted[]): number {
  return posted.reduce((sum, { header, body }) => sum + header.length + body.length, 0)
}

function isChosen({ lines }: CourierChoice, line: unknown): boolean {
  return lines.length === 0 || lines.includes(String(line))
}

/** Envelopes under way and waiting acts, of each line in its order, the line with the most urgent one first. */
function underWay(parts: WritingParts, choice: CourierChoice, made: string, already: number): Sealed[] {
  const { sql } = parts.archive
  const rows = sql.all`SELECT id, line, precedence FROM outbox WHERE state = 'sealed'
      OR (state = 'waiting' AND turn IS NOT NULL AND leaves = 'at-once' AND officer IS NOT NULL)
    ORDER BY state, serial, precedence, turn`.filter((row) => isChosen(choice, row.line))
  const lines = Map.groupBy(rows, (row) => String(row.line))
  const urgent = (all: typeof rows) => Math.min(...all.map((row) => number(row.precedence)))
  const order = [...lines.values()].toSorted((a, b) => urgent(a) - urgent(b))
  const keysAt = new Date(Date.parse(made) + choice.days * DAY).toISOString()
  const posted: Sealed[] = []
  let size = already
  for (const line of order)
    for (const row of line) {
      const one = sealed(parts, number(row.id), keysAt)
      // A member without a key for that day: whatever follows on its line waits with it.
      if (!one) break
      size += one.header.length + one.body.length
      if (size > MOST_BYTES || posted.length === MOST_PARTS / 2) return posted
      posted.push(one)
    }
  return posted
}

function sealed(parts: WritingParts, outbox: number, keysAt: string) {
  const row = parts.archive.sql.get`SELECT * FROM outbox WHERE id = ${outbox}`
  if (!row) return undefined
  return row.state === "sealed" ? sealedRow(row) : sealNext(parts, row, keysAt)
}

/** This desk's stamped envelopes that `member` has not said it holds, as far as their bytes are still here. */
function stillLacked({ archive: { sql } }: WritingParts, choice: CourierChoice, member: string) {
  const rows = sql.all`SELECT o.line, o.members, o.header, o.body, o.stamp, e.place,
      (SELECT max(seen) FROM envelope s WHERE s.line = o.line AND s.sender = ${member}) AS seen
    FROM outbox o LEFT JOIN envelope e ON e.hash = o.hash
    WHERE o.state = 'stamped' AND o.body IS NOT NULL AND o.stamp IS NOT NULL ORDER BY o.serial LIMIT ${MOST_PARTS / 4}`
  const lacked = rows.filter(
    (row) =>
      isChosen(choice, row.line) &&
      (text(row.members) ?? "").split(" ").includes(member) &&
      (row.place === null || number(row.place) > Number(row.seen ?? 0)),
  )
  return {
    posted: lacked.map((row) => ({ header: text(row.header) ?? "", body: bytes(row.body) ?? new Uint8Array() })),
    stamps: lacked.map((row) => text(row.stamp) ?? ""),
  }
}

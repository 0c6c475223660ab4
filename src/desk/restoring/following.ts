import type { Roll } from "#offices/roll/roll.ts"
import { openLineHead, publicLine, publicLineNumber } from "#seal/stamp.ts"
import { type Frame, frameReader } from "#seal/wire.ts"
import type { Archive } from "../archive.ts"
import { type ArrivalParts, checkArrival, type EnvelopeFrame } from "../arrival.ts"
import { beforeFirst, type LineEnd, lineEnd, lineMisfit } from "../order.ts"
import { rollAfter } from "../roll.ts"

export type FollowingParts = ArrivalParts & {
  archive: Archive
  registry: string
  office: string
  roll(): Roll
  next(): bigint
}

/** The end of an author's chain on line 0: the serial and the header that its next envelope follows. */
export type ChainEnd = { serial: number; hash: string }

/** How the public lines stand now: the roll, this delegation's last envelope on line 0, the one that brought a key. */
export type PublicStanding = {
  roll: Roll
  own: ChainEnd | undefined
  until: number
  broughtBy(hash: string): number | undefined
}

const PATIENCE_MS = 30_000
const LINES = [publicLine(0), publicLine(1)]

/**
 * Reads the public lines from where the archive ends to their end as the registry signed it, checking each entry as the
 * book does, and keeps nothing: sealed envelopes between them are still to come, in their order, under the new key.
 */
export async function readPublicLines(parts: FollowingParts): Promise<PublicStanding> {
  const reading = openReading(parts)
  const stop = new AbortController()
  const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(PATIENCE_MS)])
  const response = await fetch(`${parts.registry}/public/mail?after=${parts.next()}`, { signal })
  if (!response.ok || !response.body) throw new Error(`the registry answered ${response.status}`)
  const read = frameReader()
  try {
    for await (const piece of response.body) {
      for (const frame of read(piece)) await reading.take(frame)
      if (reading.isWhole()) return reading.standing()
    }
  } finally {
    stop.abort()
  }
  throw new Error("the registry ended the public lines before their end")
}

function openReading(parts: FollowingParts) {
  const { archive, crypto, delegation } = parts
  const ends = new Map<string, LineEnd | undefined>(LINES.map((line) => [line, lineEnd(archive, line)]))
  const wanted = new Map<string, number>()
  const indices = new Map<string, number>()
  let roll = parts.roll()
  let own = lastOwn(archive, delegation)

  async function takeEnvelope(frame: EnvelopeFrame): Promise<void> {
    const arrival = await checkArrival(parts, roll, frame)
    const { header, hash } = arrival.signed
    const end = ends.get(header.line) ?? beforeFirst(arrival)
    const misfit = lineMisfit(crypto, arrival, end)
    if (misfit) throw new Error(`the public lines do not go on from what this archive holds: ${misfit}`)
    ends.set(header.line, { ...end, place: arrival.stamp.place, head: arrival.stamp.head })
    indices.set(hash, Number(arrival.stamp.index))
    if (header.from === delegation && header.line === publicLine(0)) own = { serial: header.serial, hash }
    roll = await rollAfter(crypto, roll, arrival)
  }

  return {
    async take(frame: Frame): Promise<void> {
      if (frame.kind === "line-head") {
        const head = await openLineHead(crypto, frame.note, parts.registryKey)
        if (head.office === parts.office) wanted.set(head.line, head.place)
      } else if (frame.kind === "envelope" && publicLineNumber(lineOf(frame)) !== undefined) await takeEnvelope(frame)
    },
    isWhole: () => LINES.every((line) => (ends.get(line)?.place ?? 0) >= (wanted.get(line) ?? Number.MAX_VALUE)),
    standing: (): PublicStanding => ({
      roll,
      own,
      until: Math.max(0, ...indices.values()),
      broughtBy: (hash) => indices.get(hash),
    }),
  }
}

function lineOf({ header }: EnvelopeFrame): string {
  return /\nline ([0-9a-f]{64})\n/.exec(header.slice(0, 400))?.[1] ?? ""
}

function lastOwn({ sql }: Archive, delegation: string): ChainEnd | undefined {
  const row = sql.get`SELECT serial, hash FROM envelope WHERE line = ${publicLine(0)} AND sender = ${delegation}
    ORDER BY place DESC LIMIT 1`
  return row && { serial: Number(row.serial), hash: String(row.hash) }
}

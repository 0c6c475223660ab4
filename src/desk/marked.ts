import { readU64be } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { formatTilePath, openBundle, TILE_WIDTH } from "#register/tiles.ts"
import { publicLine } from "#seal/stamp.ts"
import { type Archive, number } from "./archive.ts"
import type { HeldCheckpoint } from "./checkpoints.ts"
import type { Evidence } from "./evidence.ts"
import type { Known } from "./history.ts"

/** A public act that the register marks and that mail has still to bring; `note` is the checkpoint that covers it. */
type Marked = { index: number; line: string; place: number; note: string }

/** Public acts as the register marks them, held against those that mail brings: one that stays away was withheld. */
export type MarkedActs = {
  /** Reads all entries from `from` up to a checkpoint. */
  read(from: bigint, known: Known, note: HeldCheckpoint["note"]): Promise<void>
  /** Mail came further: what it passed over and did not bring convicts the registry. */
  check(): void
}

export type MarkedParts = {
  archive: Archive
  crypto: Crypto
  evidence: Evidence
  /** Index of the first entry that this desk lacks. */
  next(): bigint
  fetchTile(path: string): Promise<Uint8Array>
}

const MARK = 0x01

/** Opens the watch over marked entries; those that were awaited when the desk was stopped are still awaited. */
export function openMarkedActs(parts: MarkedParts): MarkedActs {
  const { archive, crypto, evidence, next } = parts

  function check(): void {
    const awaited = awaitedActs(archive)
    const left = awaited.filter((one) => one.index >= next())
    if (left.length === awaited.length) return
    for (const one of awaited)
      if (one.index < next() && !holds(archive, one)) evidence.againstRegistry("public-act-withheld", one.note)
    keepAwaited(archive, left)
  }

  function expect(entry: Uint8Array, index: number, note: string): void {
    const one = { index, line: publicLine(entry[1] ?? 0), place: Number(readU64be(entry, 2)), note }
    const others = awaitedActs(archive).filter((other) => other.index !== one.index)
    if (!holds(archive, one)) keepAwaited(archive, [...others, one])
  }

  return {
    check,
    async read(from, { head, reader }, note) {
      const width = BigInt(TILE_WIDTH)
      for (let bundle = from / width; bundle * width < head.size; bundle++) {
        const left = head.size - bundle * width
        const tile = { level: "entries" as const, index: bundle, width: left < width ? Number(left) : TILE_WIDTH }
        const entries = await openBundle(crypto, tile, await parts.fetchTile(formatTilePath(tile)), reader)
        for (const [i, entry] of entries.entries()) {
          const index = bundle * width + BigInt(i)
          if (index >= from && entry[0] === MARK) expect(entry, Number(index), note)
        }
      }
      check()
    },
  }
}

function keepAwaited(archive: Archive, marked: readonly Marked[]): void {
  archive.setMeta("marked", JSON.stringify(marked))
}

function awaitedActs(archive: Archive): Marked[] {
  return JSON.parse(archive.meta("marked") ?? "[]") as Marked[]
}

/** Whether the archive holds the public act of a marked entry, at this index and place. */
function holds({ sql }: Archive, { index, line, place }: Marked): boolean {
  const row = sql.get`SELECT count(*) AS held FROM envelope WHERE line = ${line} AND place = ${place} AND "index" = ${index}`
  return number(row?.held) > 0
}

import type { RegisterView } from "#offices/joins/screen.ts"
import type { Charter } from "#offices/roll/charter.ts"
import { concat, fromHex, hex, readU64be, sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { type OpenCheckpoint, openCheckpoint } from "#register/log.ts"
import { formatNote, parseNote, parseVerifierKey } from "#register/note.ts"
import { evaluatePolicy, parsePolicy } from "#register/policy.ts"
import { tileReader } from "#register/tile-reader.ts"
import { formatTilePath, openBundle, TILE_WIDTH } from "#register/tiles.ts"
import { type HashReader, leafHash, proveConsistency, proveInclusion, verifyConsistency } from "#register/tree.ts"
import { publicLine, registerEntry } from "#seal/stamp.ts"
import { type Archive, number, text } from "./archive.ts"
import { holdsMarked, isOutsideWitnessTimes, keepMarked, markedAwaited } from "./claims.ts"
import type { Evidence } from "./evidence.ts"

/**
 * Follows the register: takes only checkpoints that the charter's quorum of witnesses cosigned and that continue the
 * last one, reads every entry up to them, and proves that each envelope of this desk is among them.
 */
export type Witnessing = {
  /** A checkpoint arrived. Mail does not wait while it is verified; of several, the last is enough. */
  offer(note: string): void
  /** Settles when nothing is being verified. */
  idle(): Promise<void>
  /** Envelopes arrived that the last checkpoint may already cover. */
  look(): Promise<void>
  view(): RegisterView
}

export type WitnessingParts = {
  archive: Archive
  crypto: Crypto
  charter: Charter
  registry: string
  evidence: Evidence
  /** Index of the first entry that this desk lacks. */
  next(): bigint
  changed(): void
  log(message: string): void
}

// Envelopes proven in one go; the rest follow at once.
const TOGETHER = 2000
const KEPT_TILES = 64

/** Opens the witnessing of a desk. */
export function openWitnessing(parts: WitnessingParts): Witnessing {
  const { archive, crypto, charter } = parts
  const { sql } = archive
  const keys = charter.register.keys.map((key) => parseVerifierKey(crypto, key))
  const policy = parsePolicy(crypto, charter.policy)
  const kept = new Map<string, Uint8Array>()
  let latest: { checkpoint: OpenCheckpoint; reader: HashReader } | undefined
  let standing: RegisterView["witnesses"] = []

  async function fetchTile(path: string): Promise<Uint8Array> {
    const response = await fetch(`${parts.registry}/${path}`, { signal: AbortSignal.timeout(30_000) })
    if (!response.ok) throw new Error(`the registry did not hand out ${path}`)
    return new Uint8Array(await response.arrayBuffer())
  }

  function lastHeld(): { size: bigint; root: Uint8Array; note: string } | undefined {
    const row = sql.get`SELECT size, root, note FROM checkpoint ORDER BY size DESC LIMIT 1`
    return row && { size: BigInt(number(row.size)), root: fromHex(text(row.root) ?? ""), note: text(row.note) ?? "" }
  }

  function noteOfSize(size: bigint): { root: Uint8Array; note: string } | undefined {
    const row = sql.get`SELECT root, note FROM checkpoint WHERE size = ${Number(size)}`
    return row && { root: fromHex(text(row.root) ?? ""), note: text(row.note) ?? "" }
  }

  /** Convicts the register of a root that is not the one of its size. An older checkpoint as such may only be late. */
  async function contradictsHeld(checkpoint: OpenCheckpoint, note: string): Promise<boolean> {
    const twin = noteOfSize(checkpoint.size)
    if (twin) {
      const split = !sameBytes(checkpoint.root, twin.root)
      if (split) parts.evidence.againstRegistry("split-view", `${twin.note}\n${note}`)
      return split
    }
    if (!latest || checkpoint.size >= latest.checkpoint.size || (await grewThrough(checkpoint))) return false
    parts.evidence.againstRegistry("changed-history", `${lastHeld()?.note ?? ""}\n${note}`)
    return true
  }

  /** Whether the tree that this desk verified last had this root when it had this size. */
  async function grewThrough(old: { size: bigint; root: Uint8Array }): Promise<boolean> {
    if (!latest) return true
    const proof = await proveConsistency(crypto, old.size, latest.checkpoint.size, latest.reader)
    try {
      verifyConsistency(crypto, old, latest.checkpoint, proof)
      return true
    } catch (error) {
      if (error instanceof VerificationError) return false
      throw error
    }
  }

  let offered: string | undefined
  let looking: Promise<void> | undefined
  let again = false
  let verifying: Promise<void> | undefined

  async function verifyOffered(): Promise<void> {
    for (let note = offered; note !== undefined; note = offered) {
      offered = undefined
      await take(note)
    }
    verifying = undefined
  }

  async function take(note: string): Promise<void> {
    try {
      await verified(note)
    } catch (error) {
      // Bytes that nobody signed accuse nobody: they are asked for again with the next checkpoint.
      parts.log(`a checkpoint was not verified: ${error instanceof Error ? error.message : ""}`)
    }
  }

  async function verified(note: string): Promise<void> {
    const checkpoint = await openCheckpoint(crypto, note, { origin: charter.register.origin, keys })
    const quorum = await evaluatePolicy(crypto, policy, checkpoint.note)
    standing = quorum.members.map((m) => ({ name: m.name, cosigned: instant(m.time) }))
    // What its key signed is judged even without a quorum, so that a split view is caught at once.
    if (await contradictsHeld(checkpoint, note)) return
    const last = lastHeld()
    if (!quorum.holds || quorum.time === undefined) return parts.changed()
    const reader = tileReader(crypto, checkpoint, fetchTile, boundedCache(kept))
    // One that is already held, or older, brings nothing new; after a restart proofs go on from it.
    if (last && checkpoint.size <= last.size) {
      if (checkpoint.size === last.size) latest ??= { checkpoint, reader }
      return look()
    }
    if (last) {
      const proof = await proveConsistency(crypto, last.size, checkpoint.size, reader)
      try {
        verifyConsistency(crypto, { size: last.size, root: last.root }, checkpoint, proof)
      } catch (cause) {
        if (!(cause instanceof VerificationError)) throw cause
        return parts.evidence.againstRegistry("changed-history", `${last.note}\n${note}`)
      }
    }
    await readEntries(last?.size ?? 0n, checkpoint, reader, note)
    sql.run`INSERT INTO checkpoint VALUES (${Number(checkpoint.size)}, ${hex(checkpoint.root)}, ${note}, ${instant(quorum.time) ?? ""})`
    latest = { checkpoint, reader }
    await look()
    parts.changed()
  }

  /** Reads all entries that are new: a public act that is marked there and was never handed out is evidence. */
  async function readEntries(
    from: bigint,
    checkpoint: OpenCheckpoint,
    reader: HashReader,
    note: string,
  ): Promise<void> {
    const width = BigInt(TILE_WIDTH)
    for (let bundle = from / width; bundle * width < checkpoint.size; bundle++) {
      const left = checkpoint.size - bundle * width
      const tile = { level: "entries" as const, index: bundle, width: left < width ? Number(left) : TILE_WIDTH }
      const entries = await openBundle(crypto, tile, await fetchTile(formatTilePath(tile)), reader)
      for (const [i, entry] of entries.entries()) {
        const index = bundle * width + BigInt(i)
        if (index >= from && entry[0] === 0x01) expect(entry, index, note)
      }
    }
    checkMarked()
  }

  function expect(entry: Uint8Array, index: bigint, note: string): void {
    const place = Number(readU64be(entry, 2))
    const one = { index: Number(index), line: publicLine(entry[1] ?? 0), place, note }
    const awaited = markedAwaited(archive).filter((other) => other.index !== one.index)
    if (!holdsMarked(archive, one)) keepMarked(archive, [...awaited, one])
  }

  /** Mail may lag behind the register; only what later mail has passed over was withheld. */
  function checkMarked(): void {
    const awaited = markedAwaited(archive)
    const left = awaited.filter((one) => one.index >= parts.next())
    if (left.length === awaited.length) return
    for (const one of awaited)
      if (one.index < parts.next() && !holdsMarked(archive, one))
        parts.evidence.againstRegistry("public-act-withheld", one.note)
    keepMarked(archive, left)
  }

  /** Proves what is not proven yet; one round at a time, and once more where mail came meanwhile. */
  function look(): Promise<void> {
    again = true
    looking ??= lookAgain().finally(() => {
      looking = undefined
    })
    return looking
  }

  async function lookAgain(): Promise<void> {
    while (again) {
      again = false
      await proveAll()
    }
  }

  async function proveAll(): Promise<void> {
    checkMarked()
    while (latest) {
      const { checkpoint, reader } = latest
      const size = Number(checkpoint.size)
      // Mail comes in the register's order and is proven in it: nothing before the last proof is looked at again.
      const rows = sql.all`SELECT "index", line, place, stamp, at FROM envelope
        WHERE "index" > coalesce((SELECT max("index") FROM proof), -1) AND "index" < ${size}
        ORDER BY "index" LIMIT ${TOGETHER}`
      if (rows.length === 0) return
      const proofs: { index: number; hashes: Uint8Array }[] = []
      for (const row of rows) {
        const index = number(row.index)
        const entry = entryOf(crypto, text(row.stamp) ?? "", text(row.line) ?? "", number(row.place))
        if (!sameBytes(await reader(0, BigInt(index)), leafHash(crypto, entry))) {
          parts.evidence.againstRegistry("entry", text(row.stamp) ?? "")
          continue
        }
        if (isOutsideWitnessTimes(archive, { index, at: text(row.at) ?? "" }, charter.clocks.stampBound))
          parts.evidence.againstRegistry("stamp-time", `${text(row.stamp)}\n${formatNote(checkpoint.note)}`)
        proofs.push({
          index,
          hashes: concat(...(await proveInclusion(crypto, BigInt(index), checkpoint.size, reader))),
        })
      }
      // What does not stand where its stamp says is never proven; the rest goes on.
      if (proofs.length === 0) return
      archive.transact(() => {
        for (const { index, hashes } of proofs)
          sql.run`INSERT OR IGNORE INTO proof VALUES (${index}, ${size}, ${hashes})`
      })
    }
  }

  return {
    offer(note) {
      offered = note
      verifying ??= verifyOffered()
    },
    idle: async () => void (await verifying),
    look: () =>
      look().catch((error: unknown) => parts.log(`proofs wait: ${error instanceof Error ? error.message : ""}`)),
    view() {
      const last = sql.get`SELECT size, root, witnessed FROM checkpoint ORDER BY size DESC LIMIT 1`
      const counts = sql.get`SELECT (SELECT count(*) FROM envelope) AS held, (SELECT count(*) FROM proof) AS proven`
      const held = number(counts?.held)
      return {
        origin: charter.register.origin,
        size: last ? number(last.size) : null,
        root: text(last?.root) ?? null,
        witnessedAt: text(last?.witnessed) ?? null,
        witnesses: standing,
        quorum: policy.quorum,
        notWitnessed: held - number(counts?.proven),
        held,
      }
    },
  }
}

function entryOf(crypto: Crypto, stamp: string, line: string, place: number): Uint8Array {
  // The stamp's signature was checked when it came in; only its text is the entry.
  return registerEntry(crypto, { line, place }, parseNote(stamp).text)
}

function instant(seconds: bigint | undefined): string | null {
  return seconds === undefined ? null : new Date(Number(seconds) * 1000).toISOString()
}

function boundedCache(kept: Map<string, Uint8Array>) {
  return {
    get: (path: string) => kept.get(path),
    set(path: string, bytes: Uint8Array) {
      if (kept.size >= KEPT_TILES) kept.delete(kept.keys().next().value ?? "")
      kept.set(path, bytes)
    },
  }
}

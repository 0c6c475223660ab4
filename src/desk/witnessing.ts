import { setImmediate } from "node:timers/promises"
import type { RegisterView } from "#offices/joins/screen.ts"
import type { Charter } from "#offices/roll/charter.ts"
import { openPolicies } from "#offices/roll/policies.ts"
import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { openCheckpoint } from "#register/log.ts"
import { parseVerifierKey } from "#register/note.ts"
import { evaluatePolicy, quorumFloor } from "#register/policy.ts"
import { tileReader } from "#register/tile-reader.ts"
import { type Archive, number, text } from "./archive.ts"
import { type HeldCheckpoint, keepCheckpoint, lastCheckpoint, type WitnessedAt } from "./checkpoints.ts"
import type { Evidence } from "./evidence.ts"
import { contradiction, grewFrom } from "./history.ts"
import { openMarkedActs } from "./marked.ts"
import { proveNext, type Witnessed } from "./proving.ts"

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
  /** The founding one: what of it is read here no amendment changes. */
  charter: Charter
  roll(): Roll
  registry: string
  evidence: Evidence
  /** Index of the first entry that this desk lacks. */
  next(): bigint
  changed(): void
  log(message: string): void
}

const KEPT_TILES = 64

/** Opens the witnessing of a desk. */
export function openWitnessing(parts: WitnessingParts): Witnessing {
  const verifying = openVerifying(parts)
  let offered: string | undefined
  let running: Promise<void> | undefined

  async function verifyOffered(): Promise<void> {
    for (let note = offered; note !== undefined; note = offered) {
      offered = undefined
      try {
        await verifying.take(note)
      } catch (error) {
        // Bytes that nobody signed accuse nobody: they are asked for again with the next checkpoint.
        parts.log(`a checkpoint was not verified: ${error instanceof Error ? error.message : ""}`)
      }
    }
    running = undefined
  }

  return {
    offer(note) {
      offered = note
      running ??= verifyOffered()
    },
    idle: async () => void (await running),
    look: () =>
      verifying
        .look()
        .catch((error: unknown) => parts.log(`proofs wait: ${error instanceof Error ? error.message : ""}`)),
    view: () => registerView(parts, verifying.quorum(), verifying.standing()),
  }
}

type Standing = RegisterView["witnesses"]

/** What takes one checkpoint after the other, and proves in the last one. */
function openVerifying(parts: WitnessingParts) {
  const { archive, crypto, charter, evidence } = parts
  const keys = charter.register.keys.map((key) => parseVerifierKey(crypto, key))
  const policyOver = openPolicies(crypto, parts.roll)
  const tiles = boundedCache(new Map<string, Uint8Array>())
  const marked = openMarkedActs({ ...parts, fetchTile })
  const proving = { archive, crypto, evidence, stampBound: charter.clocks.stampBound }
  let latest: Witnessed | undefined
  let standing: Standing = []
  let looking: Promise<void> | undefined
  let again = false

  async function fetchTile(path: string): Promise<Uint8Array> {
    const response = await fetch(`${parts.registry}/${path}`, { signal: AbortSignal.timeout(30_000) })
    if (!response.ok) throw new Error(`the registry did not hand out ${path}`)
    return new Uint8Array(await response.arrayBuffer())
  }

  async function take(note: string): Promise<void> {
    const head = await openCheckpoint(crypto, note, { origin: charter.register.origin, keys })
    const policy = policyOver(head.size)
    const quorum = await evaluatePolicy(crypto, policy, head.note)
    standing = quorum.members.map((m) => ({ name: m.name, cosigned: instant(m.time) }))
    // What its key signed is judged even without a quorum, so that a split view is caught at once.
    const against = await contradiction(archive, crypto, { ...head, note }, latest)
    if (against) return evidence.againstRegistry(against.code, against.notes)
    if (!quorum.holds || quorum.time === undefined) return parts.changed()
    const witnessed = { head, note, reader: tileReader(crypto, head, fetchTile, tiles) }
    const last = lastCheckpoint(archive)
    if (!last || head.size > last.size) {
      const at = { witnessed: instant(quorum.time) ?? "", floor: instant(quorumFloor(policy, quorum)) }
      return grow(witnessed, last, at)
    }
    // One that is already held, or older, brings nothing new; after a restart proofs go on from it.
    if (head.size === last.size) latest ??= witnessed
    return look()
  }

  async function grow(witnessed: Witnessed, last: HeldCheckpoint | undefined, at: WitnessedAt): Promise<void> {
    const { head, note } = witnessed
    if (last && !(await grewFrom(crypto, last, witnessed)))
      return evidence.againstRegistry("changed-history", `${last.note}\n${note}`)
    await marked.read(last?.size ?? 0n, witnessed, note)
    keepCheckpoint(archive, { ...head, note }, at)
    latest = witnessed
    await look()
    parts.changed()
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
      marked.check()
      // In between, whatever else waits is done: after a long absence there is much to prove.
      while (latest && (await proveNext(proving, latest))) await setImmediate()
    }
  }

  return { take, look, quorum: () => policyOver(latest?.head.size ?? 0n).quorum, standing: () => standing }
}

function registerView({ archive, charter }: WitnessingParts, quorum: string, witnesses: Standing): RegisterView {
  const { sql } = archive
  const last = sql.get`SELECT size, root, witnessed FROM checkpoint ORDER BY size DESC LIMIT 1`
  const counts = sql.get`SELECT (SELECT count(*) FROM envelope) AS held, (SELECT count(*) FROM proof) AS proven`
  const held = number(counts?.held)
  return {
    origin: charter.register.origin,
    size: last ? number(last.size) : null,
    root: text(last?.root) ?? null,
    witnessedAt: text(last?.witnessed) ?? null,
    witnesses,
    quorum,
    notWitnessed: held - number(counts?.proven),
    held,
  }
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

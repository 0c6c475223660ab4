import { existsSync } from "node:fs"
import { open, readFile, rename, rm } from "node:fs/promises"
import { join } from "node:path"
import type pg from "pg"
import { openPolicies } from "#offices/roll/policies.ts"
import { emptyRoll, type Roll } from "#offices/roll/roll.ts"
import { hex } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { openCheckpoint } from "#register/log.ts"
import { parseNote, parseVerifierKey, type VerifierKey } from "#register/note.ts"
import { evaluatePolicy } from "#register/policy.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"
import type { Frame } from "#seal/wire.ts"
import { type Backup, openBackup } from "./backup.ts"
import { openRestoredFiles } from "./backup-files.ts"
import { type Ends, openEnds } from "./ends.ts"
import { type Growth, openGrowth } from "./growth.ts"
import { insertGroup } from "./inserting.ts"
import { type Ledger, openLedger, type Row } from "./ledger.ts"
import { type EnvelopeFrame, openStamped, reenter } from "./restored-envelope.ts"

export type RestoreOptions = {
  /** The registry's folder. Its charter must be the backup's; where there is none, the backup's is written there. */
  folder: string
  database: pg.PoolConfig
  file: string
}

/** Envelopes that one statement inserts. */
const GROUP = 128

/**
 * Fills an empty database from a backup, in one transaction: every signature, chain, place and index is checked again,
 * tiles and root are computed anew and compared with the checkpoints. Throws with a sentence for anything else than
 * the whole backup of this office; then the database is as empty as before. Leaves the mark `restored`.
 */
export async function restoreBackup({ folder, database, file }: RestoreOptions): Promise<{ size: bigint }> {
  await using ledger = await openLedger(database)
  if ((await ledger.size()) > 0n || (await ledger.lastCheckpoint()))
    throw new Error("the database is not empty: a backup is restored into an empty one only. Nothing was changed.")
  try {
    await using backup = await openBackup(file)
    const charter = await charterOf(folder)
    if (charter !== undefined && charter !== backup.founded.text)
      throw new VerificationError("charter.malformed", "it is of another office than the charter in the folder")
    const client = await ledger.pool.connect()
    try {
      await client.query("BEGIN")
      const size = await fill(client, ledger, backup)
      await client.query("INSERT INTO restored VALUES ($1)", [String(size)])
      // The charter first: without it a crash would leave a filled database that no registry opens.
      if (charter === undefined) await keepCharter(folder, backup.founded.text)
      await client.query("COMMIT")
      return { size }
    } finally {
      // Closed, not given back: whatever was not committed is undone with it.
      client.release(true)
    }
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : ""
    throw new Error(`the backup ${file} was not restored: ${why}. Nothing was changed.`, { cause })
  }
}

async function charterOf(folder: string): Promise<string | undefined> {
  const file = join(folder, "charter.json")
  return existsSync(file) ? readFile(file, "utf8") : undefined
}

async function keepCharter(folder: string, text: string): Promise<void> {
  const file = join(folder, "charter.json")
  const handle = await open(`${file}.next`, "w", 0o600)
  try {
    await handle.writeFile(text)
    await handle.sync()
    await rename(`${file}.next`, file)
  } catch (error) {
    await rm(`${file}.next`, { force: true })
    throw error
  } finally {
    await handle.close()
  }
}

/** What has been restored so far. */
type State = { roll: Roll; at: string; ends: Ends; growth: Growth }
type Shown = { size: bigint; root: string; note: string }

async function fill(client: pg.PoolClient, ledger: Ledger, backup: Backup): Promise<bigint> {
  const { founded } = backup
  const registry = parseVerifierKey(nodeCrypto, founded.charter.registry)
  const { origin, keys } = founded.charter.register
  const log = { origin, keys: keys.map((key) => parseVerifierKey(nodeCrypto, key)) }
  const state: State = {
    ...{ roll: emptyRoll(founded), at: "", ends: openEnds(nodeCrypto, ledger) },
    growth: await openGrowth(nodeCrypto, ledger),
  }
  const shown: Shown[] = []
  const files = openRestoredFiles(client)
  for await (const frames of backup.frames()) {
    for (const frame of frames) if (frame.kind === "checkpoint") shown.push(await openShown(frame.note, log))
    for (const group of groups(frames, state.growth.size(), shown)) {
      await enter(client, state, registry, group)
      checkRoots(state.growth, shown)
    }
    for (const frame of frames) await files.take(frame)
  }
  await files.end()
  const size = state.growth.size()
  if (size !== backup.size) throw new VerificationError("tree.size", "it does not hold as many entries as it says")
  if (shown.some((checkpoint) => checkpoint.size > size))
    throw new VerificationError("tree.size", "its checkpoint is of more entries than it holds")
  // By the charter over each: only now every amendment is known.
  const policyOver = openPolicies(nodeCrypto, () => state.roll)
  for (const { size, note } of shown) {
    const { holds } = await evaluatePolicy(nodeCrypto, policyOver(size), parseNote(note))
    await client.query("INSERT INTO checkpoint VALUES ($1, $2, $3)", [String(size), note, holds])
  }
  return size
}

async function openShown(note: string, log: { origin: string; keys: VerifierKey[] }): Promise<Shown> {
  const { size, root } = await openCheckpoint(nodeCrypto, note, log)
  return { size, root: hex(root), note }
}

/** The envelopes of these frames in groups that end where a checkpoint does, so that its root can be compared. */
function* groups(frames: readonly Frame[], size: bigint, shown: readonly Shown[]): Generator<EnvelopeFrame[]> {
  let group: EnvelopeFrame[] = []
  let at = size
  for (const frame of frames) {
    if (frame.kind !== "envelope") continue
    group.push(frame)
    at++
    if (group.length < GROUP && !shown.some((checkpoint) => checkpoint.size === at)) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}

async function enter(client: pg.PoolClient, state: State, registry: VerifierKey, frames: EnvelopeFrame[]) {
  const { office } = state.roll
  const opened = await Promise.all(frames.map((frame) => openStamped(nodeCrypto, office, registry, frame)))
  const rows: Row[] = []
  for (const stamped of opened) {
    const { roll, at, ends } = state
    const index = state.growth.size() + BigInt(rows.length)
    const entered = await reenter(nodeCrypto, { roll, at, index, ends }, stamped)
    if ("misfit" in entered)
      throw new VerificationError("stamp.mismatch", `entry ${index} does not follow what stands before it`)
    rows.push(entered.row)
    ends.add(entered.row)
    state.roll = entered.roll
    state.at = stamped.stamp.at
  }
  const grown = state.growth.grow(rows.map((row) => row.entry))
  await insertGroup(client, rows, grown.tiles)
  grown.keep()
  state.ends.keep(rows)
}

function checkRoots(growth: Growth, shown: readonly Shown[]): void {
  const here = shown.filter((checkpoint) => checkpoint.size === growth.size())
  if (here.some((checkpoint) => checkpoint.root !== hex(growth.root())))
    throw new VerificationError("tree.proof", "its entries do not make the root of its checkpoint")
}

import { fromHex, hex } from "#register/bytes.ts"
import type { TreeHead } from "#register/tree.ts"
import { type Archive, number, text } from "./archive.ts"

/** A checkpoint that this desk verified, witnessed, with the note that says so. */
export type HeldCheckpoint = TreeHead & { note: string }

/** The last checkpoint that this desk verified. */
export function lastCheckpoint({ sql }: Archive): HeldCheckpoint | undefined {
  const row = sql.get`SELECT size, root, note FROM checkpoint ORDER BY size DESC LIMIT 1`
  return row && held(row)
}

/** The checkpoint of exactly this size. */
export function checkpointOf({ sql }: Archive, size: bigint): HeldCheckpoint | undefined {
  const row = sql.get`SELECT size, root, note FROM checkpoint WHERE size = ${Number(size)}`
  return row && held(row)
}

/** When the quorum of a checkpoint held, and before when none can have stood behind a larger one (register/policy.ts). */
export type WitnessedAt = { witnessed: string; floor: string | null }

/** Keeps a checkpoint with its witnesses' times. */
export function keepCheckpoint(
  { sql }: Archive,
  { size, root, note }: HeldCheckpoint,
  { witnessed, floor }: WitnessedAt,
): void {
  sql.run`INSERT INTO checkpoint (size, root, note, witnessed, floor)
    VALUES (${Number(size)}, ${hex(root)}, ${note}, ${witnessed}, ${floor})`
}

function held(row: Record<string, unknown>): HeldCheckpoint {
  return { size: BigInt(number(row.size)), root: fromHex(text(row.root) ?? ""), note: text(row.note) ?? "" }
}

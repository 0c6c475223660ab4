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

/** Keeps a checkpoint with the instant at which its quorum of witnesses held. */
export function keepCheckpoint({ sql }: Archive, { size, root, note }: HeldCheckpoint, witnessed: string): void {
  sql.run`INSERT INTO checkpoint VALUES (${Number(size)}, ${hex(root)}, ${note}, ${witnessed})`
}

function held(row: Record<string, unknown>): HeldCheckpoint {
  return { size: BigInt(number(row.size)), root: fromHex(text(row.root) ?? ""), note: text(row.note) ?? "" }
}

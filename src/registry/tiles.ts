import { VerificationError } from "#register/error.ts"
import { encodeBundle, parseTilePath, TILE_WIDTH } from "#register/tiles.ts"
import type { Growth } from "./growth.ts"
import type { Ledger } from "./ledger.ts"

/** The register's public files: tiles and entry bundles by their paths (C2SP tlog-tiles). */
export type Tiles = {
  /** Bytes at a path; throws `tile.malformed` for a path that is not one, or beyond what was entered. */
  read(path: string): Promise<Uint8Array>
}

// Full tiles never change; 1024 of them are 8 MiB.
const KEPT = 1024
const HASH = 32

/** Opens the tiles over what was entered. */
export function openTiles(ledger: Ledger, growth: Growth): Tiles {
  const kept = new Map<string, Uint8Array>()

  async function readFull(level: number | "entries", index: bigint): Promise<Uint8Array | undefined> {
    if (level !== "entries") return ledger.tile(level, index)
    const from = index * BigInt(TILE_WIDTH)
    const entries = await ledger.entries(from, from + BigInt(TILE_WIDTH))
    return entries.length === TILE_WIDTH ? encodeBundle(entries) : undefined
  }

  async function readPartial(level: number | "entries", index: bigint, width: number): Promise<Uint8Array | undefined> {
    if (level === "entries") {
      const from = index * BigInt(TILE_WIDTH)
      const entries = await ledger.entries(from, from + BigInt(width))
      return entries.length === width ? encodeBundle(entries) : undefined
    }
    // The tile at the right edge has grown since some checkpoint: its first hashes are what that one's tile was.
    const bytes = growth.edge(level, index) ?? (await ledger.tile(level, index))
    return bytes && bytes.length >= width * HASH ? bytes.subarray(0, width * HASH) : undefined
  }

  return {
    async read(path) {
      const known = kept.get(path)
      if (known) return known
      const { level, index, width } = parseTilePath(path)
      const full = width === TILE_WIDTH
      const bytes = full ? await readFull(level, index) : await readPartial(level, index, width)
      if (!bytes) throw new VerificationError("tile.malformed", "no such tile in the register yet")
      if (full) {
        if (kept.size >= KEPT) kept.delete(kept.keys().next().value ?? "")
        kept.set(path, bytes)
      }
      return bytes
    },
  }
}

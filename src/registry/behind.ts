import type { Founded } from "#offices/roll/charter.ts"
import { sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { tileReader } from "#register/tile-reader.ts"
import { subtreeRoot } from "#register/tree.ts"
import type { Frame } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { openReturned } from "./behind-returned.ts"
import type { Checkpoints } from "./checkpoints.ts"
import type { Growth } from "./growth.ts"
import type { Ledger } from "./ledger.ts"
import type { Tiles } from "./tiles.ts"
import type { Writer } from "./writer.ts"

/**
 * A registry is behind while its database may hold less than it once stamped: after an old backup was restored, or a
 * disk was lost. Entering anything then would fork the register. So at each start it asks the witnesses for how many
 * entries they stand, and while that is more it takes nothing in, says nothing final, and takes the missing entries
 * back from the desks that hold them, each proven by the registry's own stamp (docs/operating.md).
 */
export type Behind = {
  /** Whether nothing may be taken in. It is so until `begin` has asked the witnesses. */
  holds(): boolean
  /** Why, in a sentence for the operator; undefined while the registry works. */
  why(): string | undefined
  /** Somebody stands for so many entries: a witness by its answer, a desk by a stamp or a checkpoint. */
  claim(size: bigint): void
  /** Takes what a desk hands back; answers what is still wanted. Whoever calls controls every byte. */
  takeBack(frames: readonly Frame[]): Promise<Wanted>
  begin(): Promise<void>
  close(): Promise<void>
}

/** The index that is waited for and the first that is not taken yet. */
export type Wanted = { next: bigint; until: bigint; behind: boolean }

export type BehindParts = {
  crypto: Crypto
  clock: Clock
  founded: Founded
  ledger: Ledger
  growth: Growth
  tiles: Tiles
  /** Both are opened after this, and know it. */
  writer(): Writer
  checkpoints(): Checkpoints
  /** The registry fell behind while it ran: desks must come anew to learn it. */
  fell(): void
  log(message: string): void
}

const LOOK_MS = 1000
const AGAIN_MS = 5000
// After so many looks at one index the operator is told that nobody brings it.
const PATIENCE = 10
// Longer than a desk waits between two attempts to open its mail: whoever holds stamps that no witness has seen yet
// has come by then and shown them.
const SETTLE_MS = 20_000

/** Opens the watch over a ledger; it asks nobody before `begin`. */
export function openBehind(parts: BehindParts): Behind {
  const { clock, growth, log } = parts
  let active = true
  let closed = false
  let wanted = 0n
  let settled = Number.POSITIVE_INFINITY
  let waits = { index: -1n, looks: 0 }
  let otherRoot: string | undefined
  let bell: Disposable | undefined
  let looking: Promise<void> | undefined
  const returned = openReturned({ ...parts, behind: () => active, claim })

  function claim(size: bigint): void {
    if (size > wanted) wanted = size
    if (active || wanted <= growth.size()) return
    fall()
    parts.fell()
  }

  function fall(): void {
    active = true
    settled = clock.now() + SETTLE_MS
    waits = { index: -1n, looks: 0 }
    log(why() ?? "")
    next(LOOK_MS)
  }

  /** Looks again after `ms`; never where the registry works. */
  function next(ms: number | undefined): void {
    bell?.[Symbol.dispose]()
    if (closed || ms === undefined) return
    bell = clock.after(ms, () => {
      looking = look().then(next, (error: unknown) => {
        log(`what is missing was not looked for: ${error instanceof Error ? error.message : ""}`)
        next(AGAIN_MS)
      })
    })
  }

  /** Answers after how long to look again, undefined once the registry works. */
  async function look(): Promise<number | undefined> {
    const size = growth.size()
    if (size < wanted || wrong()) {
      waits = { index: size, looks: waits.index === size ? waits.looks + 1 : 0 }
      if (waits.looks === PATIENCE) log(`${why()}; no desk has brought it yet`)
      return LOOK_MS
    }
    if (clock.now() < settled) return LOOK_MS
    if (!(await isWhole())) return AGAIN_MS
    active = false
    returned.clear()
    log(`the register is whole again with ${growth.size()} entries: envelopes are taken in`)
    parts.checkpoints().wake()
    return undefined
  }

  /** Whether nobody stands for more than is here and a quorum of witnesses stands for exactly that. */
  async function isWhole(): Promise<boolean> {
    const checkpoints = parts.checkpoints()
    const asMuch = () => growth.size() >= wanted && growth.size() >= checkpoints.seen()
    // Never signed: the register would convict itself with two roots of one size.
    if (!(await continuesShown())) return false
    await checkpoints.learn()
    claim(checkpoints.seen())
    if (!asMuch() || !(await checkpoints.publish()) || !asMuch()) return false
    await parts.ledger.pool.query("DELETE FROM restored")
    return asMuch()
  }

  async function continuesShown(): Promise<boolean> {
    const shown = returned.shown()
    if (!shown || shown.size > growth.size()) return true
    const head = { size: growth.size(), root: growth.root() }
    const root = await subtreeRoot(parts.crypto, 0n, shown.size, tileReader(parts.crypto, head, parts.tiles.read))
    if (sameBytes(root, shown.root)) return true
    otherRoot = `the ${shown.size} entries here are not those whose root was signed before`
    log(why() ?? "")
    return false
  }

  /** What no desk can mend. */
  function wrong(): string | undefined {
    return otherRoot ?? returned.forked()
  }

  function why(): string | undefined {
    if (!active) return undefined
    const size = growth.size()
    if (wrong()) return `the registry takes nothing in: ${wrong()}. Restore a newer backup`
    if (size < wanted)
      return `the registry takes nothing in: ${wanted} entries were signed for and ${size} are here; entry ${size} is awaited from a desk that holds it`
    return "the registry takes nothing in until a quorum of witnesses has cosigned the register as it is here"
  }

  return {
    holds: () => active,
    why,
    claim,
    async takeBack(frames) {
      await returned.take(frames)
      return { next: growth.size(), until: returned.until(), behind: active }
    },
    async begin() {
      const { rows } = await parts.ledger.pool.query("SELECT count(*) AS n FROM restored")
      await parts.checkpoints().learn()
      claim(parts.checkpoints().seen())
      if (Number(rows[0].n) > 0 || wanted > growth.size()) return fall()
      active = false
      parts.checkpoints().wake()
    },
    async close() {
      closed = true
      bell?.[Symbol.dispose]()
      await Promise.all([looking, returned.idle()])
    },
  }
}

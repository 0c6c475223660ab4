import type { Founded } from "#offices/roll/charter.ts"
import { sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import type { Signer } from "#register/note.ts"
import { tileReader } from "#register/tile-reader.ts"
import { subtreeRoot } from "#register/tree.ts"
import type { Frame, Posted } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { openReturned, type Returned } from "./behind-returned.ts"
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
  /** A desk hands in what has no stamp here: it may be what nobody brings. */
  handedIn(posted: Posted): void
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
  /** The key of the registry's stamps. */
  signer: Signer
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
const WAY_OUT =
  ", and no desk has brought it yet. Start every desk: an entry that only its author knows is made again from what that desk still hands in. If all of them have come and it is still awaited, restore a newer backup"
// Longer than a desk waits between two attempts to open its mail: whoever holds stamps that no witness has seen yet
// has come by then and shown them.
const SETTLE_MS = 20_000

type Watch = {
  /** Whether nothing may be taken in. */
  active: boolean
  /** The most entries that somebody stands for. */
  wanted: bigint
  /** When everybody who may stand for more has had the time to say so. */
  settled: number
  /** How many looks in a row found the same index missing. */
  missing: { index: bigint; looks: number }
  /** That the entries here are not those whose root was signed before: what no desk can mend. */
  otherRoot: string | undefined
}
type Watching = BehindParts & { watch: Watch; returned: Returned }

/** Opens the watch over a ledger; it asks nobody before `begin`. */
export function openBehind(parts: BehindParts): Behind {
  const { clock, growth, log } = parts
  const watch: Watch = {
    active: true,
    wanted: 0n,
    settled: Number.POSITIVE_INFINITY,
    missing: { index: -1n, looks: 0 },
    otherRoot: undefined,
  }
  const returned = openReturned({ ...parts, behind: () => watch.active, isPatient: () => isPatient(watch), claim })
  const watching: Watching = { ...parts, watch, returned }
  const looks = openLooks(clock, () => look(watching), log)

  function claim(size: bigint): void {
    raise(watch, size)
    if (watch.active || watch.wanted <= growth.size()) return
    fall()
    parts.fell()
  }

  function fall(): void {
    watch.active = true
    watch.settled = clock.now() + SETTLE_MS
    watch.missing = { index: -1n, looks: 0 }
    log(why(watching) ?? "")
    looks.after(LOOK_MS)
  }

  return {
    holds: () => watch.active,
    why: () => why(watching),
    claim,
    handedIn: returned.handedIn,
    async takeBack(frames) {
      await returned.take(frames)
      return { next: growth.size(), until: returned.until(), behind: watch.active }
    },
    async begin() {
      const { rows } = await parts.ledger.pool.query("SELECT count(*) AS n FROM restored")
      await parts.checkpoints().learn()
      claim(parts.checkpoints().seen())
      if (Number(rows[0].n) > 0 || watch.wanted > growth.size()) return fall()
      watch.active = false
      parts.checkpoints().wake()
    },
    async close() {
      await looks.close()
      await returned.idle()
    },
  }
}

/** Whether everybody who may bring what is missing has had the time. */
function isPatient({ missing }: Watch): boolean {
  return missing.looks >= PATIENCE
}

function raise(watch: Watch, size: bigint): void {
  if (size > watch.wanted) watch.wanted = size
}

/** Looks after the milliseconds that it is told, and again after those that each look answers; undefined ends it. */
function openLooks(clock: Clock, look: () => Promise<number | undefined>, log: (message: string) => void) {
  let bell: Disposable | undefined
  let closed = false
  let looking: Promise<void> | undefined

  function after(ms: number | undefined): void {
    bell?.[Symbol.dispose]()
    if (closed || ms === undefined) return
    bell = clock.after(ms, () => {
      looking = look().then(after, (error: unknown) => {
        log(`what is missing was not looked for: ${error instanceof Error ? error.message : ""}`)
        after(AGAIN_MS)
      })
    })
  }

  return {
    after,
    async close() {
      closed = true
      bell?.[Symbol.dispose]()
      await looking
    },
  }
}

/** One look at whether the register is whole; answers after how long to look again, undefined once it is. */
async function look(watching: Watching): Promise<number | undefined> {
  const { watch, growth, clock, log } = watching
  const size = growth.size()
  if (size < watch.wanted || wrong(watching)) {
    const { missing } = watch
    watch.missing = { index: size, looks: missing.index === size ? missing.looks + 1 : 0 }
    if (watch.missing.looks === PATIENCE) log(why(watching) ?? "")
    return LOOK_MS
  }
  if (clock.now() < watch.settled) return LOOK_MS
  if (!(await isWhole(watching))) return AGAIN_MS
  watch.active = false
  watching.returned.clear()
  log(`the register is whole again with ${growth.size()} entries: envelopes are taken in`)
  watching.checkpoints().wake()
  return undefined
}

/** Whether nobody stands for more than is here and a quorum of witnesses stands for exactly that. */
async function isWhole(watching: Watching): Promise<boolean> {
  const { watch, growth, ledger } = watching
  const checkpoints = watching.checkpoints()
  const asMuch = () => growth.size() >= watch.wanted && growth.size() >= checkpoints.seen()
  // Never signed: the register would convict itself with two roots of one size.
  if (!(await continuesShown(watching))) return false
  await checkpoints.learn()
  raise(watch, checkpoints.seen())
  if (!asMuch() || !(await checkpoints.publish()) || !asMuch()) return false
  await ledger.pool.query("DELETE FROM restored")
  return asMuch()
}

/** Whether the largest tree that a desk showed begins the one that is here. */
async function continuesShown(watching: Watching): Promise<boolean> {
  const { watch, returned, growth, crypto, tiles, log } = watching
  const shown = returned.shown()
  if (!shown || shown.size > growth.size()) return true
  const head = { size: growth.size(), root: growth.root() }
  const root = await subtreeRoot(crypto, 0n, shown.size, tileReader(crypto, head, tiles.read))
  if (sameBytes(root, shown.root)) return true
  watch.otherRoot = `the ${shown.size} entries here are not those whose root was signed before`
  log(why(watching) ?? "")
  return false
}

/** What no desk can mend. */
function wrong({ watch, returned }: Watching): string | undefined {
  return watch.otherRoot ?? returned.forked()
}

/** The sentence for the operator. */
function why(watching: Watching): string | undefined {
  const { watch, growth } = watching
  if (!watch.active) return undefined
  const size = growth.size()
  const beyondMending = wrong(watching)
  if (beyondMending) return `the registry takes nothing in: ${beyondMending}. Restore a newer backup`
  if (size < watch.wanted)
    return `the registry takes nothing in: ${watch.wanted} entries were signed for and ${size} are here; entry ${size} is awaited from a desk that holds it${isPatient(watch) ? WAY_OUT : ""}`
  return "the registry takes nothing in until a quorum of witnesses has cosigned the register as it is here"
}

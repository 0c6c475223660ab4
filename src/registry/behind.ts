import type { Founded } from "#offices/roll/charter.ts"
import { hex, sameBytes } from "#register/bytes.ts"
import type { Crypto } from "#register/crypto.ts"
import { VerificationError } from "#register/error.ts"
import { openCheckpoint } from "#register/log.ts"
import { parseVerifierKey } from "#register/note.ts"
import { tileReader } from "#register/tile-reader.ts"
import { subtreeRoot, type TreeHead } from "#register/tree.ts"
import type { Frame } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import type { Checkpoints } from "./checkpoints.ts"
import type { Growth } from "./growth.ts"
import type { Ledger, Row } from "./ledger.ts"
import { type EnvelopeFrame, openStamped, reenter, type Stamped } from "./restored-envelope.ts"
import type { Tiles } from "./tiles.ts"
import type { Writer } from "./writer.ts"

/**
 * A registry is behind while its database may hold less than it once stamped: after an old backup was restored, or a
 * disk was lost. Entering anything then would fork the register (formats.md §5, 7). So at each start it asks the
 * witnesses for how many entries they stand, and while that is more it takes nothing in, says nothing final, and takes
 * the missing entries back from the desks that hold them, each proven by the registry's own stamp.
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
  /** They are opened after this and know it. */
  writer(): Writer
  checkpoints(): Checkpoints
  /** The registry fell behind while it ran: desks must come anew to learn it. */
  fell(): void
  log(message: string): void
}

// Entries kept ahead of the one that is waited for: several desks hand back, each only its own lines.
const WINDOW = 2048n
const GROUP = 256
const LOOK_MS = 1000
// After this many looks at one index the operator is told that nobody brings it.
const PATIENCE = 10
const AGAIN_MS = 5000
// Longer than a desk waits between two attempts to open its mail: whoever holds stamps that no witness has seen yet
// has come by then and shown them.
const SETTLE_MS = 20_000

/** Opens the watch over a ledger; it asks nobody before `begin`. */
export function openBehind(parts: BehindParts): Behind {
  const { crypto, clock, growth, ledger, founded, log } = parts
  const { origin, keys } = founded.charter.register
  const register = { origin, keys: keys.map((key) => parseVerifierKey(crypto, key)) }
  const registry = parseVerifierKey(crypto, founded.charter.registry)
  const pending = new Map<bigint, Stamped>()
  let active = true
  let closed = false
  let wanted = 0n
  let shown: TreeHead | undefined
  let forked: string | undefined
  let settled = Number.POSITIVE_INFINITY
  let waits = { index: -1n, looks: 0 }
  let bell: Disposable | undefined
  let looking: Promise<void> | undefined
  let entering: Promise<unknown> = Promise.resolve()

  function claim(size: bigint): void {
    if (size > wanted) wanted = size
    if (active || wanted <= growth.size()) return
    fall()
    parts.fell()
  }

  function fall(): void {
    active = true
    settled = clock.now() + SETTLE_MS
    log(why() ?? "")
    next(LOOK_MS)
  }

  function next(ms: number): void {
    bell?.[Symbol.dispose]()
    if (closed) return
    bell = clock.after(ms, () => {
      looking = look().catch((error: unknown) => {
        log(`what is missing was not looked for: ${error instanceof Error ? error.message : ""}`)
        next(AGAIN_MS)
      })
    })
  }

  async function look(): Promise<void> {
    const size = growth.size()
    if (size < wanted || forked) {
      waits = { index: size, looks: waits.index === size ? waits.looks + 1 : 0 }
      if (waits.looks === PATIENCE) log(`${why()}; no desk has brought it yet`)
      return next(LOOK_MS)
    }
    if (clock.now() < settled) return next(LOOK_MS)
    if (await isWhole()) return
    next(AGAIN_MS)
  }

  /** Whether a quorum of witnesses stands for exactly what is here: then the registry works again. */
  async function isWhole(): Promise<boolean> {
    if (shown && !sameBytes(await rootAt(shown.size), shown.root)) {
      // Never signed: the register would convict itself with two roots of one size.
      forked = `the entries here do not make the root ${hex(shown.root)} that was signed at size ${shown.size}`
      log(why() ?? "")
      return false
    }
    const checkpoints = parts.checkpoints()
    const asMuch = () => growth.size() >= wanted && checkpoints.seen() <= growth.size()
    await checkpoints.learn()
    wanted = checkpoints.seen() > wanted ? checkpoints.seen() : wanted
    if (!asMuch() || !(await checkpoints.publish()) || !asMuch()) return false
    await ledger.pool.query("DELETE FROM restored")
    if (!asMuch()) return false
    active = false
    pending.clear()
    log(`the register is whole again with ${growth.size()} entries: envelopes are taken in`)
    checkpoints.wake()
    return true
  }

  function rootAt(size: bigint): Promise<Uint8Array> {
    const head = { size: growth.size(), root: growth.root() }
    return subtreeRoot(crypto, 0n, size, tileReader(crypto, head, parts.tiles.read))
  }

  function why(): string | undefined {
    if (!active) return undefined
    const size = growth.size()
    if (forked) return `the registry takes nothing in: ${forked}. Restore a newer backup`
    if (size < wanted)
      return `the registry takes nothing in: ${wanted} entries were signed for and ${size} are here; entry ${size} is awaited from a desk that holds it`
    return "the registry takes nothing in until a quorum of witnesses has cosigned the register as it is here"
  }

  async function hold(frame: EnvelopeFrame): Promise<void> {
    // Most of what comes is known: it is not worth checking a signature for.
    const stated = /\nindex (\d{1,19})\n/.exec(frame.stamp)?.[1]
    if (stated === undefined || BigInt(stated) < growth.size()) return
    const stamped = await openStamped(crypto, founded.office, registry, frame)
    const { index } = stamped.stamp
    claim(index + 1n)
    if (index < growth.size() || index >= growth.size() + WINDOW) return
    const { body } = stamped.signed.header
    // Somebody may put anything beside a true stamp; only what its author signed is kept.
    if (frame.body && crypto.sha256(frame.body).toHex() !== body.hash) return
    if (frame.body || !pending.has(index)) pending.set(index, stamped)
  }

  async function show(note: string): Promise<void> {
    const checkpoint = await openCheckpoint(crypto, note, register)
    claim(checkpoint.size)
    if (checkpoint.size > 0n && checkpoint.size > (shown?.size ?? 0n)) shown = checkpoint
  }

  async function enterPending(): Promise<void> {
    while (active && !forked && !closed && pending.has(growth.size())) {
      const entered = await parts.writer().reenter(async ({ roll, at, ends }) => {
        const group: Row[] = []
        for (let index = growth.size(); group.length < GROUP; index++) {
          const stamped = pending.get(index)
          pending.delete(index)
          const one = stamped && (await readmitted({ roll, at, ends, group, index }, stamped))
          if (!stamped || !one) break
          group.push(one.row)
          roll = one.roll
          at = stamped.stamp.at
        }
        return { rows: group, roll, at }
      })
      if (entered === 0) break
    }
  }

  async function readmitted(before: Parameters<typeof reenter>[1], stamped: Stamped) {
    try {
      const one = await reenter(crypto, before, stamped)
      if (!("misfit" in one)) return one
      forked = `what was stamped as entry ${before.index} does not continue what is here (${one.misfit})`
      log(why() ?? "")
    } catch (error) {
      // A copy that somebody spoilt: the next desk may bring a good one.
      if (!(error instanceof VerificationError)) throw error
    }
    return undefined
  }

  return {
    holds: () => active,
    why,
    claim,
    async takeBack(frames) {
      for (const frame of frames) {
        try {
          if (frame.kind === "checkpoint") await show(frame.note)
          if (frame.kind === "envelope") await hold(frame)
        } catch (error) {
          if (!(error instanceof VerificationError)) throw error
        }
      }
      const mine = entering.then(enterPending)
      entering = mine.catch(() => undefined)
      await mine
      return { next: growth.size(), until: growth.size() + WINDOW, behind: active }
    },
    async begin() {
      const { rows } = await ledger.pool.query("SELECT count(*) AS n FROM restored")
      await parts.checkpoints().learn()
      claim(parts.checkpoints().seen())
      if (Number(rows[0].n) > 0 || wanted > growth.size()) return fall()
      active = false
      parts.checkpoints().wake()
    },
    async close() {
      closed = true
      bell?.[Symbol.dispose]()
      await Promise.all([looking, entering])
    },
  }
}

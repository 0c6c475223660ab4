import type { Founded } from "#offices/roll/charter.ts"
import { VerificationError } from "#register/error.ts"
import { openCheckpoint } from "#register/log.ts"
import { parseVerifierKey } from "#register/note.ts"
import type { TreeHead } from "#register/tree.ts"
import type { Frame, Posted } from "#seal/wire.ts"
import { openLost } from "./behind-lost.ts"
import type { Before, Composed } from "./entering.ts"
import type { RestampingParts } from "./restamping.ts"
import { type EnvelopeFrame, openStamped, reenter, type Stamped } from "./restored-envelope.ts"
import type { Writer } from "./writer.ts"

/** What desks hand back: kept until it is its turn, then entered again under the stamp that it once got. */
export type Returned = {
  /** Takes frames of a mail stream; what was not signed by this registry is passed over. */
  take(frames: readonly Frame[]): Promise<void>
  /**
   * A desk hands in what has no stamp here. Where it is the one entry that nobody brings before a root that was signed,
   * it is entered again under the stamp that it once got (restamping.ts).
   */
  handedIn(posted: Posted): void
  /** First index that is not taken yet. */
  until(): bigint
  /** The largest tree that a desk showed a signed checkpoint of. */
  shown(): TreeHead | undefined
  /** Why what comes back cannot continue what is here, once that is proven. */
  forked(): string | undefined
  clear(): void
  idle(): Promise<void>
}

export type ReturnedParts = RestampingParts & {
  founded: Founded
  writer(): Writer
  /** Whether entries are missing; told before anything is entered. */
  behind(): boolean
  /** Whether every desk has had the time to bring what is next. */
  isPatient(): boolean
  log(message: string): void
  /** A stamp or a checkpoint shows that there were so many entries. */
  claim(size: bigint): void
}

// Entries kept ahead of the one that is waited for: several desks hand back, each only its own lines.
const WINDOW = 2048n
const GROUP = 256

/** The keys that sign checkpoints and stamps. */
function keysOf({ crypto, founded: { charter } }: ReturnedParts) {
  const { origin, keys } = charter.register
  const register = { origin, keys: keys.map((key) => parseVerifierKey(crypto, key)) }
  return { register, registry: parseVerifierKey(crypto, charter.registry) }
}

/** Opens what comes back, for a registry that may be behind. */
export function openReturned(parts: ReturnedParts): Returned {
  const { crypto, founded, growth, claim } = parts
  const { register, registry } = keysOf(parts)
  const pending = new Map<bigint, Stamped>()
  let shown: TreeHead | undefined
  let forked: string | undefined
  let entering: Promise<unknown> = Promise.resolve()
  const lost = openLost({ ...parts, pending, shown: () => shown, inTurn, bring })

  async function hold(frame: EnvelopeFrame): Promise<void> {
    // Most of what comes is known: it is not worth checking a signature for.
    const stated = /\nindex (\d{1,19})\n/.exec(frame.stamp)?.[1]
    if (stated === undefined || BigInt(stated) < growth.size()) return
    const stamped = await openStamped(crypto, founded.office, registry, frame)
    const { index } = stamped.stamp
    claim(index + 1n)
    if (index < growth.size() || index >= growth.size() + WINDOW) return
    // Somebody may put anything beside a true stamp; only what its author signed is kept.
    if (frame.body && crypto.sha256(frame.body).toHex() !== stamped.signed.header.body.hash) return
    if (frame.body || !pending.has(index)) pending.set(index, stamped)
  }

  async function show(note: string): Promise<void> {
    const checkpoint = await openCheckpoint(crypto, note, register)
    claim(checkpoint.size)
    if (checkpoint.size > (shown?.size ?? 0n)) shown = checkpoint
  }

  /** One after the other: what desks bring and what is made again both go on from where the register ends. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const mine = entering.then(work)
    entering = mine.catch(() => undefined)
    return mine
  }

  function bring(stamped: Stamped): Promise<void> {
    pending.set(stamped.stamp.index, stamped)
    return enterPending()
  }

  /** Enters what is next until something is missing or nothing is any more. */
  async function enterPending(): Promise<void> {
    let more = true
    while (more && parts.behind() && forked === undefined && pending.has(growth.size())) {
      const together = Array.from({ length: Math.min(GROUP, pending.size) }, () => parts.writer().reenter(composeNext))
      more = (await Promise.all(together)).every(Boolean)
    }
  }

  /** Whether the envelope that is next was here and could be entered. */
  async function composeNext(before: Before): Promise<Composed<boolean>> {
    const stamped = pending.get(before.index)
    pending.delete(before.index)
    const one = stamped && (await readmitted(before, stamped))
    return one ? { answer: true, entry: { ...one, at: stamped.stamp.at } } : { answer: false }
  }

  async function readmitted(before: Before, stamped: Stamped) {
    try {
      const one = await reenter(crypto, before, stamped)
      if (!("misfit" in one)) return one
      forked = `what was stamped as entry ${stamped.stamp.index} does not continue what is here (${one.misfit})`
    } catch (error) {
      // A copy that somebody spoilt: the next desk may bring a good one.
      if (!(error instanceof VerificationError)) throw error
    }
    return undefined
  }

  return {
    async take(frames) {
      for (const frame of frames) {
        try {
          if (frame.kind === "checkpoint") await show(frame.note)
          if (frame.kind === "envelope") await hold(frame)
        } catch (error) {
          if (!(error instanceof VerificationError)) throw error
        }
      }
      await inTurn(enterPending)
    },
    handedIn: lost.handedIn,
    until: () => growth.size() + WINDOW,
    shown: () => shown,
    forked: () => forked,
    clear() {
      pending.clear()
      lost.clear()
    },
    idle: async () => void (await entering),
  }
}

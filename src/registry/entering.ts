import type { Crypto } from "#register/crypto.ts"
import type { Header } from "#seal/header.ts"
import { type Draft, openEnds } from "./ends.ts"
import type { Growth } from "./growth.ts"
import { EntryUnknown, type Ledger, type Row } from "./ledger.ts"
import type { Standing } from "./standing.ts"

/** What a group is composed on: what stands, how many entries there are, and the draft that takes its rows. */
export type Before = Standing & { size: bigint; draft: Draft }

/**
 * Enters groups one after the other, each composed on what the one before it left and entered in one transaction. What
 * stands in memory is always what is on disk: it changes after the commit and only then.
 */
export type Entering = {
  standing(): Standing
  /** Whether a sender's chain already holds this serial. */
  isPast(header: Pick<Header, "line" | "from" | "serial">): Promise<boolean>
  /** Composes a group in its turn and enters what it added to the draft; settles once that is on disk. */
  enter<T extends Standing>(compose: (before: Before) => Promise<T>): Promise<T>
  /** Throws where it is unknown what is on disk. */
  check(): void
  /** Settles, with why, when it is unknown what is on disk. */
  readonly broken: Promise<EntryUnknown>
  /** Settles when nothing is being entered. */
  idle(): Promise<void>
}

export type EnteringParts = {
  crypto: Crypto
  ledger: Ledger
  growth: Growth
  /** As folded from the ledger. */
  standing: Standing
  /** Told after each commit, with what was entered. */
  entered(rows: readonly Row[]): void
}

/** Opens the entering of groups into a ledger that nobody else writes. */
export function openEntering({ crypto, ledger, growth, entered, ...parts }: EnteringParts): Entering {
  const ends = openEnds(crypto, ledger)
  const broken = Promise.withResolvers<EntryUnknown>()
  let standing = parts.standing
  let unknown: EntryUnknown | undefined
  let turn: Promise<unknown> = Promise.resolve()

  function check(): void {
    if (unknown) throw unknown
  }

  async function enterNext<T extends Standing>(compose: (before: Before) => Promise<T>): Promise<T> {
    check()
    const draft = ends.draft()
    const next = await compose({ ...standing, size: growth.size(), draft })
    if (draft.rows.length > 0) await commit(draft, next)
    return next
  }

  async function commit(draft: Draft, { roll, at }: Standing): Promise<void> {
    const grown = growth.grow(draft.rows.map((row) => row.entry))
    try {
      await ledger.enter(draft.rows, grown.tiles)
    } catch (error) {
      if (error instanceof EntryUnknown) breakDown(error)
      throw error
    }
    grown.keep()
    ends.keep(draft)
    standing = { roll, at }
    entered(draft.rows)
  }

  /** Nobody knows what is on disk: nothing is entered until all is read anew. */
  function breakDown(error: EntryUnknown): void {
    unknown = error
    broken.resolve(error)
  }

  return {
    standing: () => standing,
    isPast: ends.isPast,
    enter(compose) {
      const mine = turn.then(() => enterNext(compose))
      turn = mine.catch(() => undefined)
      return mine
    },
    check,
    broken: broken.promise,
    idle: async () => void (await turn),
  }
}

import type { Crypto } from "#register/crypto.ts"
import type { Header } from "#seal/header.ts"
import { type Ends, openEnds } from "./ends.ts"
import { type GroupsParts, openGroups } from "./groups.ts"
import { EntryUnknown, type Ledger, type Row } from "./ledger.ts"
import type { Standing } from "./standing.ts"

/** What an envelope is composed on: what stands before it, on disk or on its way there, and its index. */
export type Before = Standing & { index: bigint; ends: Pick<Ends, "end" | "judge" | "stampOf"> }

/** What composing an envelope came to: a row with what stands after it, or none, and what is then answered. */
export type Composed<T> = { answer: T; entry?: Standing & { row: Row } }

/**
 * Enters envelopes. They are composed one after the other as they come, each on those before it, and go to the disk in
 * groups. Nothing is answered before everything that it was composed on is on disk; where that fails, it fails too.
 */
export type Entering = {
  /** What stands on disk. */
  standing(): Standing
  /** Whether a sender's chain already holds this serial. */
  isPast(header: Pick<Header, "line" | "from" | "serial">): Promise<boolean>
  /** Composes in its turn; settles once it is on disk, and all before it. */
  enter<T>(compose: (before: Before) => Promise<Composed<T>>): Promise<T>
  /** Throws where it is unknown what is on disk. */
  check(): void
  /** Settles, with why, when it is unknown what is on disk. */
  readonly broken: Promise<EntryUnknown>
  /** Settles when nothing is being entered. */
  idle(): Promise<void>
}

export type EnteringParts = Omit<GroupsParts, "failed" | "ledger"> & { crypto: Crypto; ledger: Ledger }

/** Opens the entering of envelopes into a ledger that nobody else writes. */
export function openEntering(parts: EnteringParts): Entering {
  const ends = openEnds(parts.crypto, parts.ledger)
  const broken = Promise.withResolvers<EntryUnknown>()
  let unknown: EntryUnknown | undefined
  let turn: Promise<unknown> = Promise.resolve()
  const groups = openGroups({
    ...parts,
    entered(rows) {
      ends.keep(rows)
      parts.entered(rows)
    },
    failed(error) {
      ends.drop()
      // Nobody knows what is on disk: nothing is entered until all is read anew.
      if (!(error instanceof EntryUnknown)) return
      unknown = error
      broken.resolve(error)
    },
  })

  function check(): void {
    if (unknown) throw unknown
  }

  /** Answers with what settles once the answer may be given. */
  async function composeNext<T>(compose: (before: Before) => Promise<Composed<T>>) {
    await groups.room()
    check()
    const failure = groups.failure()
    const { answer, entry } = await compose({ ...groups.ahead(), ends })
    if (groups.failure() !== failure) throw groups.failure()
    if (entry) {
      ends.add(entry.row)
      groups.add(entry.row, { roll: entry.roll, at: entry.at })
    }
    return { answer, onDisk: groups.onDisk() }
  }

  return {
    standing: groups.standing,
    isPast: ends.isPast,
    async enter(compose) {
      const composed = turn.then(() => composeNext(compose))
      turn = composed.catch(() => undefined)
      const { answer, onDisk } = await composed
      await onDisk
      return answer
    },
    check,
    broken: broken.promise,
    async idle() {
      await turn
      await groups.onDisk().catch(() => undefined)
    },
  }
}

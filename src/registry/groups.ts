import type { Growth } from "./growth.ts"
import type { Ledger, Row } from "./ledger.ts"
import type { Standing } from "./standing.ts"

/**
 * Rows on their way to the disk: what comes while one group is being committed is the next group. Each is one
 * transaction; where one fails, those that grew on it fail with it.
 */
export type Groups = {
  /** What stands on disk. */
  standing(): Standing
  /** What will stand once everything that was added is on disk, and the index after it. */
  ahead(): Standing & { index: bigint }
  /** Settles when there is room for another row. */
  room(): Promise<void>
  /** The next row, and what stands once it is on disk. */
  add(row: Row, standing: Standing): void
  /** Settles once everything that was added until now is on disk; rejects with why it will not be. */
  onDisk(): Promise<void>
  /** What failed last, if anything did: what was composed before that on what was ahead is worth nothing. */
  failure(): Error | undefined
}

export type GroupsParts = {
  ledger: Pick<Ledger, "enter">
  growth: Growth
  /** As folded from the ledger. */
  standing: Standing
  /** Told after each commit, with what was entered. */
  entered(rows: readonly Row[]): void
  /** Told before anybody else that this failed and whatever was added after it. */
  failed(error: Error): void
}

type Group = { rows: Row[]; bytes: number; standing: Standing; done: PromiseWithResolvers<void> }

const LARGEST = 512
// PostgreSQL takes no message of a gigabyte; far below it a larger group is no faster.
const LARGEST_BYTES = 32 << 20

/** Opens the groups over a ledger that nobody else writes. */
export function openGroups({ ledger, growth, entered, failed, ...parts }: GroupsParts): Groups {
  let standing = parts.standing
  let open = newGroup(standing)
  let committing: Group | undefined
  let failure: Error | undefined
  let beginning = false

  /** What came in one request is one group: the last of it does not wait for the commit of the first. */
  function beginSoon(): void {
    if (beginning) return
    beginning = true
    setImmediate(() => {
      beginning = false
      if (!committing) void commitOpen()
    })
  }

  /** Commits what is open, then what was added meanwhile, and so on; never throws. */
  async function commitOpen(): Promise<void> {
    if (open.rows.length === 0) return
    const group = open
    committing = group
    open = newGroup(group.standing)
    try {
      const grown = growth.grow(group.rows.map((row) => row.entry))
      await ledger.enter(group.rows, grown.tiles)
      grown.keep()
    } catch (error) {
      return abandon(error instanceof Error ? error : new Error("envelopes were not entered", { cause: error }))
    }
    standing = group.standing
    committing = undefined
    entered(group.rows)
    void commitOpen()
    group.done.resolve()
  }

  /** Nothing of what is on its way is kept in memory. Desks send the same bytes again. */
  function abandon(error: Error): void {
    const lost = [committing, open]
    failure = error
    committing = undefined
    open = newGroup(standing)
    failed(error)
    for (const group of lost) group?.done.reject(error)
  }

  return {
    standing: () => standing,
    ahead: () => ({
      ...open.standing,
      index: growth.size() + BigInt((committing?.rows.length ?? 0) + open.rows.length),
    }),
    async room() {
      const full = open.rows.length >= LARGEST || open.bytes > LARGEST_BYTES
      if (full) await committing?.done.promise.catch(() => undefined)
    },
    add(row, next) {
      open.rows.push(row)
      open.bytes += row.header.length + (row.body?.length ?? 0)
      open.standing = next
      if (!committing) beginSoon()
    },
    onDisk: async () => (open.rows.length > 0 ? open : committing)?.done.promise,
    failure: () => failure,
  }
}

function newGroup(standing: Standing): Group {
  const done = Promise.withResolvers<void>()
  // Nobody may be waiting for a group that fails.
  done.promise.catch(() => undefined)
  return { rows: [], bytes: 0, standing, done }
}

import { once } from "node:events"
import type { Writable } from "node:stream"
import { type Frame, formatFrame } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import type { Ledger, Row } from "./ledger.ts"

/**
 * Mail to desks: backfill from the ledger, then live, in one loop that asks for whatever comes after its own cursor. A
 * follower that is slow falls back to the ledger by itself; there is no moment at which an envelope can be missed.
 */
export type Delivery = {
  /** Told by the writer after each commit. */
  entered(rows: readonly Row[]): void
  /** Told when a checkpoint was published. */
  published(note: string): void
  /** Writes a desk's mail from `index` on to `out` until it closes; `opening` goes first. */
  follow(member: string, index: bigint, opening: readonly Frame[], out: Writable): Promise<void>
  followers(): number
  close(): void
}

// What was entered last is kept in memory for followers that are up to date; older mail comes from the ledger.
const RECENT = 1024
const BATCH = 128
const QUIET_MS = 10_000

/** Opens delivery over a ledger. */
export function openDelivery(clock: Clock, ledger: Pick<Ledger, "mail">): Delivery {
  const events = openEvents(clock)
  let recent: readonly Row[] = []
  let checkpoint = ""
  let closed = false
  let followers = 0

  async function mail(member: string, index: bigint): Promise<readonly Row[]> {
    const oldest = recent[0]
    if (!oldest || index < oldest.index) return ledger.mail(member, index, BATCH)
    return recent.filter((row) => row.index >= index && isFor(row, member)).slice(0, BATCH)
  }

  /** Writes everything from `index` on that there is now; answers where to go on. */
  async function writeAll(member: string, index: bigint, out: Writable): Promise<bigint> {
    let cursor = index
    for (let more = true; more && !closed && !out.destroyed; ) {
      const rows = await mail(member, cursor)
      for (const row of rows) await write(out, { kind: "envelope", ...row })
      cursor = (rows.at(-1)?.index ?? cursor - 1n) + 1n
      more = rows.length === BATCH
    }
    return cursor
  }

  async function follow(member: string, index: bigint, out: Writable): Promise<void> {
    let cursor = index
    let shown = ""
    while (!closed && !out.destroyed) {
      // Asked for before reading, so that what is entered meanwhile wakes this follower and is not waited for.
      const event = events.next()
      cursor = await writeAll(member, cursor, out)
      const latest = checkpoint
      if (latest !== shown) await write(out, { kind: "checkpoint", note: latest })
      shown = latest
      if ((await event) === "quiet") await write(out, { kind: "quiet" })
    }
  }

  return {
    entered(rows) {
      recent = [...recent, ...rows].slice(-RECENT)
      events.wake()
    },
    published(note) {
      checkpoint = note
      events.wake()
    },
    async follow(member, index, opening, out) {
      followers++
      out.once("close", events.wake)
      try {
        for (const frame of opening) await write(out, frame)
        await follow(member, index, out)
      } finally {
        followers--
        out.end()
      }
    },
    followers: () => followers,
    close() {
      closed = true
      events.wake()
    },
  }
}

/** What followers wait for: that something happened, or that it has been quiet for a while. */
function openEvents(clock: Clock) {
  const wakers = new Set<() => void>()
  return {
    wake() {
      const all = [...wakers]
      wakers.clear()
      for (const waker of all) waker()
    },
    next: () =>
      new Promise<"woken" | "quiet">((resolve) => {
        const waker = () => {
          bell[Symbol.dispose]()
          resolve("woken")
        }
        const bell = clock.after(QUIET_MS, () => {
          wakers.delete(waker)
          resolve("quiet")
        })
        wakers.add(waker)
      }),
  }
}

function isFor(row: Row, member: string): boolean {
  return row.members[0] === "*" || row.members.includes(member)
}

/** Settles once `out` takes more. */
async function write(out: Writable, frame: Frame): Promise<void> {
  if (out.destroyed || out.write(formatFrame(frame))) return
  // Whichever comes first, the other listener goes too: a slow follower is waited for thousands of times.
  const waited = new AbortController()
  const { signal } = waited
  await Promise.race([once(out, "drain", { signal }), once(out, "close", { signal })]).finally(() => waited.abort())
}

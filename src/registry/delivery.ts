import { once } from "node:events"
import type { Writable } from "node:stream"
import { formatFrame } from "#seal/wire.ts"
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
  follow(member: string, index: bigint, opening: readonly Uint8Array[], out: Writable): Promise<void>
  followers(): number
  close(): void
}

// What was entered last is kept in memory for followers that are up to date; older mail comes from the ledger.
const RECENT = 1024
const BATCH = 128
const QUIET_MS = 10_000

/** Opens delivery over a ledger. */
export function openDelivery(clock: Clock, ledger: Ledger): Delivery {
  let recent: Row[] = []
  let checkpoint = ""
  let closed = false
  let count = 0
  const wakers = new Set<() => void>()

  const wake = () => {
    const all = [...wakers]
    wakers.clear()
    for (const waker of all) waker()
  }
  /** Whether something happened, or it has only been quiet for a while. */
  const nextEvent = () =>
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
    })

  async function mail(member: string, index: bigint): Promise<readonly Row[]> {
    const oldest = recent[0]
    if (!oldest || index < oldest.index) return ledger.mail(member, index, BATCH)
    return recent.filter((row) => row.index >= index && isFor(row, member)).slice(0, BATCH)
  }

  return {
    entered(rows) {
      recent = [...recent, ...rows].slice(-RECENT)
      wake()
    },
    published(note) {
      checkpoint = note
      wake()
    },
    async follow(member, index, opening, out) {
      count++
      let cursor = index
      let sent = ""
      out.once("close", wake)
      try {
        for (const bytes of opening) await write(out, bytes)
        while (!closed && !out.destroyed) {
          // Asked for before reading, so that what is entered meanwhile wakes this follower and is not waited for.
          const event = nextEvent()
          const rows = await mail(member, cursor)
          for (const row of rows) await write(out, formatFrame({ kind: "envelope", ...row }))
          cursor = (rows.at(-1)?.index ?? cursor - 1n) + 1n
          if (rows.length === BATCH) continue
          const latest = checkpoint
          if (latest !== sent) await write(out, formatFrame({ kind: "checkpoint", note: latest }))
          sent = latest
          if ((await event) === "quiet") await write(out, formatFrame({ kind: "quiet" }))
        }
      } finally {
        count--
        out.end()
      }
    },
    followers: () => count,
    close() {
      closed = true
      wake()
    },
  }
}

function isFor(row: Row, member: string): boolean {
  return row.members[0] === "*" || row.members.includes(member)
}

async function write(out: Writable, bytes: Uint8Array): Promise<void> {
  if (out.destroyed || out.write(bytes)) return
  // Whichever comes first, the other listener goes too: a slow follower is waited for thousands of times.
  const waited = new AbortController()
  const { signal } = waited
  await Promise.race([once(out, "drain", { signal }), once(out, "close", { signal })]).finally(() => waited.abort())
}

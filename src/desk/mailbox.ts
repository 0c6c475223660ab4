import type { Signer } from "#register/note.ts"
import { signRequest } from "#seal/node/request.ts"
import { type Frame, frameReader } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"

/** Follows the registry's mail for this desk, for ever, from wherever the archive ends. */
export type Mailbox = {
  connected(): boolean
  /** The instant of the last frame. */
  lastHeard(): number
  /** Drops the stream and opens it again, at once. */
  reconnect(): void
  close(): Promise<void>
}

export type MailboxParts = {
  clock: Clock
  registry: string
  office: string
  delegation: string
  signer: Signer
  /** Whether this delegation is on the roll: before, only the public lines are delivered to it. */
  enrolled(): boolean
  /** Index of the first envelope that the archive lacks. */
  next(): bigint
  /** Takes frames in; when it settles they are in the archive. The stream waits for it. */
  takeIn(frames: readonly Frame[]): Promise<void>
  /** Told, at each opening of the mail, how many entries the registry says it holds. */
  size(entries: bigint): void
  /** Told whenever the registry appears or goes away. */
  changed(connected: boolean): void
  log(message: string): void
}

const FIRST_RETRY = 250
const LAST_RETRY = 15_000
// A registry that is alive says so every ten seconds.
const SILENCE_MS = 30_000
// What may wait to be taken in before the stream itself has to.
const GATHERED_BYTES = 2 << 20

/** Opens the mailbox of a desk. */
export function openMailbox(parts: MailboxParts): Mailbox {
  const { clock, office, delegation } = parts
  let closed = false
  let connected = false
  let heard = 0
  let attempt = new AbortController()
  let wakeRetry = () => {}

  function setConnected(now: boolean): void {
    if (connected === now) return
    connected = now
    parts.changed(now)
  }

  async function follow(): Promise<void> {
    attempt = new AbortController()
    const url = `${parts.registry}/${parts.enrolled() ? "desk" : "public"}/mail?after=${parts.next()}`
    const headers = signRequest({ method: "GET", url, office, delegation, now: clock.now() }, parts.signer)
    const response = await fetch(url, { headers, signal: attempt.signal })
    // Also where it refuses: a registry that lost its roll knows no desk until its desks have handed it back.
    const size = response.headers.get("iod-size")
    if (size && /^\d{1,18}$/.test(size)) parts.size(BigInt(size))
    if (!response.ok || !response.body) throw new Error(`the registry answered ${response.status}`)
    setConnected(true)
    const read = frameReader()
    const gathering = openGathering(parts.takeIn, () => attempt.abort())
    let watchdog = clock.after(SILENCE_MS, () => attempt.abort())
    try {
      for await (const piece of response.body) {
        watchdog[Symbol.dispose]()
        watchdog = clock.after(SILENCE_MS, () => attempt.abort())
        heard = clock.now()
        await gathering.offer(read(piece), piece.length)
      }
    } finally {
      watchdog[Symbol.dispose]()
      attempt.abort()
      await gathering.settled()
    }
  }

  async function forever(): Promise<void> {
    let retry = FIRST_RETRY
    while (!closed) {
      try {
        await follow()
      } catch (error) {
        // Dropped on purpose, by the watchdog or for a new stream, is no interruption.
        const dropped = error instanceof Error && error.name === "AbortError"
        if (connected && !closed && !dropped)
          parts.log(`mail was interrupted: ${error instanceof Error ? error.message : ""}`)
      }
      if (connected) retry = FIRST_RETRY
      setConnected(false)
      if (closed) return
      await new Promise<void>((resolve) => {
        const bell = clock.after(retry, resolve)
        wakeRetry = () => {
          bell[Symbol.dispose]()
          resolve()
        }
      })
      retry = Math.min(retry * 2, LAST_RETRY)
    }
  }

  const running = forever()
  return {
    connected: () => connected,
    lastHeard: () => heard,
    reconnect() {
      attempt.abort()
      wakeRetry()
    },
    async close() {
      closed = true
      attempt.abort()
      wakeRetry()
      await running
    },
  }
}

/**
 * Takes in together whatever arrived while the frames before were taken in: one durable transaction for all of it, so
 * that a desk that was away is not held up by its disk.
 */
function openGathering(takeIn: MailboxParts["takeIn"], giveUp: () => void) {
  let waiting: Frame[] = []
  let held = 0
  let taking: Promise<void> | undefined
  let failed: { error: unknown } | undefined

  async function takeAll(): Promise<void> {
    while (waiting.length > 0 && !failed) {
      const frames = waiting
      waiting = []
      held = 0
      try {
        await takeIn(frames)
      } catch (error) {
        failed = { error }
        giveUp()
      }
    }
    taking = undefined
  }

  async function settled(): Promise<void> {
    await taking
    if (failed) throw failed.error
  }

  return {
    settled,
    /** Settles at once, or with what is taken in where more than enough waits; throws what taking in threw. */
    async offer(frames: readonly Frame[], bytes: number): Promise<void> {
      waiting.push(...frames)
      held += bytes
      if (frames.length > 0) taking ??= takeAll()
      if (failed || held > GATHERED_BYTES) await settled()
    },
  }
}

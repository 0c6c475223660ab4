import type { Signer } from "#register/note.ts"
import { signRequest } from "#seal/node/request.ts"
import { type Frame, frameReader } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { openGathering } from "./gathering.ts"
import { openPatience } from "./patience.ts"

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
  /** What has to be done before any mail can come; what it throws is tried again. */
  before(): Promise<void>
  /** Index of the first envelope that the archive lacks. */
  next(): bigint
  /** Takes frames in; when it settles they are in the archive. The stream waits for it. */
  takeIn(frames: readonly Frame[]): Promise<void>
  /** Told of frames that come, before those in front of them are taken in. */
  lookAhead(frames: readonly Frame[]): void
  /** Told, at each opening of the mail, how many entries the registry says it holds. */
  size(entries: bigint): void
  /** Told whenever the registry appears or goes away. */
  changed(connected: boolean): void
  log(message: string): void
}

// A registry that is alive says so every ten seconds.
const SILENCE_MS = 30_000

/** Opens the mailbox of a desk. */
export function openMailbox(parts: MailboxParts): Mailbox {
  const { clock, office, delegation } = parts
  let closed = false
  let connected = false
  let heard = 0
  let attempt = new AbortController()
  const patience = openPatience(clock)

  function setConnected(now: boolean): void {
    if (connected === now) return
    connected = now
    parts.changed(now)
  }

  async function follow(): Promise<void> {
    attempt = new AbortController()
    await parts.before()
    const url = `${parts.registry}/${parts.enrolled() ? "desk" : "public"}/mail?after=${parts.next()}`
    const headers = signRequest({ method: "GET", url, office, delegation, now: clock.now() }, parts.signer)
    const response = await fetch(url, { headers, signal: attempt.signal })
    // Also where it refuses: a registry that lost its roll knows no desk until its desks have handed it back.
    const size = response.headers.get("iod-size")
    if (size && /^\d{1,18}$/.test(size)) parts.size(BigInt(size))
    if (!response.ok || !response.body) throw new Error(`the registry answered ${response.status}`)
    setConnected(true)
    const read = frameReader()
    const gathering = openGathering({ ...parts, giveUp: () => attempt.abort() })
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

  /** Follows one stream to its end, however it ends; answers whether any mail could flow. */
  async function followOnce(): Promise<boolean> {
    try {
      await follow()
    } catch (error) {
      // Dropped on purpose, by the watchdog or for a new stream, is no interruption.
      const dropped = error instanceof Error && error.name === "AbortError"
      if (connected && !closed && !dropped)
        parts.log(`mail was interrupted: ${error instanceof Error ? error.message : ""}`)
    }
    const flowed = connected
    setConnected(false)
    return flowed
  }

  async function forever(): Promise<void> {
    while (!closed) {
      if (await followOnce()) patience.renew()
      if (!closed) await patience.wait()
    }
  }

  const running = forever()
  return {
    connected: () => connected,
    lastHeard: () => heard,
    reconnect() {
      attempt.abort()
      patience.wake()
    },
    async close() {
      closed = true
      attempt.abort()
      patience.wake()
      await running
    },
  }
}

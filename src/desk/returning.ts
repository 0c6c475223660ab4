import { z } from "zod"
import type { Crypto } from "#register/crypto.ts"
import { packBody } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import { type Frame, formatFrame } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { type Archive, bytes, number, text } from "./archive.ts"

/**
 * Hands back to the registry what it stamped and lost: header and stamp of each envelope that this desk holds, from
 * which entry, place and chain are made again. Bodies of sealed acts are gone here once they were opened; a public
 * act's is made again from the act. Nothing of it is secret from the registry: it had all of it.
 */
export type Returning = {
  /** The registry said how many entries it holds. Where this desk holds later ones, it hands them back. */
  offer(size: bigint): void
  close(): Promise<void>
}

export type ReturningParts = {
  archive: Archive
  clock: Clock
  crypto: Crypto
  registry: string
  log(message: string): void
}

const answer = z.strictObject({
  next: z.string().regex(/^\d{1,19}$/),
  until: z.string().regex(/^\d{1,19}$/),
  behind: z.boolean(),
})
type Wanted = { next: number; until: number; behind: boolean }

const ROWS = 256
const MOST_BYTES = 1 << 20
// Others hand back what this desk does not hold; until they have, there is nothing to send.
const PAUSE_MS = 1000
const ANSWER_MS = 30_000

/** Opens the returning of a desk. */
export function openReturning(parts: ReturningParts): Returning {
  const { archive, clock, crypto, registry, log } = parts
  const { sql } = archive
  const stopping = new AbortController()
  let running: Promise<void> | undefined
  let anew = false

  /** How many entries there were at least, by what this desk holds. */
  function known(): bigint {
    const row = sql.get`SELECT (SELECT max("index") + 1 FROM envelope) AS stamped, (SELECT max(size) FROM checkpoint) AS signed`
    return BigInt(Math.max(Number(row?.stamped ?? 0), Number(row?.signed ?? 0)))
  }

  /** What shows how far the register went: the last checkpoint, and the last stamp, which may be beyond it. */
  function furthest(): Frame[] {
    const note = text(sql.get`SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1`?.note)
    const last = sql.all`SELECT * FROM envelope ORDER BY "index" DESC LIMIT 1`.map((row) => frameOf(crypto, row))
    return note === undefined ? last : [{ kind: "checkpoint", note }, ...last]
  }

  async function handBack(): Promise<void> {
    let wanted: Wanted = { next: 0, until: 0, behind: true }
    let sent = 0
    while (wanted.behind && !stopping.signal.aborted) {
      if (anew) {
        anew = false
        wanted = await post(furthest())
        sent = wanted.next
        continue
      }
      const { frames, end } = envelopes(wanted, sent)
      const waits = wanted.next
      wanted = await post(frames)
      if (end <= sent && wanted.next === waits) await pause()
      sent = Math.max(sent, end)
    }
  }

  /** What is waited for, again each time, and what was not sent yet, as far as the registry takes it. */
  function envelopes({ next, until }: Wanted, sent: number): { frames: Frame[]; end: number } {
    const rows = sql.all`SELECT * FROM envelope WHERE "index" = ${next} OR ("index" >= ${sent} AND "index" < ${until})
      ORDER BY "index" LIMIT ${ROWS}`
    const frames: Frame[] = []
    let length = 0
    let end = sent
    for (const row of rows) {
      const frame = frameOf(crypto, row)
      length += frame.header.length + frame.stamp.length + (frame.body?.length ?? 0)
      if (frames.length > 0 && length > MOST_BYTES) break
      frames.push(frame)
      end = number(row.index) + 1
    }
    return { frames, end }
  }

  async function post(frames: readonly Frame[]): Promise<Wanted> {
    const response = await fetch(`${registry}/desk/returned`, {
      method: "POST",
      body: Buffer.concat(frames.map(formatFrame)),
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(ANSWER_MS)]),
    })
    if (!response.ok) throw new Error(`the registry answered ${response.status}`)
    const { next, until, behind } = answer.parse(await response.json())
    return { next: Number(next), until: Number(until), behind }
  }

  function pause(): Promise<void> {
    return new Promise((resolve) => {
      const bell = clock.after(PAUSE_MS, resolve)
      stopping.signal.addEventListener("abort", () => {
        bell[Symbol.dispose]()
        resolve()
      })
    })
  }

  return {
    offer(size) {
      if (size >= known()) return
      // A registry that was opened again knows nothing of what it was sent before.
      anew = true
      if (running) return
      log(`the registry holds ${size} entries and lost what followed: handing back what this desk holds`)
      running = handBack()
        // The registry is away again, or a stranger answers: the next opening of the mail begins anew.
        .catch((error: unknown) => {
          if (!stopping.signal.aborted)
            log(`handing back was interrupted: ${error instanceof Error ? error.message : ""}`)
        })
        .finally(() => {
          running = undefined
        })
    },
    async close() {
      stopping.abort()
      await running
    },
  }
}

function frameOf(crypto: Crypto, row: Record<string, unknown>): Extract<Frame, { kind: "envelope" }> {
  const [header, stamp] = [text(row.header) ?? "", text(row.stamp) ?? ""]
  return { kind: "envelope", header, stamp, body: bytes(row.sealed) ?? publicBody(crypto, row, header) }
}

/** The body of a public act, which carries no texts: the same bytes again, or null where they are not those. */
function publicBody(crypto: Crypto, row: Record<string, unknown>, note: string): Uint8Array | null {
  const { header } = parseSignedHeader(crypto, note)
  const [salt, act] = [bytes(row.salt), bytes(row.act)]
  if (header.to !== "*" || !salt || !act) return null
  const body = packBody({ salt, act, texts: [] })
  return crypto.sha256(body).toHex() === header.body.hash ? body : null
}

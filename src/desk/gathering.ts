import type { Frame } from "#seal/wire.ts"

/** Frames of one stream on their way into the book. */
export type Gathering = {
  /** Settles at once, or with what is taken in where more than enough waits; throws what taking in threw. */
  offer(frames: readonly Frame[], bytes: number): Promise<void>
  /** Settles when nothing waits; throws what taking in threw. */
  settled(): Promise<void>
}

// What may wait to be taken in before the stream itself has to.
const GATHERED_BYTES = 2 << 20

/**
 * Takes in together whatever arrived while the frames before were taken in: one durable transaction for all of it, so
 * that a desk that was away is not held up by its disk.
 */
export function openGathering(takeIn: (frames: readonly Frame[]) => Promise<void>, giveUp: () => void): Gathering {
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
    async offer(frames: readonly Frame[], bytes: number): Promise<void> {
      waiting.push(...frames)
      held += bytes
      if (frames.length > 0) taking ??= takeAll()
      if (failed || held > GATHERED_BYTES) await settled()
    },
  }
}

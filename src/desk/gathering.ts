import type { Frame } from "#seal/wire.ts"

/** Frames of one stream on their way into the book. */
export type Gathering = {
  /** Settles at once, or once some of what waits has its turn where that is more than enough; throws what taking in threw. */
  offer(frames: readonly Frame[], bytes: number): Promise<void>
  /** Settles when nothing waits; throws what taking in threw. */
  settled(): Promise<void>
}

// What may wait to be taken in before the stream itself has to.
const GATHERED_BYTES = 2 << 20

export type GatheringParts = {
  takeIn(frames: readonly Frame[]): Promise<void>
  /** Told of frames as they come, before those in front of them are taken in. */
  lookAhead(frames: readonly Frame[]): void
  /** Taking in failed: nothing more is to be offered. */
  giveUp(): void
}

/**
 * Takes in together whatever arrived while the frames before were taken in: one durable transaction for all of it, so
 * that a desk that was away is not held up by its disk.
 */
export function openGathering({ takeIn, lookAhead, giveUp }: GatheringParts): Gathering {
  let waiting: Frame[] = []
  let held = 0
  let taking: Promise<void> | undefined
  let room = Promise.withResolvers<void>()
  let failed: { error: unknown } | undefined

  async function takeAll(): Promise<void> {
    while (waiting.length > 0 && !failed) {
      const frames = waiting
      waiting = []
      held = 0
      room.resolve()
      room = Promise.withResolvers()
      try {
        await takeIn(frames)
      } catch (error) {
        failed = { error }
        giveUp()
      }
    }
    room.resolve()
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
      lookAhead(frames)
      if (frames.length > 0) taking ??= takeAll()
      // What is taken in now goes on meanwhile: the stream waits for its turn only.
      if (held > GATHERED_BYTES && taking) await room.promise
      if (failed) await settled()
    },
  }
}

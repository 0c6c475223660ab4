import type { Roll } from "#offices/roll/roll.ts"
import type { Admitted } from "./admission.ts"

/** An envelope that waits to be entered, the roll that it was admitted by, and who waits for its stamp. */
export type Waiting = { admitted: Admitted; roll: Roll; answer(note: string): void; fail(error: unknown): void }

/** What waits to be entered, in the order in which it was admitted, whoever sent it. */
export type Queue = {
  add(waiting: Waiting): void
  /** How many of a desk's envelopes wait. */
  countOf(desk: string): number
  /** Takes out what is entered together; nothing where nothing waits. */
  takeGroup(): Waiting[]
}

const LARGEST_GROUP = 512
// PostgreSQL takes no message of a gigabyte; far below it a larger group is no faster.
const LARGEST_GROUP_BYTES = 32 << 20

/** Opens an empty queue. */
export function openQueue(): Queue {
  const queue: Waiting[] = []
  const counts = new Map<string, number>()
  const countOf = (desk: string) => counts.get(desk) ?? 0
  return {
    countOf,
    add(waiting) {
      const { from } = waiting.admitted.header
      counts.set(from, countOf(from) + 1)
      queue.push(waiting)
    },
    takeGroup() {
      const group = queue.splice(0, groupLength(queue))
      for (const { admitted } of group) counts.set(admitted.header.from, countOf(admitted.header.from) - 1)
      return group
    },
  }
}

/** How many of those that wait are entered together; at least one, however large. */
function groupLength(queue: readonly Waiting[]): number {
  let bytes = 0
  const end = queue.findIndex(({ admitted }, i) => {
    bytes += admitted.posted.body.length
    return i === LARGEST_GROUP || (i > 0 && bytes > LARGEST_GROUP_BYTES)
  })
  return end < 0 ? queue.length : end
}

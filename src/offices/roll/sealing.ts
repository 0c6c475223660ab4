import type { SealingKeys } from "#seal/sealing-keys.ts"
import { type Refusal, refuse } from "../act.ts"
import { type Member, type PublicEntry, type Roll, type SealingBatch, withMember, withState } from "./member.ts"

const DAY = 86_400_000

/** Enters sealing keys that follow the last ones; with the first a confirmed delegation is active. */
export function publish(roll: Roll, member: Member, keys: SealingKeys, entry: PublicEntry): Roll | Refusal {
  const { office, delegation, first, from, recipients } = keys
  if (office !== roll.office || delegation !== member.name) return refuse("roll.sealing-keys-do-not-follow")
  const last = member.sealing.at(-1)
  const follows = first === member.lastSealing + 1 && (!last || from > lastDay(last))
  if (!follows) return refuse("roll.sealing-keys-do-not-follow")
  const published = {
    ...member,
    sealing: [...member.sealing, { first, from, recipients, index: entry.index }],
    lastSealing: first + recipients.length - 1,
  }
  return member.state === "confirmed" ? withState(roll, published, "active", entry) : withMember(roll, published)
}

function lastDay(batch: SealingBatch): string {
  return new Date(Date.parse(batch.from) + (batch.recipients.length - 1) * DAY).toISOString().slice(0, 10)
}

/** The sealing key of `member` numbered `number`, with its day, if the roll holds it. */
function sealingKey(member: Member, number: number): { recipient: string; day: string } | undefined {
  for (const batch of member.sealing) {
    const recipient = batch.recipients[number - batch.first]
    if (recipient === undefined) continue
    const day = new Date(Date.parse(batch.from) + (number - batch.first) * DAY).toISOString().slice(0, 10)
    return { recipient, day }
  }
  return undefined
}

/**
 * Whether an envelope may be sealed to this key at `at`: within its day and 24 hours after; the last one published
 * stays valid until there is another, so that a dark desk can always be written to.
 */
export function isSealingKeyValid(member: Member, number: number, at: string): boolean {
  const key = sealingKey(member, number)
  if (!key) return false
  const start = Date.parse(key.day)
  const now = Date.parse(at)
  return now >= start && (now < start + 2 * DAY || number === member.lastSealing)
}

/** The key to seal to for `member` at `at`, or undefined while it has published none for today. */
export function sealingKeyFor(member: Member, at: string): { number: number; recipient: string } | undefined {
  const last = member.lastSealing
  const first = member.sealing[0]?.first ?? last + 1
  for (let number = last; number >= first; number--) {
    const key = sealingKey(member, number)
    if (key && isSealingKeyValid(member, number, at)) return { number, recipient: key.recipient }
  }
  return undefined
}

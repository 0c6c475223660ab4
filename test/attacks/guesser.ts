import { parseSignedHeader } from "#seal/header.ts"
import { nodeCrypto } from "#seal/node/crypto.ts"

/** What the registry's database says of an envelope: everything in it that is not sealed. */
export type SeenEnvelope = {
  index: number
  line: string
  sender: string
  serial: number
  place: number
  seen: number
  register: number
  urgent: boolean
  size: number
  /** Milliseconds since 1970. */
  signed: number
  at: number
}

/** A relay as its reader found it: when and where the words arrived, and who wrote them. */
export type Arrived = { index: number; at: number; author: string }

/** Reads one row of the registry's table of envelopes. */
export function seenEnvelope(row: { index: string; place: string; header: string; stamp: string }): SeenEnvelope {
  const { header } = parseSignedHeader(nodeCrypto, row.header)
  const at = /^at (.+)$/m.exec(row.stamp)?.[1] ?? ""
  return {
    ...{ index: Number(row.index), line: header.line, sender: header.from, serial: header.serial },
    ...{ place: Number(row.place), seen: header.seen.place, register: Number(header.register?.size ?? 0) },
    ...{ urgent: header.precedence !== "ROUTINE", size: header.body.length },
    ...{ signed: Date.parse(header.signed), at: Date.parse(at) },
  }
}

/** Slots before the one in which words arrived, and after it, when their author is told that they left. */
const LAGS = [-4, -3, -2, -1, 0, 1, 2, 3, 4, 5, 6]
const NEVER = Number.MAX_SAFE_INTEGER

type Side = readonly SeenEnvelope[]

/** Numbers that a watcher can take from a candidate's line about the moment at which words arrived elsewhere. */
function traits(own: Side, secretariats: Side, arrived: Arrived, slot: number): number[] {
  return [own, secretariats].flatMap((side) => [
    ...nearest(
      side.findLast(({ index }) => index < arrived.index),
      arrived,
    ),
    ...nearest(
      side.find(({ index }) => index > arrived.index),
      arrived,
    ),
    ...LAGS.flatMap((lag) => inSlot(side, (Math.floor(arrived.at / slot) - lag) * slot, slot)),
  ])
}

/** The envelope next to the arrival: how far from it by number and by clock, and what it is like. */
function nearest(one: SeenEnvelope | undefined, arrived: Arrived): number[] {
  if (!one) return [NEVER, NEVER, 0, 0, 0]
  return [Math.abs(arrived.index - one.index), Math.abs(arrived.at - one.at), Number(one.urgent), one.size, one.serial]
}

/** What one side of a line said in one slot: how much, in which order and how long its making and its way took. */
function inSlot(side: Side, start: number, slot: number): number[] {
  const said = side.filter(({ at }) => at >= start && at < start + slot)
  const [first] = said
  const sum = (of: (one: SeenEnvelope) => number) => said.reduce((total, one) => total + of(one), 0)
  return [
    said.length,
    sum(({ size }) => size),
    sum(({ urgent }) => Number(urgent)),
    sum(({ place, seen }) => place - seen),
    sum(({ index, register }) => index - register),
    ...(first ? [first.index, first.signed - start, first.at - first.signed] : [NEVER, NEVER, NEVER]),
  ]
}

/** A relay with what each trait of each candidate says beside those of the others. */
type Ranked = { truth: string; of: ReadonlyMap<string, readonly string[]> }

/** How many of the others have less of a trait, and how many the same. */
function ranks(of: ReadonlyMap<string, readonly number[]>): Map<string, string[]> {
  const all = [...of.values()]
  const rank = (value: number, i: number) => {
    const others = all.map((one) => one[i] ?? 0)
    return `${others.filter((v) => v < value).length}/${others.filter((v) => v === value).length}`
  }
  return new Map([...of].map(([name, own]) => [name, own.map(rank)]))
}

/**
 * Guesses the author of each relay from all that watchers see, and answers how many guesses are right. It knows the
 * truth of one half of the relays and learns from it in which traits an author's line stands out, whatever they are; it
 * is asked about the other half, and then the other way round.
 */
export function rightGuesses(
  seen: readonly SeenEnvelope[],
  relays: readonly Arrived[],
  lines: ReadonlyMap<string, string>,
  slot: number,
): number {
  const sides = new Map(
    [...lines].map(([name, id]) => {
      const line = seen.filter((one) => one.line === id)
      const own = (isOwn: boolean) => line.filter(({ sender }) => (sender === name) === isOwn)
      return [name, { own: own(true), secretariats: own(false) }]
    }),
  )
  const ranked = relays.map((arrived): Ranked => {
    const of = [...sides].map(
      ([name, { own, secretariats }]) => [name, traits(own, secretariats, arrived, slot)] as const,
    )
    return { truth: arrived.author, of: ranks(new Map(of)) }
  })
  const [even, odd] = halves(ranked)
  return rightOf(even, learned(odd)) + rightOf(odd, learned(even))
}

function halves<T>(all: readonly T[]): [T[], T[]] {
  return [all.filter((_, i) => i % 2 === 0), all.filter((_, i) => i % 2 === 1)]
}

type Score = (own: readonly string[]) => number

function rightOf(asked: readonly Ranked[], score: Score): number {
  return asked.filter(({ truth, of }) => {
    const scores = [...of].map(([name, own]) => ({ name, score: score(own) }))
    return scores.reduce((a, b) => (b.score > a.score ? b : a)).name === truth
  }).length
}

/** So many of the best traits are believed: all together they would be mostly noise. */
const BELIEVED = 6

/** Weighs each trait by how well one half of what is known tells the other half by it alone, and believes the best. */
function learned(known: readonly Ranked[]): Score {
  const count = known[0]?.of.values().next().value?.length ?? 0
  const [even, odd] = halves(known)
  const worths = Array.from({ length: count }, (_, i) => ({
    trait: i,
    worth: told(even, weights(odd, i), i) + told(odd, weights(even, i), i),
  }))
  const best = worths.toSorted((a, b) => b.worth - a.worth).slice(0, BELIEVED)
  const believed = best.filter(({ worth }, i) => i === 0 || worth > 0)
  const weighed = believed.map(({ trait }) => ({ trait, weigh: weights(known, trait) }))
  return (own) => weighed.reduce((sum, { trait, weigh }) => sum + weigh(own[trait]), 0)
}

type Weigh = (rank: string | undefined) => number

/** How much more often each rank of one trait was an author's than another's, as a logarithm. */
function weights(known: readonly Ranked[], trait: number): Weigh {
  const counts = new Map<string, { author: number; other: number }>()
  for (const { truth, of } of known)
    for (const [name, own] of of) {
      const count = counts.get(own[trait] ?? "") ?? { author: 1, other: 1 }
      if (name === truth) count.author++
      else count.other++
      counts.set(own[trait] ?? "", count)
    }
  return (rank) => {
    const count = counts.get(rank ?? "")
    return count ? Math.log(count.author / count.other) : 0
  }
}

/** How much better than by chance a trait tells the authors, in nats; below zero where it misleads. */
function told(asked: readonly Ranked[], weigh: Weigh, trait: number): number {
  return asked.reduce((sum, { truth, of }) => {
    const chances = new Map([...of].map(([name, own]) => [name, Math.exp(weigh(own[trait]))]))
    const all = [...chances.values()].reduce((a, b) => a + b, 0)
    return sum + Math.log(((chances.get(truth) ?? 0) * of.size) / all)
  }, 0)
}

/** The chance of at least `right` hits in `tries` blind guesses among `choices`: a one-sided binomial test. */
export function byChance(right: number, tries: number, choices: number): number {
  const p = 1 / choices
  let term = (1 - p) ** tries
  let below = 0
  for (let k = 0; k < right; k++) {
    below += term
    term *= ((tries - k) / (k + 1)) * (p / (1 - p))
  }
  return Math.max(0, 1 - below)
}

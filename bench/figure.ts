/** One measured value. `floor` is what the project promises of it, null where it only stands beside another. */
export type Figure = {
  name: string
  value: number
  unit: string
  floor: string | null
  /** Whether the floor holds; null where there is none. */
  holds: boolean | null
  how: string
}

type Measured = { unit: string; how: string }

/** A value that must be at least `floor`. */
export function atLeast(name: string, value: number, floor: number, { unit, how }: Measured): Figure {
  return { name, value: rounded(value), unit, floor: `≥ ${floor}`, holds: value >= floor, how }
}

/** A value that must be at most `floor`. */
export function atMost(name: string, value: number, floor: number, { unit, how }: Measured): Figure {
  return { name, value: rounded(value), unit, floor: `≤ ${floor}`, holds: value <= floor, how }
}

/** An absolute value that stands beside a ratio. */
export function beside(name: string, value: number, { unit, how }: Measured): Figure {
  return { name, value: rounded(value), unit, floor: null, holds: null, how }
}

/** Three significant digits: more would be noise of the machine. */
function rounded(value: number): number {
  return Number(value.toPrecision(3))
}

/** The value below which a share `q` of all lies. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN
}

/** The middle value. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

/** Milliseconds that `work` takes. */
export async function timed(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

/** Calls `work` for each of `all`, `together` at a time, as that many senders would; answers how many a second. */
export async function rateOf<T>(
  all: readonly T[],
  together: number,
  work: (one: T, i: number) => unknown,
): Promise<number> {
  let next = 0
  const one = async () => {
    for (let i = next++; i < all.length; i = next++) {
      const item = all[i]
      if (item !== undefined) await work(item, i)
    }
  }
  const took = await timed(() => Promise.all(Array.from({ length: together }, one)))
  return (all.length / took) * 1000
}

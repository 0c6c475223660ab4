import { concat } from "#register/bytes.ts"

/** A file that is read here and there and never whole: in a browser, on a disk, in memory. */
export type Source = { size: number; read(from: number, until: number): Promise<Uint8Array> }

/**
 * What a cleaned file is made of: ranges of the one before, bytes that are new, and bytes that are made when they are
 * asked for, so that never more than a few of them are in memory.
 */
export type Part = Uint8Array | Range | Fresh
export type Range = { from: number; until: number }
export type Fresh = { length: number; make(): Promise<Uint8Array> }

/** Why a file is not cleaned: nothing of it is known to be free of what should be removed. */
export type Cleaned = Part[] | "cannot"

/** Thrown inside of this folder by whatever does not fit a format; `cannot` outside of it. */
export class Unreadable extends Error {
  override name = "Unreadable"
}

/** Stops reading a file that is not what it seemed. */
export function unreadable(): never {
  throw new Unreadable("a file is not of its format")
}

/** Exactly these bytes; a file that ends before them is unreadable. */
export async function readExactly(source: Source, from: number, length: number): Promise<Uint8Array> {
  if (from < 0 || from + length > source.size) unreadable()
  const bytes = await source.read(from, from + length)
  return bytes.length === length ? bytes : unreadable()
}

/** A source over bytes that are in memory. */
export function sourceOf(bytes: Uint8Array): Source {
  return { size: bytes.length, read: async (from, until) => bytes.subarray(from, until) }
}

/** The bytes of one part. */
export async function readPart(source: Source, part: Part): Promise<Uint8Array> {
  if (part instanceof Uint8Array) return part
  return "make" in part ? part.make() : source.read(part.from, part.until)
}

/** The bytes that parts come to. */
export async function joinParts(source: Source, parts: readonly Part[]): Promise<Uint8Array> {
  const all: Uint8Array[] = []
  for (const part of parts) all.push(await readPart(source, part))
  return concat(...all)
}

/** How many bytes parts come to. */
export function partsLength(parts: readonly Part[]): number {
  return parts.reduce((sum, part) => sum + ("from" in part ? part.until - part.from : part.length), 0)
}

/** Adds a range to parts; one that continues the last becomes one with it. */
export function addRange(parts: Part[], from: number, until: number): void {
  const last = parts.at(-1)
  if (last && "until" in last && last.until === from) parts[parts.length - 1] = { from: last.from, until }
  else parts.push({ from, until })
}

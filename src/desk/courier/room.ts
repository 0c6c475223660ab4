import { hash } from "node:crypto"
import type { CourierOutcome, CourierPages } from "#offices/joins/courier.ts"
import { instantOf } from "../../clock.ts"
import type { Book } from "../book.ts"
import type { Ground } from "../ground.ts"
import type { Outbox } from "../outbox.ts"
import { openCourierRegistry } from "./registry.ts"
import { type TakingParts, type TakingRefusal, takeFile, takePages } from "./taking.ts"
import { readUnstamped } from "./unstamped.ts"
import { type CourierChoice, type WritingRefusal, writeFile, writePages } from "./writing.ts"

/** What a desk gives to couriers and takes from them. */
export type Courier = {
  writeFile(choice: CourierChoice): Uint8Array | WritingRefusal
  writePages(choice: CourierChoice): string[] | WritingRefusal
  takeFile(bytes: Uint8Array): Promise<CourierOutcome | TakingRefusal>
  takePages(texts: readonly string[]): Promise<CourierOutcome | CourierPages | TakingRefusal>
  /** The registry's answer to another desk's file, for the courier to carry back. */
  answer(name: string): Uint8Array | undefined
  /** An officer has read words that no stamp confirms yet. */
  read(hash: string, officer: string): boolean
  close(): void
}

// An answer is lost with the process; the same file, taken in again, brings it again.
const MOST_ANSWERS = 8

/** Opens the room in which couriers are met. */
export function openCourier(ground: Ground, { book, outbox }: { book: Book; outbox: Outbox }): Courier {
  const { archive, clock, evidence, founded, live, log, vault } = ground
  const answers = new Map<string, Uint8Array>()
  const registry = openCourierRegistry(ground.registry, clock, log)
  const writing = { ...ground, office: founded.office, roll: book.roll }
  const taking: TakingParts = {
    ...{ ...ground, office: founded.office, book, outbox, registry },
    identity: vault.identity,
    settled: () => live.tell({ kind: "outbox" }),
    convict: evidence.againstRegistry,
    keepAnswer(file) {
      const name = hash("sha256", file)
      answers.set(name, file)
      const [oldest] = answers.keys()
      if (answers.size > MOST_ANSWERS && oldest !== undefined) answers.delete(oldest)
      return name
    },
  }
  const given = <T>(written: T): T => {
    live.tell({ kind: "outbox" })
    return written
  }
  return {
    writeFile: (choice) => given(writeFile(writing, choice)),
    writePages: (choice) => given(writePages(writing, choice)),
    takeFile: (bytes) => takeFile(taking, bytes),
    takePages: (texts) => takePages(taking, texts),
    answer: (name) => answers.get(name),
    read(named, officer) {
      const known = readUnstamped(archive, named, officer, instantOf(clock))
      if (known) live.tell({ kind: "unstamped" })
      return known
    },
    close: registry.close,
  }
}

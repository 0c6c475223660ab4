import type { TreeHead } from "#register/tree.ts"
import type { Stamp } from "#seal/stamp.ts"
import type { Posted } from "#seal/wire.ts"
import { type Admitted, admit } from "./admission.ts"
import { type Beyond, type RestampingParts, restamped } from "./restamping.ts"
import type { Stamped } from "./restored-envelope.ts"
import type { Writer } from "./writer.ts"

/** What a registry that is behind makes again because no desk can bring it: its stamp reached nobody. */
export type Lost = {
  /** A desk hands in what has no stamp here. Looked at where it may be the one entry that is missing. */
  handedIn(posted: Posted): void
  clear(): void
}

export type LostParts = RestampingParts & {
  /** What desks brought of later entries. */
  pending: ReadonlyMap<bigint, Stamped>
  /** The largest tree that a desk showed a signed checkpoint of. */
  shown(): TreeHead | undefined
  writer(): Writer
  behind(): boolean
  /** Whether every desk has had the time to bring what is next. */
  isPatient(): boolean
  /** Works when nothing else is being entered. */
  inTurn(work: () => Promise<void>): Promise<void>
  /** Enters what was found, and what waits for it. */
  bring(stamped: Stamped): Promise<void>
  log(message: string): void
}

// Whoever hands in many that were never entered makes the registry look so often for each index.
const MOST_TRIED = 16

/** Opens what was lost; everything that desks can bring comes first. */
export function openLost(parts: LostParts): Lost {
  const { crypto, growth, pending } = parts
  const tried = new Map<string, number>()
  let searching = false

  /** Stamps of all entries between the one that is next and the end of the largest tree that was shown. */
  function beyond(): Beyond | undefined {
    const [size, shown] = [growth.size(), parts.shown()]
    if (!shown || shown.size <= size || pending.has(size)) return undefined
    const following: Stamp[] = []
    for (let index = size + 1n; index < shown.size; index++) {
      const stamped = pending.get(index)
      if (!stamped) return undefined
      following.push(stamped.stamp)
    }
    return { shown, following }
  }

  /** Whether this one was not tried at this index yet, and not too many that its author signed were. */
  function mayTry({ hash, header: { from } }: Admitted): boolean {
    const at = `${growth.size()} ${parts.shown()?.size} `
    const [one, all] = [at + hash, at + from]
    const count = tried.get(all) ?? 0
    if (tried.has(one) || count >= MOST_TRIED) return false
    tried.set(one, 1).set(all, count + 1)
    return true
  }

  const isWanted = () => !searching && parts.behind() && parts.isPatient() && beyond() !== undefined

  /** What a stranger hands in under a delegation's name costs it none of its tries. */
  async function consider(posted: Posted): Promise<void> {
    const admitted = await admit(crypto, parts.writer().roll(), posted)
    if ("refused" in admitted || !isWanted() || !mayTry(admitted)) return
    searching = true
    try {
      await parts.inTurn(() => look(posted))
    } finally {
      searching = false
    }
  }

  async function look(posted: Posted): Promise<void> {
    const found = await parts.writer().reenter(async (before) => {
      // What is on its way to the disk grew the tree already for whoever composes, and not yet for its root.
      const known = before.index === growth.size() ? beyond() : undefined
      return { answer: known && (await restamped(parts, before, posted, known)) }
    })
    if (!found || !parts.behind()) return
    parts.log(`entry ${found.stamp.index} reached no desk: it is made again from what its author still hands in`)
    await parts.bring(found)
  }

  return {
    handedIn(posted) {
      if (!isWanted()) return
      consider(posted).catch((error: unknown) =>
        parts.log(`what a desk handed in was not looked at: ${error instanceof Error ? error.message : ""}`),
      )
    },
    clear: () => tried.clear(),
  }
}

import type { HeldRow, RestoredView } from "#offices/joins/restored.ts"
import type { PublicAct } from "#offices/roll/acts.ts"
import { PRECEDENCES } from "#seal/header.ts"
import { publicLineNumber } from "#seal/stamp.ts"
import { type Archive, bytes, number, text } from "../archive.ts"
import type { LineHeads } from "../line-heads.ts"
import { nextTurn, type Outbox } from "../outbox.ts"
import { submitPublic } from "../participation/saying.ts"
import { waitingAct } from "../views.ts"
import { type AnnouncingParts, announce } from "./announcing.ts"
import { type Restored, readRestored, writeRestored } from "./restored.ts"

/** What a desk that came back from a backup holds itself to; for any other it holds nothing back. */
export type Restoring = {
  /** Whether anything may leave: the desk has caught up, and nobody else speaks with its key. */
  maySend(): boolean
  /** Enters the key of a restored desk; settles at once where that is done, or was never needed. */
  announce(outbox: Outbox): Promise<void>
  /** Something was taken in. */
  look(): void
  view(): RestoredView | null
  /** What was queued before, and waits for an officer's word. */
  held(): HeldRow[]
  /** An officer has looked at one: it goes, or it is dropped. Answers whether there is such a one. */
  decide(id: number, word: "send" | "drop"): boolean
  /** An officer has looked at the envelope that this desk did not make: sending goes on. */
  goOn(): boolean
}

export type RestoringParts = Omit<AnnouncingParts, "outbox"> & {
  lineHeads: Pick<LineHeads, "completeTo" | "isHeaded">
  /** Something may leave that could not before. */
  released(): void
  told(): void
}

/** Opens what watches over a restored desk. */
export function openRestoring(parts: RestoringParts): Restoring {
  const { archive } = parts
  const { sql } = archive

  function look(): void {
    const restored = readRestored(archive)
    if (!restored || restored.entered === null) return
    const [found, adopted] = archive.transact(() => [lookForForeign(parts, restored), adoptStamped(archive)])
    const released = !restored.caughtUp && hasCaughtUp(parts, restored.entered)
    if (released) {
      writeRestored(archive, { ...(readRestored(archive) ?? restored), caughtUp: true })
      parts.log("this desk has caught up: what officers let go leaves again")
      parts.released()
    }
    if (found || adopted || released) parts.told()
  }

  return {
    maySend() {
      const restored = readRestored(archive)
      return !restored || (restored.caughtUp && restored.foreign === null)
    },
    async announce(outbox) {
      const before = readRestored(archive)
      if (!before || before.entered !== null) return
      await announce({ ...parts, outbox })
      revoke(parts, outbox, before)
      parts.told()
    },
    look,
    view: () => viewOf(parts),
    held: () =>
      sql.all`SELECT id, line, act, texts, precedence, submitted FROM outbox WHERE state = 'held' ORDER BY id`.map(
        rowOf,
      ),
    decide(id, word) {
      const done = archive.transact(() => decide(archive, id, word))
      if (done) parts.released()
      return done
    },
    goOn() {
      const restored = readRestored(archive)
      if (!restored?.foreign) return false
      writeRestored(archive, { ...restored, foreign: null })
      parts.released()
      return true
    },
  }
}

function revoke({ delegation, office }: RestoringParts, outbox: Outbox, { key, revocation, since }: Restored): void {
  if (revocation === null) return
  const said = { act: "desk-key.revoked", matter: office, delegation, revocation } as const
  const act: PublicAct = since === null ? said : { ...said, compromisedSince: since }
  submitPublic({ outbox, submitted: () => undefined }, act, { token: `revoked.before.${key}`, officer: null })
}

/** Whether a younger checkpoint than the backup, and than this desk's own key, covers the end of every line. */
function hasCaughtUp({ archive, lineHeads }: RestoringParts, entered: number): boolean {
  const { sql } = archive
  const size = number(sql.get`SELECT coalesce(max(size), 0) AS size FROM checkpoint`?.size)
  if (size <= entered || lineHeads.completeTo() <= BigInt(entered)) return false
  return sql.all`SELECT id FROM line`.every((row) => lineHeads.isHeaded(text(row.id) ?? ""))
}

/** Looks at every own envelope once; keeps the first that is not in the outbox, which this desk alone fills. */
function lookForForeign({ archive, delegation, next }: RestoringParts, restored: Restored): boolean {
  const { sql } = archive
  const until = Number(next())
  if (until <= restored.looked) return false
  const row = sql.get`SELECT "index", line, at FROM envelope e WHERE "index" >= ${restored.looked} AND sender = ${delegation}
    AND NOT EXISTS (SELECT 1 FROM outbox o WHERE o.hash = e.hash) ORDER BY "index" LIMIT 1`
  const foreign = row && { index: number(row.index), line: text(row.line) ?? "", at: text(row.at) ?? "" }
  writeRestored(archive, { ...restored, looked: until, foreign: restored.foreign ?? foreign ?? null })
  return foreign !== undefined
}

/** What was queued and had left after the backup is known by its header, or by its act once that can be read again. */
function adoptStamped({ sql }: Archive): boolean {
  const { changes } = sql.run`UPDATE outbox SET state = 'stamped', body = NULL WHERE state = 'held' AND EXISTS
    (SELECT 1 FROM envelope e WHERE e.hash = outbox.hash OR (e.line = outbox.line AND e.act = outbox.act))`
  return Number(changes) > 0
}

const DROPPED = { refused: "dropped" } as const

function decide({ sql }: Archive, id: number, word: "send" | "drop"): boolean {
  if (word === "drop") {
    const { changes } = sql.run`UPDATE outbox SET state = 'refused', refused = ${DROPPED.refused}, body = NULL
      WHERE id = ${id} AND state = 'held'`
    return Number(changes) > 0
  }
  // It is sealed anew, on the chain as it is now.
  const { changes } = sql.run`UPDATE outbox SET serial = NULL, hash = NULL, header = NULL, body = NULL, salt = NULL,
    turn = CASE leaves WHEN 'slot' THEN NULL ELSE ${nextTurn(sql)} END,
    state = CASE WHEN EXISTS (SELECT 1 FROM file WHERE file.outbox = outbox.id) THEN 'filing' ELSE 'waiting' END
    WHERE id = ${id} AND state = 'held'`
  return Number(changes) > 0
}

function viewOf({ archive, delegation }: RestoringParts): RestoredView | null {
  const restored = readRestored(archive)
  if (!restored) return null
  const { made, at, next, before, key, entered, refused, caughtUp, foreign } = restored
  const { sql } = archive
  const lacked = sql.get`SELECT count(*) AS n, max(at) AS last FROM envelope
    WHERE sender = ${delegation} AND "index" >= ${next} AND "index" < ${entered ?? 0}`
  const gone = sql.get`SELECT count(*) AS n FROM envelope WHERE act IS NULL AND "index" >= ${next}`
  const held = sql.get`SELECT count(*) AS n FROM outbox WHERE state = 'held'`
  return {
    ...{ made, at, before, key, entered, refused, caughtUp },
    foreign: foreign && { ...foreign, isPublic: publicLineNumber(foreign.line) !== undefined },
    own: { lacked: number(lacked?.n), last: text(lacked?.last) ?? null },
    unread: number(gone?.n),
    held: number(held?.n),
  }
}

function rowOf(row: Record<string, unknown>): HeldRow {
  return {
    id: number(row.id),
    line: text(row.line) ?? "",
    ...waitingAct(bytes(row.act) ?? new Uint8Array(), bytes(row.texts) ?? new Uint8Array()),
    precedence: PRECEDENCES[number(row.precedence)] ?? "ROUTINE",
    submitted: text(row.submitted) ?? "",
  }
}

import type { Crypto } from "#register/crypto.ts"
import type { VerifierKey } from "#register/note.ts"
import { type LineHead, openLineHead } from "#seal/stamp.ts"
import type { Clock } from "../clock.ts"
import { type Archive, number, text } from "./archive.ts"
import type { Evidence } from "./evidence.ts"
import { lineEnd } from "./order.ts"
import { lastWaiting } from "./unproven.ts"

/**
 * What the registry signs of each line's end when a desk comes back, held against what it then delivers: a place that
 * it signed for and never hands out, or that it signed for twice, convicts it (docs/specs/mail.md).
 */
export type LineHeads = {
  /** A line's head arrived. Throws a VerificationError for one that the registry did not sign: it accuses nobody. */
  heard(note: string): Promise<void>
  /** Mail or a checkpoint arrived, so that what was owed may be overdue. */
  passed(by: "mail" | "checkpoint"): void
  /** Size of the register up to which this desk has taken in everything on its lines, by the registry's own word. */
  completeTo(): bigint
  /** Whether the registry signed the end of this line since the desk was opened. */
  isHeaded(line: string): boolean
  close(): void
}

export type LineHeadsParts = {
  archive: Archive
  clock: Clock
  crypto: Crypto
  office: string
  registryKey: VerifierKey
  evidence: Evidence
  /** Index of the first entry that this desk lacks. */
  next(): bigint
}

/** A place that is owed, and the bell after which it counts as withheld. */
type Owed = { head: LineHead; note: string; bell: Disposable | undefined }

// Mail goes in the register's order, but a head is signed a moment before or after it: only what stays away counts.
const GRACE_MS = 10_000

/** Opens the line heads of a desk. What is still owed at its end is signed and judged anew at its next beginning. */
export function openLineHeads(parts: LineHeadsParts): LineHeads {
  const { archive, clock, crypto, evidence } = parts
  const { sql } = archive
  const owed = new Map<string, Owed>()
  const headed = new Set<string>()
  let headsAt = 0n
  let complete = 0n
  // Mail and checkpoints may still be verified when the desk closes: what they find then is for its next beginning.
  let closed = false

  // What waits for officers to resume was handed out, whatever else is wrong with it.
  const holds = ({ line, place }: LineHead) =>
    Math.max(lineEnd(archive, line)?.place ?? 0, lastWaiting(archive, line)?.place ?? 0) >= place

  /** The stamp that contradicts a head: of its place with another head, or of a later place that it should have known. */
  function contradicting({ line, place, head, size }: LineHead): string | undefined {
    const row = sql.get`SELECT stamp FROM envelope WHERE line = ${line} AND ((place = ${place} AND head <> ${head})
      OR (place > ${place} AND "index" < ${Number(size)})) ORDER BY place LIMIT 1`
    return text(row?.stamp)
  }

  function judge(one: Owed): void {
    one.bell = undefined
    const { line, size } = one.head
    if (owed.get(line) !== one) return
    if (holds(one.head)) return void owed.delete(line)
    // Without a witnessed register of that size, or mail beyond it, the mail may only be late.
    const witnessed = number(sql.get`SELECT coalesce(max(size), 0) AS size FROM checkpoint`?.size)
    if (parts.next() < size && witnessed < Number(size)) return
    owed.delete(line)
    evidence.againstRegistry("line-withheld", one.note)
  }

  return {
    async heard(note) {
      const head = await openLineHead(crypto, note, parts.registryKey)
      if (closed) return
      const stamp = contradicting(head)
      if (head.office !== parts.office || stamp) return evidence.againstRegistry("line-head", `${note}\n${stamp ?? ""}`)
      headsAt = head.size
      headed.add(head.line)
      owed.get(head.line)?.bell?.[Symbol.dispose]()
      owed.delete(head.line)
      if (!holds(head)) owed.set(head.line, { head, note, bell: undefined })
    },
    passed(by) {
      if (closed) return
      for (const one of owed.values()) {
        if (holds(one.head)) {
          one.bell?.[Symbol.dispose]()
          owed.delete(one.head.line)
        } else if (by === "checkpoint" || parts.next() >= one.head.size)
          one.bell ??= clock.after(GRACE_MS, () => judge(one))
      }
      // All heads of an opening come before its first mail, so by now none is missing among those that are owed.
      if (owed.size === 0) complete = headsAt
    },
    completeTo: () => complete,
    isHeaded: (line) => headed.has(line),
    close() {
      closed = true
      for (const { bell } of owed.values()) bell?.[Symbol.dispose]()
      owed.clear()
    },
  }
}

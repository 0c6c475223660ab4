import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import type { Signer } from "#register/note.ts"
import { SMALLEST_BODY } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import {
  formatStamp,
  nextHead,
  publicLine,
  type RegistryRefusalCode,
  registerEntry,
  type Stamp,
  signRefusal,
  signStamp,
} from "#seal/stamp.ts"
import type { Posted } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { type Admitted, admit, type NotAdmitted, rollAfter, sealingKeysValid } from "./admission.ts"
import type { Allowance } from "./allowance.ts"
import { type Ends, openEnds } from "./ends.ts"
import type { Growth } from "./growth.ts"
import { EntryUnknown, type Ledger, type Row } from "./ledger.ts"

/** Takes envelopes in and enters them in groups: one durable transaction for whatever waits, whoever sent it. */
export type Writer = {
  /** The roll as it stands after everything that is entered. */
  roll(): Roll
  /** Answers with a stamp or a refusal, both signed notes; a stamp only once it is on disk. */
  submit(posted: Posted): Promise<string>
  /**
   * Enters what comes back with the stamps that it once got, in one transaction, while nothing else is entered;
   * `compose` is given what stands before it. Answers how many rows it entered.
   */
  reenter(compose: (before: Standing & { ends: Ends }) => Promise<Standing & { rows: readonly Row[] }>): Promise<number>
  /** Settles when nothing is being entered. */
  idle(): Promise<void>
  /** Settles, with why, when it is unknown what was entered: the registry must be opened again from what is on disk. */
  readonly broken: Promise<EntryUnknown>
}

/** The roll and the instant of the last stamp after everything that is entered. */
export type Standing = { roll: Roll; at: string }

export type WriterParts = {
  crypto: Crypto
  clock: Clock
  ledger: Ledger
  growth: Growth
  allowance: Allowance
  signer: Signer
  /** The roll as folded from the ledger, and the end of line 0. */
  roll: Roll
  lastAt: string
  /** Whether nothing may be taken in now (behind.ts). */
  behind(): boolean
  /** Told after each commit, with what was entered. */
  entered(rows: readonly Row[]): void
}

type Waiting = { admitted: Admitted; roll: Roll; answer: (note: string) => void; fail: (error: unknown) => void }
type Group = { rows: Row[]; roll: Roll; answers: (() => void)[] }

const LARGEST_GROUP = 512
// PostgreSQL takes no message of a gigabyte; far below it a larger group is no faster.
const LARGEST_GROUP_BYTES = 32 << 20
const BEHIND_AGAIN_MS = 5000

/** Opens the writer over a ledger that it alone writes. */
export function openWriter(parts: WriterParts): Writer {
  const { crypto, clock, ledger, growth } = parts
  let roll = parts.roll
  let lastAt = Date.parse(parts.lastAt)
  const ends: Ends = openEnds(crypto, ledger)
  const queue: Waiting[] = []
  const inQueue = new Map<string, number>()
  let entering: Promise<void> | undefined
  let turn: Promise<unknown> = Promise.resolve()
  let unknown: EntryUnknown | undefined
  const broken = Promise.withResolvers<EntryUnknown>()

  const refusal = (header: string, code: RegistryRefusalCode, again: number | null) => {
    const at = new Date(clock.now()).toISOString()
    const kind = again === null ? "final" : "wait"
    return signRefusal({ office: roll.office, header, kind, code, again: again ?? 0, at }, parts.signer)
  }

  async function submit(posted: Posted): Promise<string> {
    if (unknown) throw unknown
    if (parts.behind()) return whileBehind(posted)
    const judgedBy = roll
    const admitted = await admit(crypto, judgedBy, posted)
    if ("refused" in admitted) return notAdmitted(admitted)
    // Only a serial that its chain has passed can have a stamp: nothing else costs a look at the disk.
    const known = (await ends.isPast(admitted.header)) ? await ledger.stampOf(admitted.hash) : undefined
    if (known) return known
    const { from, precedence } = admitted.header
    const urgent = precedence === "FLASH" || posted.body.length <= SMALLEST_BODY * 4
    const again = parts.allowance.take(from, urgent)
    if (again > 0) return refusal(admitted.hash, "rate", again)
    if ((inQueue.get(from) ?? 0) >= roll.charter.limits.backlog) return refusal(admitted.hash, "backlog", 250)
    inQueue.set(from, (inQueue.get(from) ?? 0) + 1)
    return new Promise((answer, fail) => {
      queue.push({ admitted, roll: judgedBy, answer, fail })
      entering ??= enterAll()
    })
  }

  /** Nothing final is said while entries are missing: what looks wrong now may have been stamped among them. */
  async function whileBehind({ header }: Posted): Promise<string> {
    let hash: string
    try {
      hash = parseSignedHeader(crypto, header).hash
    } catch {
      hash = publicLine(0)
    }
    return (await ledger.stampOf(hash)) ?? refusal(hash, "busy", BEHIND_AGAIN_MS)
  }

  /** One after the other: a group is composed on what the one before it left. */
  function inTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = turn.then(work)
    turn = mine.catch(() => undefined)
    return mine
  }

  /** Nobody knows what is on disk: whatever waits is failed, and nothing is entered until all is read anew. */
  function breakDown(error: EntryUnknown): void {
    unknown = error
    for (const { fail } of queue.splice(0)) fail(error)
    broken.resolve(error)
  }

  function notAdmitted(refused: NotAdmitted): string {
    return refusal(refused.header ?? publicLine(0), refused.refused, null)
  }

  async function enterAll(): Promise<void> {
    while (queue.length > 0) {
      const waiting = queue.splice(0, groupLength(queue))
      for (const { admitted } of waiting)
        inQueue.set(admitted.header.from, (inQueue.get(admitted.header.from) ?? 1) - 1)
      try {
        await inTurn(() => enterGroup(waiting))
      } catch (error) {
        // Nothing of the group was kept in memory. Desks send the same bytes again.
        for (const { fail } of waiting) fail(error)
        if (error instanceof EntryUnknown) breakDown(error)
      }
    }
    // In the same turn as the last look at the queue: whatever is queued after it begins anew.
    entering = undefined
  }

  async function enterGroup(waiting: readonly Waiting[]): Promise<void> {
    if (parts.behind()) {
      for (const { admitted, answer } of waiting) answer(refusal(admitted.hash, "busy", BEHIND_AGAIN_MS))
      return
    }
    const group: Group = { rows: [], roll, answers: [] }
    lastAt = Math.max(lastAt, clock.now())
    const at = new Date(lastAt).toISOString()
    for (const one of waiting) await place(group, one, at)
    await commit(group.rows, group.roll)
    for (const answer of group.answers) answer()
  }

  async function commit(rows: readonly Row[], next: Roll): Promise<void> {
    if (rows.length === 0) return
    const grown = growth.grow(rows.map((row) => row.entry))
    await ledger.enter(rows, grown.tiles)
    grown.keep()
    ends.keep(rows)
    roll = next
    parts.entered(rows)
  }

  async function place(group: Group, one: Waiting, at: string): Promise<void> {
    const { header, hash, posted } = one.admitted
    const answer = (note: string) => void group.answers.push(() => one.answer(note))
    const readmitted = one.roll === group.roll ? one.admitted : await admit(crypto, group.roll, posted)
    if ("refused" in readmitted) return answer(notAdmitted(readmitted))
    const verdict = await ends.judge(group.roll, readmitted, group.rows)
    if (verdict === "serial") {
      const twin = group.rows.find((row) => row.hash === hash)?.stamp ?? (await ledger.stampOf(hash))
      if (twin) return answer(twin)
    }
    if (verdict !== "permitted") return answer(refusal(hash, verdict, verdict === "order" ? 50 : null))
    if (!sealingKeysValid(group.roll, readmitted, at)) return answer(refusal(hash, "sealing-key", null))
    const index = growth.size() + BigInt(group.rows.length)
    const rollAt = await ends.end(publicLine(0), group.rows)
    if (header.to === "*") {
      const next = await rollAfter(crypto, group.roll, readmitted, Number(index))
      if ("refused" in next) return answer(refusal(hash, next.refused, null))
      group.roll = next
    }
    const end = await ends.end(header.line, group.rows)
    const stamp: Stamp = {
      office: group.roll.office,
      header: hash,
      line: header.line,
      place: end.place + 1,
      head: nextHead(crypto, end.head, hash),
      roll: { place: rollAt.place, head: rollAt.head },
      index,
      at,
    }
    const note = signStamp(stamp, parts.signer)
    const entry = registerEntry(crypto, stamp, formatStamp(stamp))
    group.rows.push(rowOf(readmitted, stamp, note, entry))
    answer(note)
  }

  return {
    roll: () => roll,
    submit,
    reenter: (compose) =>
      inTurn(async () => {
        if (unknown) throw unknown
        const next = await compose({ roll, at: new Date(lastAt).toISOString(), ends })
        try {
          await commit(next.rows, next.roll)
        } catch (error) {
          if (error instanceof EntryUnknown) breakDown(error)
          throw error
        }
        lastAt = Math.max(lastAt, Date.parse(next.at))
        return next.rows.length
      }),
    idle: async () => {
      await entering
      await turn
    },
    broken: broken.promise,
  }
}

/** How many of those that wait are entered together; at least one. */
function groupLength(queue: readonly Waiting[]): number {
  let bytes = 0
  const end = queue.findIndex(({ admitted }, i) => {
    bytes += admitted.posted.body.length
    return i === LARGEST_GROUP || (i > 0 && bytes > LARGEST_GROUP_BYTES)
  })
  return end < 0 ? queue.length : end
}

function rowOf({ header, hash, posted, members }: Admitted, stamp: Stamp, note: string, entry: Uint8Array): Row {
  return {
    index: stamp.index,
    line: header.line,
    place: stamp.place,
    sender: header.from,
    serial: header.serial,
    hash,
    header: posted.header,
    stamp: note,
    head: stamp.head,
    entry,
    seen: header.seen.place,
    members,
    body: posted.body,
  }
}

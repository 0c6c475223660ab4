import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import type { Signer } from "#register/note.ts"
import { SMALLEST_BODY } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import type { Posted } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { type Admitted, admit } from "./admission.ts"
import type { Allowance } from "./allowance.ts"
import { type Entering, openEntering } from "./entering.ts"
import { composeGroup, type GroupParts } from "./group.ts"
import type { Growth } from "./growth.ts"
import type { EntryUnknown, Ledger, Row } from "./ledger.ts"
import { openQueue, type Queue, type Waiting } from "./queue.ts"
import { NO_HEADER, openRefusals } from "./refusals.ts"
import type { Standing } from "./standing.ts"

/** Takes envelopes in and enters them in groups: one durable transaction for whatever waits, whoever sent it. */
export type Writer = {
  /** The roll as it stands after everything that is entered. */
  roll(): Roll
  /** Answers with a stamp or a refusal, both signed notes; a stamp only once it is on disk. */
  submit(posted: Posted): Promise<string>
  /** Enters what comes back with the stamps that it once got, in one transaction, while nothing else is entered. */
  reenter: Entering["enter"]
  /** Settles when nothing is being entered. */
  idle(): Promise<void>
  /** Settles, with why, when it is unknown what was entered: the registry must be opened again from what is on disk. */
  readonly broken: Promise<EntryUnknown>
}

export type WriterParts = {
  crypto: Crypto
  clock: Clock
  ledger: Ledger
  growth: Growth
  allowance: Allowance
  signer: Signer
  /** As folded from the ledger. */
  standing: Standing
  /** Whether nothing may be taken in now (behind.ts). */
  behind(): boolean
  /** Told after each commit, with what was entered. */
  entered(rows: readonly Row[]): void
}

type Intake = Omit<WriterParts, "standing" | "entered"> & GroupParts & { entering: Entering; queue: Queue }

const BACKLOG_AGAIN_MS = 250

/** Opens the writer over a ledger that it alone writes. */
export function openWriter({ standing, entered, ...parts }: WriterParts): Writer {
  const { crypto, clock, ledger, growth, signer } = parts
  const intake: Intake = {
    ...parts,
    refusals: openRefusals(clock, standing.roll.office, signer),
    entering: openEntering({ crypto, ledger, growth, standing, entered }),
    queue: openQueue(),
  }
  const { entering, queue } = intake
  let running: Promise<void> | undefined

  async function enterAll(): Promise<void> {
    for (let group = queue.takeGroup(); group.length > 0; group = queue.takeGroup()) await enterGroup(intake, group)
    // In the same turn as the last look at the queue: whatever is queued after it begins anew.
    running = undefined
  }

  return {
    roll: () => entering.standing().roll,
    async submit(posted) {
      entering.check()
      if (parts.behind()) return answerBehind(intake, posted)
      const { roll } = entering.standing()
      const admitted = await admit(crypto, roll, posted)
      if ("refused" in admitted) return intake.refusals.notAdmitted(admitted)
      const early = await answerEarly(intake, roll, admitted)
      if (early) return early
      return new Promise((answer, fail) => {
        queue.add({ admitted, roll, answer, fail })
        running ??= enterAll()
      })
    },
    reenter: entering.enter,
    idle: async () => {
      await running
      await entering.idle()
    },
    broken: entering.broken,
  }
}

/** Nothing final is said while entries are missing: what looks wrong now may have been stamped among them. */
async function answerBehind({ crypto, ledger, refusals }: Intake, { header }: Posted): Promise<string> {
  const hash = hashOf(crypto, header)
  return (await ledger.stampOf(hash)) ?? refusals.behind(hash)
}

function hashOf(crypto: Crypto, header: string): string {
  try {
    return parseSignedHeader(crypto, header).hash
  } catch {
    return NO_HEADER
  }
}

/** What is answered without a place in the queue: the stamp that it already has, or that its desk sends too much. */
async function answerEarly(
  intake: Intake,
  roll: Roll,
  { header, hash, posted }: Admitted,
): Promise<string | undefined> {
  const { entering, ledger, allowance, refusals, queue } = intake
  // Only a serial that its chain has passed can have a stamp: nothing else costs a look at the disk.
  const known = (await entering.isPast(header)) ? await ledger.stampOf(hash) : undefined
  if (known) return known
  const urgent = header.precedence === "FLASH" || posted.body.length <= SMALLEST_BODY * 4
  const again = allowance.take(header.from, urgent)
  if (again > 0) return refusals.wait(hash, "rate", again)
  const full = queue.countOf(header.from) >= roll.charter.limits.backlog
  return full ? refusals.wait(hash, "backlog", BACKLOG_AGAIN_MS) : undefined
}

/** Enters one group and answers everyone in it; never throws. */
async function enterGroup(intake: Intake, group: readonly Waiting[]): Promise<void> {
  const { entering, clock, behind, refusals } = intake
  try {
    const { notes } = await entering.enter(async (before) => {
      const at = laterOf(before.at, clock.now())
      if (!behind()) return composeGroup(intake, { ...before, at }, group)
      return { ...before, notes: group.map(({ admitted }) => refusals.behind(admitted.hash)) }
    })
    for (const [i, { answer }] of group.entries()) answer(notes[i] ?? "")
  } catch (error) {
    // Nothing of the group was kept in memory. Desks send the same bytes again.
    for (const { fail } of group) fail(error)
  }
}

/** A clock that was set back does not make a stamp earlier than the one before it. */
function laterOf(at: string, now: number): string {
  const instant = new Date(now).toISOString()
  return instant > at ? instant : at
}

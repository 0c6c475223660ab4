import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import type { Signer } from "#register/note.ts"
import { SMALLEST_BODY } from "#seal/body.ts"
import { parseSignedHeader } from "#seal/header.ts"
import type { Posted } from "#seal/wire.ts"
import type { Clock } from "../clock.ts"
import { type Admitted, admit } from "./admission.ts"
import type { Allowance } from "./allowance.ts"
import { type ComposingParts, composeEnvelope } from "./composing.ts"
import { type Entering, openEntering } from "./entering.ts"
import type { Growth } from "./growth.ts"
import type { EntryUnknown, Ledger, Row } from "./ledger.ts"
import { NO_HEADER, openRefusals } from "./refusals.ts"
import type { Standing } from "./standing.ts"

/** Takes envelopes in: admits them, has them entered in groups, whoever sent them, and answers. */
export type Writer = {
  /** The roll as it stands after everything that is on disk. */
  roll(): Roll
  /** Answers with a stamp or a refusal, both signed notes; a stamp only once it is on disk. */
  submit(posted: Posted): Promise<string>
  /** Enters what comes back with the stamps that it once got. */
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
  /** Told meanwhile what desks hand in. */
  handedIn(posted: Posted): void
  /** Told after each commit, with what was entered. */
  entered(rows: readonly Row[]): void
}

type Intake = Omit<WriterParts, "standing" | "entered"> & ComposingParts & { entering: Entering; backlog: Backlog }

const BACKLOG_AGAIN_MS = 250

/** Opens the writer over a ledger that it alone writes. */
export function openWriter({ standing, entered, ...parts }: WriterParts): Writer {
  const { crypto, clock, ledger, growth, signer, behind } = parts
  const refusals = openRefusals(clock, standing.roll.office, signer)
  const entering = openEntering({ crypto, ledger, growth, standing, entered })
  const intake: Intake = { ...parts, refusals, entering, backlog: openBacklog() }
  return {
    roll: () => entering.standing().roll,
    async submit(posted) {
      entering.check()
      if (behind()) return answerBehind(intake, posted)
      const { roll } = entering.standing()
      const admitted = await admit(crypto, roll, posted)
      if ("refused" in admitted) return refusals.notAdmitted(admitted)
      return (await answerEarly(intake, roll, admitted)) ?? enter(intake, roll, admitted)
    },
    reenter: entering.enter,
    idle: entering.idle,
    broken: entering.broken,
  }
}

/** Nothing final is said while entries are missing: what looks wrong now may have been stamped among them. */
async function answerBehind({ crypto, ledger, refusals, handedIn }: Intake, posted: Posted): Promise<string> {
  const hash = hashOf(crypto, posted.header)
  const known = await ledger.stampOf(hash)
  if (known === undefined) handedIn(posted)
  return known ?? refusals.behind(hash)
}

function hashOf(crypto: Crypto, header: string): string {
  try {
    return parseSignedHeader(crypto, header).hash
  } catch {
    return NO_HEADER
  }
}

/** What is answered at once: the stamp that it already has, or that its desk sends too much. */
async function answerEarly(
  intake: Intake,
  roll: Roll,
  { header, hash, posted }: Admitted,
): Promise<string | undefined> {
  const { entering, ledger, allowance, refusals, backlog } = intake
  // Only a serial that its chain has passed can have a stamp: nothing else costs a look at the disk.
  const known = (await entering.isPast(header)) ? await ledger.stampOf(hash) : undefined
  if (known) return known
  const urgent = header.precedence === "FLASH" || posted.body.length <= SMALLEST_BODY * 4
  const again = allowance.take(header.from, urgent)
  if (again > 0) return refusals.wait(hash, "rate", again)
  const full = backlog.of(header.from) >= roll.charter.limits.backlog
  return full ? refusals.wait(hash, "backlog", BACKLOG_AGAIN_MS) : undefined
}

async function enter(intake: Intake, roll: Roll, admitted: Admitted): Promise<string> {
  const { entering, backlog, behind, refusals } = intake
  using _waiting = backlog.add(admitted.header.from)
  return await entering.enter(async (before) =>
    behind() ? { answer: refusals.behind(admitted.hash) } : composeEnvelope(intake, before, admitted, roll),
  )
}

/** How many envelopes of each desk wait for their answer. */
type Backlog = { of(desk: string): number; add(desk: string): Disposable }

function openBacklog(): Backlog {
  const counts = new Map<string, number>()
  const of = (desk: string) => counts.get(desk) ?? 0
  return {
    of,
    add(desk) {
      counts.set(desk, of(desk) + 1)
      return { [Symbol.dispose]: () => void counts.set(desk, of(desk) - 1) }
    },
  }
}

import type { Roll } from "#offices/roll/roll.ts"
import type { Crypto } from "#register/crypto.ts"
import { formatNote, type Signer, signNote } from "#register/note.ts"
import { formatStamp, nextHead, publicLine, registerEntry, type Stamp } from "#seal/stamp.ts"
import { type Clock, instantOf } from "../clock.ts"
import { type Admitted, admit, rollAfter, sealingKeysValid } from "./admission.ts"
import type { Before, Composed } from "./entering.ts"
import type { Ledger, Row } from "./ledger.ts"
import type { Refusals } from "./refusals.ts"

export type ComposingParts = {
  crypto: Crypto
  clock: Clock
  ledger: Pick<Ledger, "stampOf">
  signer: Signer
  refusals: Refusals
}

// The one before it is on its way, on another connection of the same desk.
const ORDER_AGAIN_MS = 50

/**
 * Composes an envelope that was admitted by `roll`: it gets its place, index and stamp after those before it, or a
 * refusal. Nothing is entered here, and the stamp is worth nothing before its row is on disk.
 */
export async function composeEnvelope(
  parts: ComposingParts,
  before: Before,
  earlier: Admitted,
  roll: Roll,
): Promise<Composed<string>> {
  const { crypto, refusals, signer } = parts
  // What was entered since, or is about to be, may have changed the roll.
  const admitted = roll === before.roll ? earlier : await admit(crypto, before.roll, earlier.posted)
  if ("refused" in admitted) return { answer: refusals.notAdmitted(admitted) }
  const at = laterOf(before.at, instantOf(parts.clock))
  const refused = await judge(parts, { ...before, at }, admitted)
  if (refused) return { answer: refused }
  const { header, hash } = admitted
  const next =
    header.to === "*"
      ? await rollAfter(crypto, before.roll, admitted, { index: Number(before.index), at })
      : before.roll
  if ("refused" in next) return { answer: refusals.final(hash, next.refused) }
  const stamp = await stampFor(crypto, { ...before, at }, admitted)
  const text = formatStamp(stamp)
  const row = rowOf(crypto, admitted, { stamp, text, note: formatNote(signNote(text, [signer])) })
  return { answer: row.stamp, entry: { row, roll: next, at } }
}

/** A clock that was set back does not make a stamp earlier than the one before it. */
function laterOf(at: string, now: string): string {
  return now > at ? now : at
}

/** What is answered to an envelope that has no place here: the stamp that it got before, or a refusal. */
async function judge(
  { refusals, ledger }: ComposingParts,
  { roll, at, ends }: Before,
  admitted: Admitted,
): Promise<string | undefined> {
  const { hash } = admitted
  const verdict = await ends.judge(roll, admitted)
  const known = verdict === "serial" ? (ends.stampOf(hash) ?? (await ledger.stampOf(hash))) : undefined
  if (known) return known
  if (verdict === "order") return refusals.wait(hash, verdict, ORDER_AGAIN_MS)
  if (verdict !== "permitted") return refusals.final(hash, verdict)
  return sealingKeysValid(roll, admitted, at) ? undefined : refusals.final(hash, "sealing-key")
}

/** The stamp that an envelope gets next, at `before.at`. */
export async function stampFor(crypto: Crypto, before: Before, { header, hash }: Admitted): Promise<Stamp> {
  const { roll, at, index, ends } = before
  const end = await ends.end(header.line)
  const rollEnd = await ends.end(publicLine(0))
  return {
    office: roll.office,
    header: hash,
    line: header.line,
    place: end.place + 1,
    head: nextHead(crypto, end.head, hash),
    roll: { place: rollEnd.place, head: rollEnd.head },
    index,
    at,
  }
}

/** The row of an envelope under its stamp; `text` is what the stamp's note signs. */
export function rowOf(
  crypto: Crypto,
  { header, hash, posted, members }: Omit<Admitted, "posted"> & { posted: Pick<Row, "header" | "body"> },
  { stamp, text, note }: { stamp: Stamp; text: string; note: string },
): Row {
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
    entry: registerEntry(crypto, stamp, text),
    seen: header.seen.place,
    members,
    body: posted.body,
  }
}

import type { Crypto } from "#register/crypto.ts"
import type { Signer } from "#register/note.ts"
import { formatStamp, nextHead, publicLine, registerEntry, type Stamp, signStamp } from "#seal/stamp.ts"
import { type Admitted, admit, rollAfter, sealingKeysValid } from "./admission.ts"
import type { Draft } from "./ends.ts"
import type { Before } from "./entering.ts"
import type { Ledger, Row } from "./ledger.ts"
import type { Waiting } from "./queue.ts"
import type { Refusals } from "./refusals.ts"
import type { Standing } from "./standing.ts"

export type GroupParts = {
  crypto: Crypto
  ledger: Pick<Ledger, "stampOf">
  signer: Signer
  refusals: Refusals
}

// The one before it is on its way, on another connection of the same desk.
const ORDER_AGAIN_MS = 50

/**
 * Composes a group: each envelope in turn gets its place, index and stamp after those before it, or a refusal. Nothing
 * is entered here. `notes` answer the envelopes in their order, and are worth nothing before the group is on disk.
 */
export async function composeGroup(
  parts: GroupParts,
  before: Before,
  group: readonly Pick<Waiting, "admitted" | "roll">[],
): Promise<Standing & { notes: string[] }> {
  const standing: Standing = { roll: before.roll, at: before.at }
  const notes: string[] = []
  for (const one of group) notes.push(await answerTo(parts, before, standing, one))
  return { ...standing, notes }
}

/** The stamp of one envelope, which is then a row of the draft and may have changed the roll; or why it has none. */
async function answerTo(
  parts: GroupParts,
  { draft, size }: Before,
  standing: Standing,
  one: Pick<Waiting, "admitted" | "roll">,
): Promise<string> {
  const { crypto, refusals } = parts
  // The roll may have changed since, by what was entered meanwhile or by this very group.
  const admitted = one.roll === standing.roll ? one.admitted : await admit(crypto, standing.roll, one.admitted.posted)
  if ("refused" in admitted) return refusals.notAdmitted(admitted)
  const { header, hash } = admitted
  const verdict = await draft.judge(standing.roll, admitted)
  const known = verdict === "serial" ? await stampOf(parts, draft, hash) : undefined
  if (known) return known
  if (verdict === "order") return refusals.wait(hash, verdict, ORDER_AGAIN_MS)
  if (verdict !== "permitted") return refusals.final(hash, verdict)
  if (!sealingKeysValid(standing.roll, admitted, standing.at)) return refusals.final(hash, "sealing-key")
  const index = size + BigInt(draft.rows.length)
  const stamp = await stampFor(crypto, draft, standing, { admitted, index })
  if (header.to === "*") {
    const next = await rollAfter(crypto, standing.roll, admitted, Number(index))
    if ("refused" in next) return refusals.final(hash, next.refused)
    standing.roll = next
  }
  const row = rowOf(crypto, admitted, stamp, signStamp(stamp, parts.signer))
  draft.add(row)
  return row.stamp
}

/** The stamp that the same header got before, in this group or ever. */
async function stampOf({ ledger }: GroupParts, draft: Draft, hash: string): Promise<string | undefined> {
  return draft.rows.find((row) => row.hash === hash)?.stamp ?? (await ledger.stampOf(hash))
}

async function stampFor(
  crypto: Crypto,
  draft: Draft,
  { roll, at }: Standing,
  { admitted, index }: { admitted: Admitted; index: bigint },
): Promise<Stamp> {
  const { header, hash } = admitted
  const end = await draft.end(header.line)
  const rollEnd = await draft.end(publicLine(0))
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

/** The row of an envelope under its stamp; `note` is the stamp as it was signed. */
export function rowOf(
  crypto: Crypto,
  { header, hash, posted, members }: Omit<Admitted, "posted"> & { posted: Pick<Row, "header" | "body"> },
  stamp: Stamp,
  note: string,
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
    entry: registerEntry(crypto, stamp, formatStamp(stamp)),
    seen: header.seen.place,
    members,
    body: posted.body,
  }
}

import type { Entry } from "#offices/act.ts"
import { publicAct } from "#offices/roll/acts.ts"
import type { Founded } from "#offices/roll/charter.ts"
import { emptyRoll, enterPublicAct, type Roll } from "#offices/roll/roll.ts"
import { fromUtf8 } from "#register/bytes.ts"
import { VerificationError } from "#register/error.ts"
import { textHash } from "#seal/body.ts"
import { nextHead, publicLine, publicLineNumber } from "#seal/stamp.ts"
import type { Frame } from "#seal/wire.ts"
import { type Archive, number, text } from "./archive.ts"
import { type Arrival, type ArrivalParts, checkArrival, type EnvelopeFrame, RegistryFault } from "./arrival.ts"
import type { Evidence } from "./evidence.ts"
import { type Entered, foldAct } from "./fold.ts"

/** Takes in what the registry delivers: verified, in the register's order, folded, on disk. */
export type Book = {
  roll(): Roll
  /** Index of the first entry that this desk lacks. */
  next(): bigint
  /** Members of a line, sorted; empty for one that this desk does not hold. */
  members(line: string): readonly string[]
  takeIn(frames: readonly Frame[]): Promise<void>
}

export type BookParts = ArrivalParts & {
  archive: Archive
  founded: Founded
  evidence: Evidence
  /** Told after the transaction that took them in. */
  entered(entered: readonly Entered[]): void
  /** An envelope that this desk cannot open; any other member can seal it again. */
  unopenable(line: string, place: number): void
  checkpoint(note: string): void
  lineHead(note: string): Promise<void>
}

type End = { place: number; head: string; members: readonly string[] }

/** Opens the book over an archive; the roll is folded again from the public lines. */
export async function openBook(parts: BookParts): Promise<Book> {
  const { archive, crypto } = parts
  const { sql } = archive
  let roll = await foldRoll(parts)

  async function takeIn(frames: readonly Frame[]): Promise<void> {
    for (let i = 0; i < frames.length; ) {
      const frame = frames[i]
      if (frame?.kind !== "envelope") {
        if (frame?.kind === "checkpoint") parts.checkpoint(frame.note)
        if (frame?.kind === "line-head") await parts.lineHead(frame.note)
        i++
        continue
      }
      // A public envelope can change the roll that judges what follows it, so a run ends with it.
      let end = i
      while (end < frames.length && frames[end]?.kind === "envelope" && !isPublic(frames[end])) end++
      if (end === i) end++
      const run = frames.slice(i, end).filter((f): f is EnvelopeFrame => f.kind === "envelope")
      await takeRun(run)
      i = end
    }
  }

  async function takeRun(run: readonly EnvelopeFrame[]): Promise<void> {
    const checked = await Promise.all(run.map((frame) => settled(checkArrival(parts, roll, frame))))
    const first = checked[0]
    const next = first && !("fault" in first && first.fault instanceof RegistryFault) ? await rollAfter(first) : roll
    const entered: Entered[] = []
    let convicted = false
    archive.transact(() => {
      for (const [i, one] of checked.entries()) {
        const frame = run[i]
        if (!frame) continue
        try {
          if (one.fault instanceof RegistryFault) throw one.fault
          if (one.arrival) entered.push(...enter(one.arrival))
        } catch (error) {
          if (!(error instanceof RegistryFault)) throw error
          convicted = true
          parts.evidence.againstRegistry(error.code, frame)
        }
      }
    })
    // What the registry entered falsely changes nobody's keys.
    if (!convicted) roll = next
    parts.entered(entered)
  }

  /** The roll after a public envelope; a sealed one changes nothing. */
  async function rollAfter(one: Checked): Promise<Roll> {
    const { arrival } = one
    const line = arrival && publicLineNumber(arrival.signed.header.line)
    if (!arrival?.body || line === undefined) return roll
    const next = await readPublic(arrival.body.act, {
      by: arrival.signed.header.from,
      index: Number(arrival.stamp.index),
      line,
      header: arrival.signed.hash,
    })
    return next
  }

  async function readPublic(
    act: Uint8Array,
    entry: { by: string; index: number; line: number; header: string },
  ): Promise<Roll> {
    try {
      const parsed = publicAct.safeParse(JSON.parse(fromUtf8(act)))
      if (!parsed.success) return roll
      const next = await enterPublicAct(crypto, roll, parsed.data, entry)
      return "refused" in next ? roll : next
    } catch (error) {
      if (error instanceof VerificationError || error instanceof SyntaxError) return roll
      throw error
    }
  }

  function enter(arrival: Arrival): Entered[] {
    const { header, hash } = arrival.signed
    if (sql.get`SELECT 1 AS known FROM envelope WHERE hash = ${hash}`) return []
    const end = checkOrder(arrival)
    const index = Number(arrival.stamp.index)
    const place = arrival.stamp.place
    const seen = seenPlace(arrival, end)
    sql.run`INSERT INTO envelope VALUES (${index}, ${header.line}, ${place}, ${header.from}, ${header.serial}, ${hash},
      ${arrival.frame.header}, ${arrival.frame.stamp}, ${arrival.stamp.head}, ${arrival.stamp.at}, ${header.precedence},
      ${seen}, ${arrival.body?.salt ?? null}, ${arrival.body?.act ?? null},
      ${arrival.body ? null : arrival.frame.body}, ${arrival.fault ?? null})`
    sql.run`INSERT OR REPLACE INTO line VALUES (${header.line}, ${end.members.join(" ")}, ${place}, ${arrival.stamp.head})`
    archive.setMeta("next", String(index + 1))
    for (const t of arrival.body?.texts ?? [])
      sql.run`INSERT OR IGNORE INTO text VALUES (${textHash(crypto, t)}, ${t.salt}, ${t.bytes})`
    if (arrival.fault) noteAuthorFault(arrival)
    return arrival.form && arrival.body
      ? foldAct(archive, roll, arrival.form, arrival.body.texts, entryOf(arrival, end))
      : []
  }

  function noteAuthorFault(arrival: Arrival): void {
    const { line, from } = arrival.signed.header
    parts.evidence.againstAuthor(arrival.fault ?? "act.malformed", arrival.frame, { line, place: arrival.stamp.place })
    if (from !== parts.delegation && !arrival.body) parts.unopenable(line, arrival.stamp.place)
  }

  function entryOf({ signed: { header, hash }, stamp }: Arrival, end: End): Entry {
    return {
      by: header.from,
      at: stamp.at,
      index: Number(stamp.index),
      place: stamp.place,
      header: hash,
      precedence: header.precedence,
      line: { id: header.line, members: end.members },
      secretariat: roll.charter.secretariat,
      clocks: { acknowledge: roll.charter.clocks.acknowledge },
    }
  }

  function lineEnd(line: string): End | undefined {
    const row = sql.get`SELECT place, head, members FROM line WHERE id = ${line}`
    return (
      row && {
        place: number(row.place),
        head: text(row.head) ?? "",
        members: (text(row.members) ?? "").split(" "),
      }
    )
  }

  /** That place, head, roll, members, chain and order follow from what this desk holds; else the registry's fault. */
  function checkOrder({ signed: { header, hash }, stamp }: Arrival): End {
    const members = header.to === "*" ? ["*"] : header.to.map((a) => a.name)
    const end = lineEnd(header.line) ?? { place: 0, head: header.line, members }
    const roll0 = lineEnd(publicLine(0)) ?? { place: 0, head: publicLine(0) }
    const chain = sql.get`SELECT serial, hash FROM envelope WHERE line = ${header.line} AND sender = ${header.from} ORDER BY place DESC LIMIT 1`
    const fits: [boolean, string][] = [
      [Number(stamp.index) >= Number(archive.meta("next") ?? 0), "index"],
      [stamp.place === end.place + 1, "place"],
      [stamp.head === nextHead(crypto, end.head, hash), "head"],
      [stamp.roll.place === roll0.place && stamp.roll.head === roll0.head, "roll"],
      [end.members.join(" ") === members.join(" "), "members"],
      [header.serial === Number(chain?.serial ?? 0) + 1, "serial"],
      [header.prev === (text(chain?.hash) ?? null), "prev"],
      [stamp.at >= (archive.meta("at") ?? ""), "at"],
      [!sql.get`SELECT 1 AS refused FROM refusal WHERE hash = ${hash}`, "stamp-and-refusal"],
    ]
    const wrong = fits.find(([good]) => !good)
    if (wrong) throw new RegistryFault(wrong[1])
    archive.setMeta("at", stamp.at)
    return { ...end, members }
  }

  /** How far the sender holds the line; 0, with evidence, where its head is not the one this desk has there. */
  function seenPlace(arrival: Arrival, end: End): number {
    const { line, seen } = arrival.signed.header
    const row =
      seen.place === 0
        ? { head: line }
        : sql.get`SELECT head FROM envelope WHERE line = ${line} AND place = ${seen.place}`
    if (seen.place <= end.place && text(row?.head) === seen.head) return seen.place
    parts.evidence.againstAuthor("seen", arrival.frame, { line, place: arrival.stamp.place })
    return 0
  }

  return {
    roll: () => roll,
    next: () => BigInt(archive.meta("next") ?? 0),
    members: (line) => lineEnd(line)?.members ?? [],
    takeIn,
  }
}

type Checked = { arrival?: Arrival; fault?: unknown }

/** A check that failed by the registry's fault is an answer; any other throw stays one. */
async function settled(check: Promise<Arrival>): Promise<Checked> {
  try {
    return { arrival: await check }
  } catch (fault) {
    if (fault instanceof RegistryFault) return { fault }
    throw fault
  }
}

function isPublic(frame: Frame | undefined): boolean {
  return frame?.kind === "envelope" && /\nline 0{62}/.test(frame.header.slice(0, 400))
}

/** The roll as the archive's public envelopes fold it. */
export async function foldRoll({
  archive,
  crypto,
  founded,
}: Pick<BookParts, "archive" | "crypto" | "founded">): Promise<Roll> {
  let roll = emptyRoll(founded)
  const rows = archive.sql.all`SELECT "index", line, sender, hash, act FROM envelope
    WHERE line IN (${publicLine(0)}, ${publicLine(1)}) AND act IS NOT NULL ORDER BY "index"`
  for (const row of rows) {
    const parsed = publicAct.safeParse(JSON.parse(fromUtf8(row.act as Uint8Array)))
    if (!parsed.success) continue
    const line = publicLineNumber(text(row.line) ?? "") ?? -1
    const entry = { by: text(row.sender) ?? "", index: number(row.index), line, header: text(row.hash) ?? "" }
    const next = await enterPublicAct(crypto, roll, parsed.data, entry).catch(() => roll)
    if (!("refused" in next)) roll = next
  }
  return roll
}
